/** What a command line really runs, behind the programs that only start others. */
export interface Command {
  /** The innermost argument vector; that of a `sh -c` script split roughly into words. */
  readonly argv: readonly string[]
  /** Base name of its first word, lower case: `bash`, `nsenter`; empty when there is none. */
  readonly program: string
  /** An interactive shell: a shell without a script. */
  readonly shell: boolean
  /** Programs passed on the way in: `env`, `nsenter`, `busybox`, `sh -c`. */
  readonly through: readonly string[]
}

const shells = new Set([
  'sh',
  'bash',
  'ash',
  'dash',
  'zsh',
  'ksh',
  'mksh',
  'fish',
  'csh',
  'tcsh',
  'rbash',
  'pwsh',
])
const maxDepth = 8
const maxWords = 256

function baseName(word: string): string {
  return word.slice(word.lastIndexOf('/') + 1).toLowerCase()
}

/** Index of the first word after options and, for `env`, assignments. `valued` names options whose value is the next word. */
function afterOptions(argv: readonly string[], valued: ReadonlySet<string>, assignments = false): number {
  let at = 1
  while (at < argv.length) {
    const word = argv[at] ?? ''
    if (word === '--') return at + 1
    if (word.startsWith('-') && word !== '-') at += valued.has(word) ? 2 : 1
    else if (assignments && /^[^=\s]+=/.test(word)) at += 1
    else return at
  }
  return at
}

const none: ReadonlySet<string> = new Set()
const envValued = new Set(['-u', '--unset', '-C', '--chdir'])
const nsenterValued = new Set(['-t', '--target', '-S', '--setuid', '-G', '--setgid'])
const niceValued = new Set(['-n', '--adjustment', '-c', '-p', '-s', '--signal', '-k', '--kill-after'])

/** Programs that run the rest of their arguments: where that rest begins. */
const starters: Readonly<Record<string, (argv: readonly string[]) => number>> = {
  env: (argv) => afterOptions(argv, envValued, true),
  nsenter: (argv) => afterOptions(argv, nsenterValued),
  unshare: (argv) => afterOptions(argv, none),
  busybox: () => 1,
  toybox: () => 1,
  nohup: (argv) => afterOptions(argv, none),
  setsid: (argv) => afterOptions(argv, none),
  nice: (argv) => afterOptions(argv, niceValued),
  ionice: (argv) => afterOptions(argv, niceValued),
  timeout: (argv) => afterOptions(argv, niceValued) + 1,
  exec: (argv) => afterOptions(argv, none),
  chroot: (argv) => afterOptions(argv, none) + 1,
  'tini-static': (argv) => afterOptions(argv, none),
  tini: (argv) => afterOptions(argv, none),
  sudo: (argv) => afterOptions(argv, new Set(['-u', '-g', '-h', '-p']), true),
}

/** The script of `sh -c script`, also in clusters such as `-lc`; `undefined` without one. */
function scriptOf(argv: readonly string[]): string | undefined {
  for (let at = 1; at < argv.length; at += 1) {
    const word = argv[at] ?? ''
    if (!word.startsWith('-')) return undefined
    if (/^-[a-z]*c[a-z]*$/i.test(word)) return argv[at + 1] ?? ''
    if (word === '-o' || word === '--rcfile' || word === '--init-file') at += 1
  }
  return undefined
}

/** Words of a simple shell command: quotes are taken off, operators end it. Good enough to see which program runs, not a shell. */
export function shellWords(script: string): string[] {
  const words: string[] = []
  const pattern = /\s*(?:([;&|()<>\n])|((?:[^\s;&|()<>"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+|["'\\]))/gy
  for (let match = pattern.exec(script); match && words.length < maxWords; match = pattern.exec(script)) {
    const [, operator, word] = match
    if (operator !== undefined && words.length > 0) break
    if (word !== undefined) words.push(word.replace(/\\(.)|["']/g, '$1'))
  }
  return words
}

/** Follows `sh -c`, `env`, `nsenter`, `busybox` and their kind to what they run; at most eight levels deep. */
export function unwrap(argv: readonly string[]): Command {
  const through: string[] = []
  let current = argv
  for (let depth = 0; depth < maxDepth; depth += 1) {
    const program = baseName(current[0] ?? '')
    const script = shells.has(program) ? scriptOf(current) : undefined
    const next = script === undefined ? startedBy(program, current) : shellWords(script)
    if (next === undefined || next.length === 0) break
    through.push(script === undefined ? program : `${program} -c`)
    current = next
  }
  const program = baseName(current[0] ?? '')
  return { argv: current, program, shell: isInteractive(program, current), through }
}

function startedBy(program: string, argv: readonly string[]): readonly string[] | undefined {
  const starts = Object.hasOwn(starters, program) ? starters[program] : undefined
  return starts && argv.slice(starts(argv))
}

function isInteractive(program: string, argv: readonly string[]): boolean {
  if (!shells.has(program)) return false
  const interactive = argv.some((word, at) => at > 0 && /^-[a-z]*i[a-z]*$/.test(word))
  return interactive || argv.slice(1).every((word) => word.startsWith('-') && word !== '--version')
}

/** The argument vector as far as the text of an event tells it: `exec_start: sh -c echo hi`. Quoting is lost there. */
export function argvOfAction(action: string): string[] {
  const colon = action.indexOf(': ')
  return colon === -1
    ? []
    : action
        .slice(colon + 2)
        .split(' ')
        .filter((word) => word !== '')
        .slice(0, maxWords)
}
