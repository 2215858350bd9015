import { lintDecoders } from './decode/lint-decoders.ts'
import { factNames } from './decode/kube/fact-names.ts'
import { producedFields } from './decode/produced-fields.ts'
import type { Problem } from './dialect/problem.ts'
import type { LoadedEngine } from './load-engine.ts'
import { lintRules } from './rules/lint/lint-rules.ts'
import type { Vocabulary } from './rules/lint/unproduced.ts'

/** What an event of our Docker source has below `docker`. */
const dockerMembers = `type action actor scope status id from time timenano container exec enrichment reconciled`

/** What a loaded ruleset says that its author hardly meant. Only for one without fatal problems. */
export function lintEngine({ engine, decoders }: LoadedEngine): Problem[] {
  const vocabulary: Vocabulary = {
    decoders: producedFields(decoders.roots),
    decoderNames: decoders.names,
    namespaces: [
      {
        when: { subject: 'field integration', value: 'docker' },
        prefix: 'docker',
        members: new Set([...dockerMembers.split(' '), 'wodle event']),
      },
      { prefix: 'kube', names: new Set<string>(factNames) },
    ],
  }
  return [...lintDecoders(decoders), ...lintRules(engine.rules, vocabulary)]
}
