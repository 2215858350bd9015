import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { call } from './engine-call.ts'
import { alertLines } from './manager-process.ts'

/**
 * Resolves when a manager tells what an engine does. It is ready before it is connected to an engine that takes long to answer, and what happened
 * earlier is not told. Leaves containers behind whose names begin with `hello-`.
 */
export async function listens(home: string, host: string, image: string): Promise<void> {
  const isTold = (): boolean => alertLines(home).some((alert) => JSON.stringify(alert).includes('"hello-'))
  for (let number = 0; !isTold(); number += 1) {
    const name = `hello-${path.basename(home)}-${number}`
    await call(host, 'POST', `/containers/create?name=${name}`, { Image: image })
    for (let looked = 0; looked < 10 && !isTold(); looked += 1) await sleep(100)
  }
}
