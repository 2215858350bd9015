import type { Finding } from '../source-type.ts'
import { explain } from './advice.ts'
import type { EngineAddress } from './engine-address.ts'
import { engineApi } from './engine-api.ts'
import { objectOf, textOf } from './json-object.ts'

/** API versions whose event shapes are known: Docker 20.10 to 29. */
const oldestTested = [1, 41] as const

function isOlder(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major < oldestTested[0] || (major === oldestTested[0] && minor < oldestTested[1])
}

/** Whether the engine answers, what it is, and what to do when it does not. */
export async function checkEngine(address: EngineAddress): Promise<Finding> {
  const title = 'Docker engine'
  try {
    const version = objectOf(await engineApi(address).get('/version', {}, AbortSignal.timeout(5000)))
    const api = textOf(version['ApiVersion'])
    const detail = `${textOf(version['Version'])} at ${address.text} (API ${api})`
    return isOlder(api)
      ? {
          title,
          state: 'warning',
          detail,
          advice: 'this engine is older than 20.10 and is not tested; upgrade it',
        }
      : { title, state: 'ok', detail }
  } catch (error) {
    return { title, state: 'error', ...explain(error, address.text) }
  }
}
