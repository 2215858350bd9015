import type { MitreCatalogue } from './mitre.ts'

/**
 * Reads `ruleset/mitre.json`: `{"version","tactics":{"TA0001":"Initial Access"},"techniques":{"T1110":["Brute Force","TA0006"]}}`.
 * A broken file of ours throws.
 */
export function readMitreCatalogue(text: string): MitreCatalogue {
  const data: unknown = JSON.parse(text)
  if (!isCatalogue(data)) throw new TypeError('the ATT&CK catalogue has another shape')
  const techniques = Object.entries(data.techniques).map(
    ([id, [name = '', ...tactics]]) => [id, { name, tactics }] as const,
  )
  return {
    version: data.version,
    tactics: new Map(Object.entries(data.tactics)),
    techniques: new Map(techniques),
  }
}

interface CatalogueFile {
  readonly version: string
  readonly tactics: Readonly<Record<string, string>>
  readonly techniques: Readonly<Record<string, readonly string[]>>
}

function isCatalogue(data: unknown): data is CatalogueFile {
  return (
    typeof data === 'object' &&
    data !== null &&
    'version' in data &&
    'tactics' in data &&
    'techniques' in data &&
    typeof data.techniques === 'object'
  )
}
