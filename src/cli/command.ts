/** One sub-command of `quaywatch`, in a file of its own named after it. */
export interface Command {
  readonly name: string
  readonly summary: string
  /** Printed by `quaywatch <name> --help`. */
  readonly usage: string
  /** Arguments after the name. Resolves with the exit code; prints its own messages. */
  run(args: readonly string[]): Promise<number>
}
