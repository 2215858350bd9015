import type { Facts } from './facts.ts'
import { queryValues, type Request } from './request.ts'

/** What a command line is known for. Linear patterns only: the text is the attacker's. */
const traits: readonly (readonly [name: string, pattern: RegExp])[] = [
  [
    'reverse-shell',
    /\/dev\/(?:tcp|udp)\/|\bmkfifo\b|\bnc(?:at|\.traditional)?\b[^|;&\n]{0,200} (?:-[a-z]{0,8}[ec]\b|--(?:sh-)?exec)|\bsocat\b[^|;&\n]{0,300}\b(?:exec|system):|pty\.spawn|\bsocket\.socket\b|bash -i\b|\buse Socket\b|\bfsockopen\b|TCPSocket|\btelnet\b[^|;&\n]{0,200}\|\s{0,8}(?:\/bin\/)?(?:ba)?sh\b/i,
  ],
  [
    'download',
    /\b(?:curl|wget)\b[^|;&\n]{0,300}(?:\|\s{0,8}(?:sudo )?(?:(?:ba|da|z|a|k)?sh|python3?|perl)\b)|\bbase64 (?:-d|-D|--decode)\b[^\n]{0,500}\||\b(?:ba|da|z|a|k)?sh -c "?\$\((?:curl|wget)\b|(?:ba|z)?sh <\((?:curl|wget)\b/i,
  ],
  ['fetch', /\b(?:curl|wget)\b[^|;&\n]{0,300}(?:&&|;)[^\n]{0,200}\bchmod\b/i],
  [
    'credentials',
    /\/var\/run\/secrets\/|\/run\/secrets\/|\/etc\/shadow|\.kube\/config|\.aws\/|\/var\/lib\/kubelet|\/etc\/kubernetes|\/proc\/[^ /]{1,20}\/environ|\bid_(?:rsa|ed25519|ecdsa)\b|\.(?:pem|key)\b|\.docker\/config|\.git-credentials|\/\.ssh\b|\.config\/gcloud|\.azure\/|\.npmrc\b|\.pgpass\b|\.netrc\b|\.vault-token/i,
  ],
  [
    'metadata',
    /169\.254\.169\.254|169\.254\.170\.2|2852039166|0xa9fea9fe|fd00:ec2::254|metadata\.google\.internal|\/latest\/(?:api\/token|meta-data)|\/metadata\/identity|100\.100\.100\.200/i,
  ],
  [
    'host-escape',
    /\bnsenter\b|\bchroot \/?(?:host|mnt|rootfs)|\brelease_agent\b|\/proc\/1\/root|\bunshare\b|core_pattern|notify_on_release/i,
  ],
  [
    'host-device',
    /\bmount\b[^|;&\n]{0,200}\/dev\/(?:sd|vd|nvme|xvd|dm-|mapper)|\bdebugfs\b|\b(?:insmod|modprobe)\b|\/(?:docker|containerd|crio)\.sock\b/i,
  ],
  [
    'miner',
    /\bxmrig\b|stratum\+(?:tcp|ssl)|\bminerd\b|\bkinsing\b|\bcryptonight\b|--donate-level|\bmonero|\bcpuminer\b|minexmr/i,
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

function copyTrait([program = '', flags = '']: readonly string[]): readonly string[] {
  if (!/(?:^|\/)tar$/.test(program)) return []
  if (/^-?c[a-z]*f?$/.test(flags)) return ['copy-out']
  return /^-?x[a-z]*$/.test(flags) ? ['copy-in'] : []
}

/** `pods/exec` and `pods/attach`: the command is in the URI, so it is known at every audit level. */
export function execFacts({ query, resource }: Request, facts: Facts): void {
  const argv = queryValues(query, 'command')
  const line = argv.join(' ')
  const program = argv[0]?.split('/').at(-1) ?? ''
  const has = (name: string) => queryValues(query, name).some((value) => value === 'true' || value === '1')
  const isShell = shells.has(program)
  const isInteractive = has('tty') || (has('stdin') && isShell)
  facts.set('exec.command', line)
  facts.set('exec.container', queryValues(query, 'container')[0])
  facts.set('exec.tty', has('tty'))
  facts.set('exec.stdin', has('stdin'))
  facts.words('exec.traits', [
    ...(isShell ? ['shell'] : []),
    ...(isInteractive && (isShell || resource === 'pods/attach') ? ['interactive'] : []),
    ...copyTrait(argv),
    ...commandTraits(line),
  ])
}
