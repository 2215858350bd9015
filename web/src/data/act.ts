import { signal } from '@preact/signals'
import { useState } from 'preact/hooks'
import { Problem } from './client.ts'

/** Moves on when somebody changed searches, notes, mutes, users or tokens here. */
export const noted = signal(0)

/** Does something and says how it went. */
export function useAct(): {
  readonly problem: Problem | undefined
  readonly act: (work: Promise<unknown>, done?: () => void) => void
} {
  const [problem, setProblem] = useState<Problem | undefined>(undefined)
  async function run(work: Promise<unknown>, done: (() => void) | undefined): Promise<void> {
    setProblem(undefined)
    await work
    noted.value += 1
    done?.()
  }
  return {
    problem,
    act: (work, done) => {
      run(work, done).catch((error: unknown) =>
        setProblem(error instanceof Problem ? error : new Problem(0, {})),
      )
    },
  }
}
