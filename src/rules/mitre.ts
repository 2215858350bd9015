import type { ByteString } from '../event/byte-string.ts'

/** Names of ATT&CK techniques and tactics, of one published version. */
export interface MitreCatalogue {
  readonly version: string
  /** By technique id: `T1110.001`. */
  readonly techniques: ReadonlyMap<string, { readonly name: string; readonly tactics: readonly string[] }>
  /** Tactic id (`TA0006`) to name. */
  readonly tactics: ReadonlyMap<string, string>
}

/** What `<mitre>` of a rule says, either form (spec/rules.md §3.8). */
export interface MitreReference {
  readonly ids: readonly ByteString[]
  readonly pairs: readonly { readonly tactic: ByteString; readonly technique: ByteString }[]
}

/** `rule.mitre` of a document. */
export interface MitreView {
  readonly id: readonly string[]
  readonly tactic: readonly string[]
  readonly technique: readonly string[]
}

/** `undefined` when nothing would be shown (spec/rules.md §6.4). */
export function resolveMitre(reference: MitreReference, catalogue: MitreCatalogue): MitreView | undefined {
  const view =
    reference.pairs.length > 0 ? fromPairs(reference, catalogue) : fromIds(reference.ids, catalogue)
  return view.tactic.length === 0 ? undefined : view
}

function fromIds(ids: readonly string[], catalogue: MitreCatalogue): MitreView {
  const known = ids.flatMap((id) => catalogue.techniques.get(id) ?? [])
  const tactics = known.flatMap((technique) => technique.tactics)
  return {
    id: ids,
    tactic: unique(tactics.map((tactic) => catalogue.tactics.get(tactic) ?? tactic)),
    technique: unique(known.map((technique) => technique.name)),
  }
}

function fromPairs({ pairs }: MitreReference, catalogue: MitreCatalogue): MitreView {
  const valid = pairs.filter(({ tactic, technique }) =>
    catalogue.techniques.get(technique)?.tactics.includes(tactic),
  )
  return {
    id: unique(valid.map(({ technique }) => technique)),
    tactic: unique(valid.map(({ tactic }) => catalogue.tactics.get(tactic) ?? tactic)),
    technique: unique(valid.map(({ technique }) => catalogue.techniques.get(technique)?.name ?? technique)),
  }
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)]
}
