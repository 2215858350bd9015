import { readFileSync } from 'node:fs'

import { readConfiguration, type ReadConfiguration } from './configuration.ts'
import type { Problem } from './dialect/problem.ts'
import { toByteString } from './event/byte-string.ts'
import { configurationFile } from './home.ts'

export interface LoadedConfiguration extends ReadConfiguration {
  /** `undefined`: no file, defaults are in force. */
  readonly file: string | undefined
}

/** Reads the configuration in force. A file that cannot be read is a fatal problem, like one that cannot be parsed. */
export function loadConfiguration(home: string, given: string | undefined): LoadedConfiguration {
  const file = configurationFile(home, given)
  if (file === undefined) return { ...readConfiguration('', 'ossec.conf'), file }
  try {
    return { ...readConfiguration(toByteString(readFileSync(file)), file), file }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    const problem: Problem = {
      code: 'configuration-unreadable',
      severity: 'fatal',
      message: `reading the configuration: ${reason}`,
      at: { file, line: 1, column: 1 },
    }
    return { ...readConfiguration('', file), problems: [problem], file }
  }
}
