// Which API servers send to the audit webhook: one that has fallen silent or behind stands out.
import type { Health } from '../data/answers.ts'
import { count } from '../data/text.ts'
import { ago, duration, full } from '../data/time.ts'
import { Card } from './card.tsx'
import { Table } from './table.tsx'
import { Line } from './text.tsx'

const unknown = '–'
const heads = ['Cluster', 'Address', 'Events', 'Per second', 'Lag', 'Last event'] as const
const numbers: readonly string[] = ['Events', 'Per second', 'Lag']

function rate(perSecond: number): string {
  return perSecond >= 10 ? count(Math.round(perSecond)) : perSecond.toFixed(1)
}

/** Nothing before the first of them has sent. */
export function Senders({ health }: { readonly health: Health }) {
  const senders = health.sources.flatMap((source) => source.senders ?? [])
  if (senders.length === 0) return null
  const ordered = senders.toSorted((a, b) => a.lastEventAtMs - b.lastEventAtMs)
  return (
    <Card title="API servers that send" aside={<span class="muted">the most silent one first</span>}>
      <Table label="Table of API servers" heads={heads} numbers={numbers}>
        {ordered.map(({ cluster, server, events, eventsPerSecond, lagSeconds, lastEventAtMs }) => (
          <tr key={`${cluster} ${server}`}>
            <th scope="row">
              <Line>{cluster}</Line>
            </th>
            <td class="mono">
              <Line>{server}</Line>
            </td>
            <td class="num">{count(events)}</td>
            <td class="num">{eventsPerSecond === undefined ? unknown : rate(eventsPerSecond)}</td>
            <td class="num">{lagSeconds === undefined ? unknown : duration(lagSeconds * 1000)}</td>
            <td title={full(lastEventAtMs)}>{ago(lastEventAtMs, health.nowMs)}</td>
          </tr>
        ))}
      </Table>
    </Card>
  )
}
