import type { Compiled, PatternOptions } from '../pattern.ts'
import { refuse } from '../pattern.ts'

export function compilePcre2(source: string, _options: PatternOptions): Compiled {
  return refuse('pcre2', source, 'not here yet')
}
