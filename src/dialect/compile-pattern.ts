import { compileOsMatch } from './osmatch.ts'
import { compileOsRegex } from './osregex/osregex.ts'
import type { Compiled, Dialect, PatternOptions } from './pattern.ts'
import { compilePcre2 } from './pcre2/pcre2.ts'

/** Compiles at load, never per event. */
export function compilePattern(dialect: Dialect, source: string, options: PatternOptions = {}): Compiled {
  if (dialect === 'osmatch') return compileOsMatch(source)
  return dialect === 'osregex' ? compileOsRegex(source, options) : compilePcre2(source, options)
}
