import { compilePattern } from '../src/dialect/compile-pattern.ts'
import { lowerAscii } from '../src/event/field-key.ts'
import type { Dialect, Pattern } from '../src/dialect/pattern.ts'
import { toByteString } from '../src/event/byte-string.ts'
import { referenceLines } from '../test/support/reference.ts'
import type { BenchCase } from './bench-case.ts'

/** A pattern as rules and decoders write it, and what one would write for V8 without knowing better. */
type Sample = readonly [Dialect, string, RegExp]

const samples: Readonly<Record<string, readonly Sample[]>> = {
  'osmatch literals': [
    ['osmatch', 'illegal user|invalid user', /illegal user|invalid user/i],
    ['osmatch', '^Failed|^error: PAM', /^Failed|^error: PAM/i],
    ['osmatch', 'authentication failure', /authentication failure/i],
    ['osmatch', 'segfault at |general protection', /segfault at |general protection/i],
    ['osmatch', '"Action":"exec_create', /"Action":"exec_create/i],
  ],
  osregex: [
    [
      'osregex',
      'Failed \\S+ for (\\S+) from (\\S+) port (\\d+)',
      /Failed \S+? for (\S+?) from (\S+?) port (\d+)/i,
    ],
    ['osregex', '^Accepted \\S+ for (\\S+) from (\\S+) ', /^Accepted \S+? for (\S+?) from (\S+?) /i],
    ['osregex', 'user=(\\S+)\\s+rhost=(\\S+)', /user=(\S+?) +?rhost=(\S+)/i],
    ['osregex', '(\\w+): (\\.+) from (\\S+)/(\\d+)', /([-\w@]+?): ([^]+?) from (\S+?)\/(\d+)/i],
    ['osregex', '^(\\S+) (\\S+) \\p(\\d+)\\p', /^(\S+?) (\S+?) [!-.:-?[\]{-}](\d+?)[!-.:-?[\]{-}]/i],
  ],
  pcre2: [
    ['pcre2', '(?i)powershell\\.exe.+-enc', /powershell\.exe.+-enc/i],
    ['pcre2', 'requestURI":.+", "verb": "create', /requestURI":.+", "verb": "create/],
    ['pcre2', '(?i)^(?:root|admin)$', /^(?:root|admin)$/i],
    ['pcre2', 'from (\\d{1,3}(?:\\.\\d{1,3}){3}) port (\\d+)', /from (\d{1,3}(?:\.\d{1,3}){3}) port (\d+)/],
  ],
}

function compile(dialect: Dialect, source: string): Pattern {
  const compiled = compilePattern(dialect, source)
  if ('problem' in compiled) throw new Error(compiled.problem.message)
  return compiled.pattern
}

/** Every pattern against every line; the line is lower-cased once, as an event is. */
function benchCase(name: string, list: readonly Sample[], file: string): BenchCase {
  const lines = referenceLines('data', 'bench', file).slice(0, 1000).map(toByteString)
  const patterns = list.map(([dialect, source]) => compile(dialect, source))
  const expressions = list.map(([, , expression]) => expression)
  let found = 0
  return {
    name: `${name} ${file}`,
    unit: 'tests/s',
    baseline: 'RegExp',
    run() {
      for (const line of lines) {
        const lower = lowerAscii(line)
        for (const pattern of patterns) if (pattern.test(line, lower)) found += 1
      }
      return Math.max(lines.length * patterns.length, Math.sign(found))
    },
    runBaseline() {
      for (const line of lines) for (const expression of expressions) if (expression.test(line)) found += 1
      return Math.max(lines.length * expressions.length, Math.sign(found))
    },
  }
}

export const cases: readonly BenchCase[] = Object.entries(samples).flatMap(([name, list]) =>
  ['sshd_mix.log', 'k8s_mix.jsonl'].map((file) => benchCase(name, list, file)),
)
