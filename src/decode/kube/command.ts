import type { Facts } from './facts.ts'
import { queryValues, type Request } from './request.ts'

/** What a command line is known for. Linear patterns only: the text is the attacker's. */
const traits: readonly (readonly [name: string, pattern: RegExp])[] = [
  [
    'reverse-shell',
    /[<>]& ?\/dev\/(?:tcp|udp)\/(?!localhost|127\.)|<> ?\/dev\/(?:tcp|udp)\/(?!localhost|127\.)|\/dev\/(?:tcp|udp)\/(?!localhost|127\.)[^\n]{0,200}(?:\b0[<>]&|<&)|\bmkfifo\b|\bnc(?:at|\.traditional)?\b[^|;&\n]{0,200} (?:-[a-z]{0,8}[ec]\b|--(?:sh-)?exec)|\bsocat\b[^|;&\n]{0,300}\b(?:exec|system):|\/inet\/(?:tcp|udp)\/|\bpty\.spawn|\bsocket\.socket\b|\bimport\b[^;\n]{0,100}\bpty\b|\bopenssl\b[^|;&\n]{0,200}\bs_client\b[^\n]{0,200}\|\s{0,8}(?:\/bin\/)?(?:ba|da|a|z)?sh\b|bash -i\b|\buse Socket\b|\bfsockopen\b|TCPSocket|\btelnet\b[^|;&\n]{0,200}\|\s{0,8}(?:\/bin\/)?(?:ba)?sh\b/i,
  ],
  // Scripts that wait for a service do this too.
  ['connect', /\/dev\/(?:tcp|udp)\/|\brequire\(["']{0,2}(?:net|socket)["']{0,2}\)/i],
  [
    'download',
    /\b(?:curl|wget)\b[^|;&\n]{0,300}\|(?:[^|;&\n]{0,200}\|){0,3}\s{0,8}(?:sudo )?(?:\/\w{1,8}){0,3}\/?(?:(?:ba|da|z|a|k)?sh|python3?|perl)\b|\bbase64 (?:-d|-D|--decode)\b[^\n]{0,500}\||\b(?:ba|da|z|a|k)?sh -c "?\$\((?:curl|wget)\b|(?:ba|z)?sh <\((?:curl|wget)\b/i,
  ],
  [
    'fetch',
    /\b(?:curl|wget)\b[^|;&\n]{0,300}(?:&&|;)(?:[^\n]{0,200}\bchmod\b|\s{0,8}(?:(?:\/\w{1,8}){0,3}\/?(?:ba|da|z|a|k)?sh\s|(?:\.|\/tmp|\/var\/tmp|\/dev\/shm)\/))/i,
  ],
  [
    'credentials',
    /\/var\/run\/secrets\/|\/run\/secrets\/|\/etc\/shadow|\.kube\/config|\.aws\/|\/var\/lib\/kubelet|\/etc\/kubernetes|\/proc\/[^ /]{1,20}\/environ|\bid_(?:rsa|ed25519|ecdsa)\b|\.(?:pem|key)\b|\.docker\/config|\.git-credentials|\/\.ssh\b|\.config\/gcloud|\.azure\/|\.npmrc\b|\.pgpass\b|\.netrc\b|\.vault-token/i,
  ],
  [
    'metadata',
    /169\.254\.169\.254|169\.254\.170\.(?:2|23)\b|2852039166|0xa9fea9fe|0xa9\.0xfe|0251\.0?0?376|::ffff:a9fe|fd00:ec2::254|metadata\.google\.internal|\/latest\/(?:api\/token|meta-data)|\/metadata\/identity|100\.100\.100\.200|168\.63\.129\.16|\binstance-data\b/i,
  ],
  [
    'host-escape',
    /\bnsenter\b|\bchroot \/?(?:host|mnt|rootfs)|\brelease_agent\b|\/proc\/1\/root|\bunshare\b|core_pattern|notify_on_release|sysrq-trigger|uevent_helper|\bmount\b[^|;&\n]{0,80}-t cgroup/i,
  ],
  [
    'host-device',
    /\b(?:mount|dd|fdisk|parted|losetup|strings|cat|xxd)\b[^|;&\n]{0,200}\/dev\/(?:sd|vd|nvme|xvd|dm-|mapper|mem\b|kmem\b)|\/(?:host|hostfs|host-?root|node-?root|rootfs|mnt\/host)\/(?:etc|root|home|var|usr|opt|bin|lib)\/|\bdebugfs\b|\b(?:insmod|modprobe)\b|\/(?:docker|containerd|crio)\.sock\b/i,
  ],
  [
    'miner',
    /\bxmrig\b|stratum\+(?:tcp|ssl)|\bminerd\b|\bkinsing\b|\bcryptonight\b|--donate-level|\bmonero|\bcpuminer\b|minexmr|\b(?:nano|eth|nb|lol|cc|phoenix|team[a-z]{2})miner\b|\bxmr-stak|\bnicehash|\brandomx\b|\bethash\b|\bkawpow\b/i,
  ],
  [
    'scan',
    /\bnmap\b|\bmasscan\b|\bzmap\b|\brustscan\b|\bkube-hunter\b|\bpeirates\b|\bkubectl\b|\bkubeletctl\b|\bcrictl\b|\bdeepce\b|\blinpeas\b|\bamicontained\b|\btrufflehog\b|\bgitleaks\b|\bchisel\b|\bngrok\b|\bligolo\b|\bkdigger\b|\bcdk (?:evaluate|run|auto)/i,
  ],
  [
    'tracks',
    /\bhistory -c\b|\bunset HISTFILE\b|\bHISTFILE=\/dev\/null|\bHISTSIZE=0\b|\bshred\b|\b(?:rm|truncate)\b[^|;&\n]{0,200}(?:\/var\/log|\.bash_history|\/dev\/termination-log)|>\s{0,4}\/var\/log\//i,
  ],
]

const shells = new Set([
  'sh',
  'bash',
  'ash',
  'dash',
  'zsh',
  'ksh',
  'fish',
  'csh',
  'tcsh',
  'busybox',
  'pwsh',
  'powershell',
  'cmd.exe',
])

/** Names of what a command line is known for. */
export function commandTraits(line: string): readonly string[] {
  return traits.flatMap(([name, pattern]) => (pattern.test(line) ? [name] : []))
}

const baseName = (word: string): string => word.split('/').at(-1) ?? ''
/** What only starts something else. */
const wrappers = new Set(['env', 'sudo', 'doas', 'nohup', 'setsid', 'timeout', 'nice', 'stdbuf', 'exec'])
const logins = new Set(['su', 'login', 'script'])

/** Also `env bash` and `timeout 60 sh`. */
function isShellCommand(argv: readonly string[]): boolean {
  const words = argv.slice(0, 8)
  const found = words.find((word) => !wrappers.has(baseName(word)) && !/^-|=|^\d+[smh]?$/.test(word))
  if (found !== undefined) return shells.has(baseName(found)) || logins.has(baseName(found))
  return /^(?:sudo|doas)$/.test(baseName(words[0] ?? '')) && words.some((word) => /^-[is]$/.test(word))
}

/** `kubectl cp`, by letters of the options of `tar`, or in a shell as it does when it tries again. */
function copyTraits([program = '', ...rest]: readonly string[], line: string): readonly string[] {
  if (baseName(program) !== 'tar')
    return /\btar (?:-\S{1,40} ){0,8}-?[a-z]{0,8}c[a-z]{0,8} -(?:\s|$)/.test(line) ? ['copy-out'] : []
  const [first = ''] = rest
  const options = rest.filter((word) => /^-[A-Za-z]+$/.test(word))
  const letters = [...(first.startsWith('-') ? [] : [first]), ...options].join('')
  if (letters.includes('c')) return ['copy-out']
  return letters.includes('x') ? ['copy-in'] : []
}

/** `pods/exec` and `pods/attach`: the command is in the URI, so it is known at every audit level. */
export function execFacts({ query, resource }: Request, facts: Facts): void {
  const argv = queryValues(query, 'command')
  const line = argv.join(' ')
  const has = (name: string) => queryValues(query, name).some((value) => value === 'true' || value === '1')
  const isShell = isShellCommand(argv)
  const isInteractive = has('tty') || (has('stdin') && isShell)
  facts.set('exec.command', line)
  facts.set('exec.container', queryValues(query, 'container')[0])
  facts.set('exec.tty', has('tty'))
  facts.set('exec.stdin', has('stdin'))
  facts.words('exec.traits', [
    ...(isShell ? ['shell'] : []),
    ...(isInteractive && (isShell || resource === 'pods/attach') ? ['interactive'] : []),
    ...copyTraits(argv, line),
    ...commandTraits(line),
  ])
}
