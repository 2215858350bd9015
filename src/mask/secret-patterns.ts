import { secretNames } from './secret-names.ts'

/** What is masked in text. The first group is the secret when there is one, else the whole match. */
export interface SecretPattern {
  /** Shown in the metric. */
  readonly name: string
  /** Global. */
  readonly pattern: RegExp
}

const value = `"[^"]*"|'[^']*'|(?!\\$)[^\\s"'&;,|<>(){}\\[\\]\\\\]+`

/** Order matters: what has been masked is not looked at again. */
export const secretPatterns: readonly SecretPattern[] = [
  {
    name: 'private-key',
    pattern: /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]{0,30}PRIVATE KEY-----|$)/g,
  },
  { name: 'jwt', pattern: /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g },
  {
    name: 'authorization',
    pattern: /\bauthorization["']?\s*[:=]\s*["']?((?:[a-z]{1,16}\s+)?[^\s"',;]{4,})/gi,
  },
  { name: 'bearer', pattern: /\b(?:bearer|basic)\s+([\w.~+/-]{16,}=*)/gi },
  { name: 'aws-key', pattern: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g },
  {
    name: 'provider-token',
    pattern:
      /\b(?:gh[pousr]_\w{30,}|github_pat_\w{30,}|glpat-[\w-]{20,}|xox[abeprs]-[\w-]{10,}|[rs]k_live_\w{16,}|AIza[\w-]{35}|npm_\w{36}|hvs\.[\w-]{20,}|dop_v1_\w{32,})/g,
  },
  { name: 'url-password', pattern: /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@"']{0,100}:([^\s/@"']{1,200})@/gi },
  {
    name: 'name-value',
    pattern: new RegExp(`(?:${secretNames})(?:["']?\\s*=\\s*|%3D)(${value})`, 'gi'),
  },
  { name: 'pwd', pattern: /(?<![a-z])pwd=([^\s"'&;,|<>(){}[\]\\/][^\s"'&;,|<>(){}[\]\\]*)/gi },
  {
    name: 'quoted-name',
    pattern: new RegExp(`["'][\\w.-]{0,40}(?:${secretNames})["']\\s*:\\s*("[^"]*"|'[^']*')`, 'gi'),
  },
  {
    name: 'flag',
    pattern: new RegExp(
      `(?<![\\w-])--?(?:[a-z0-9]+[_-])*(?:${secretNames})(?:\\s+|&command=)(${value})`,
      'gi',
    ),
  },
  {
    name: 'command',
    pattern:
      /\b(?:(?:mysql|mysqldump|mysqladmin|mariadb)\b[^|;\n]{0,200}?(?:\s|command=)-p|sshpass(?:\s+|&command=)-p(?:\s+|&command=)?|redis-cli\b[^|;\n]{0,200}?(?:\s|command=)-a(?:\s+|&command=)|docker login\b[^|;\n]{0,200}?\s-p\s+)([^\s"'&]+)/g,
  },
  {
    name: 'user-password',
    pattern: /\bcurl\b[^|;\n]{0,300}?(?:\s-u|\s--user)(?:\s+|=)["']?[^\s:"']{1,64}:([^\s"']+)/g,
  },
]

/** What makes a word name a value, in the text as it is or inside of a JSON string; shapes; commands. Found by `mayHoldSecret`. */
export const traces = new RegExp(
  [
    `(?:${secretNames})(?:\\\\*["']\\s*(?::\\s*["'\\\\[]|=)|\\s*=|%3D)`,
    `-(?:${secretNames})(?:["\\\\]|\\s|&command=)`,
    `(?:authorization|cookie)\\\\*["']?\\s*[:=]`,
    // Variables of containers are objects with a name and a value; so are parts of Kubernetes secrets.
    `(?:${secretNames})\\\\*",\\s*\\\\*"value`,
    `resource\\\\*":\\s*\\\\*"secrets\\\\*"`,
    `kind\\\\*":\\s*\\\\*"secret\\\\*"`,
    `\\b(?:bearer|basic)\\s`,
    `eyJ|AKIA|ASIA|PRIVATE KEY-----`,
    `\\b(?:gh[pousr]_|github_pat_|glpat-|xox[abeprs]-|[rs]k_live_|AIza|npm_|hvs\\.|dop_v1_)`,
    `\\bpwd=`,
    `(?:mysql|mysqldump|mysqladmin|mariadb|sshpass|redis-cli|docker login)[\\s&"\\\\]`,
    `-(?:u|-user)(?:[\\s=]|&command=)[\\\\"']*[^\\s:"']{1,64}:`,
  ].join('|'),
  'i',
)

/** Four letters of each of them: a text without any of these holds none. */
export const landmarks: readonly string[] = [
  'assw,assp,ecre,oken,ials,tial,okie,pwd=,ikey,i_ke,i-ke,i.ke,skey,s_ke,s-ke,s.ke,ekey,e_ke,e-ke',
  'e.ke,te k,nstr,n_st,n-st,n.st,zati,eare,sic ,sic\t,akia,asia,eyja,eyj0,eyjr,eyjl,eyj4,eyjq,eyj6',
  'eyjj,eyjp,eyji,eyjz,eyjt,eyju,ghp_,gho_,ghu_,ghs_,ghr_,pat_,lpat,live,aiza,npm_,hvs.,p_v1,xoxa',
  'xoxb,xoxe,xoxp,xoxr,xoxs,mysq,riad,shpa,s-cl,r lo, -u , -u=,=-u&,-use',
].flatMap((line) => line.split(','))
