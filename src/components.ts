// The list of sources, outputs and responders. A component is declared in its own folder and gets one line here.
import { readSection, type Options } from './config/option.ts'
import type { Problem } from './dialect/problem.ts'
import type { XmlElement } from './dialect/xml-element.ts'
import { dockerListener } from './sources/docker/docker-listener.ts'
import { localfile } from './sources/file/localfile.ts'
import { kubeAudit } from './sources/kube-audit/kube-audit.ts'
import type { Source } from './sources/source.ts'
import type { Finding, SourceContext, SourceType, Surroundings } from './sources/source-type.ts'

/** A source whose options have been read and found good. */
export interface PlannedSource {
  readonly type: string
  readonly create: (context: SourceContext) => Source
  readonly diagnose: (surroundings: Surroundings) => Promise<readonly Finding[]>
}

/** A source type with its own option types closed over, so that different ones fit in one list. */
export interface AnySourceType extends Pick<
  SourceType<Options>,
  'type' | 'section' | 'blocks' | 'byDefault' | 'summary' | 'options' | 'examples'
> {
  plan(block: XmlElement): {
    readonly source: PlannedSource | undefined
    readonly problems: readonly Problem[]
  }
}

function listed<O extends Options>(declared: SourceType<O>): AnySourceType {
  return {
    ...declared,
    plan: (block) => {
      const { values, problems, given } = readSection(block, declared.options)
      const all = [...problems, ...(declared.check?.(values, { block, given }) ?? [])]
      if (declared.isDisabled?.(values)) return { source: undefined, problems: all }
      return {
        source: {
          type: declared.type,
          create: (context) => declared.create(values, context),
          diagnose: async (surroundings) => (await declared.diagnose?.(values, surroundings)) ?? [],
        },
        problems: all,
      }
    },
  }
}

/** One line per source. */
export const sourceTypes: readonly AnySourceType[] = [
  listed(dockerListener),
  listed(kubeAudit),
  listed(localfile),
]
