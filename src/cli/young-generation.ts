import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/**
 * While rules are loaded, V8 makes room for many short-lived objects and keeps that room: 30 MB that nobody uses afterwards. So it may not
 * grow before everything is loaded; under load it grows then as ever.
 */
export const youngGeneration = {
  keepSmall: (): void => setFlagsFromString('--semi-space-growth-factor=1'),
  letGrow: (): void => {
    setFlagsFromString('--semi-space-growth-factor=2')
    // Under load nearly everything that lives longer than a moment is garbage a second later: looked for early, it takes less room.
    setFlagsFromString('--heap-growing-percent=100')
  },
  /**
   * What loading left behind, some 15 MB, would stay for minutes or for as long as little happens: V8 looks for garbage when memory grows.
   * Costs a pause of less than a tenth of a second.
   */
  tidy: (): void => {
    setFlagsFromString('--expose-gc')
    const collect: unknown = runInNewContext('gc')
    setFlagsFromString('--no-expose-gc')
    if (typeof collect === 'function') collect()
  },
}
