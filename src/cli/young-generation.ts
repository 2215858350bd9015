import { setFlagsFromString } from 'node:v8'

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
}
