/** Endings of names whose values nobody should read. */
const names =
  'password|passwd|passphrase|secret|token|credentials?|api[._-]?key|access[._-]?key|secret[._-]?key|private[._-]?key|connection[._-]?string'

/** Members of JSON objects: `clientSecret`, `DB_PASSWORD`, `x-api-key`, `Authorization`. */
const member = new RegExp(`(?:${names}|^authorization|^proxy-authorization|^cookie|^set-cookie)$`, 'i')
const flag = new RegExp(`^--?(?:[a-z0-9]+[_-])*(?:${names})$`, 'i')

export function isSecretName(name: string): boolean {
  return member.test(name)
}

/** An argument such as `--password`, whose value is the next argument. */
export function isSecretFlag(argument: string): boolean {
  return flag.test(argument)
}

export const secretNames = names
