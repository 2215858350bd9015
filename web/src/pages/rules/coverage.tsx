import type { Bucket, Rule } from '../../data/answers.ts'
import { hrefOf } from '../../data/address.ts'
import { useCounts, useHealth } from '../../data/ask.ts'
import { useResource } from '../../data/client.ts'
import { count, plural, shortCount } from '../../data/text.ts'
import { Card } from '../../parts/card.tsx'
import { Link } from '../../parts/link.tsx'
import { Failed } from '../../parts/notice.tsx'
import { Numbers } from '../../parts/numbers.tsx'
import { Level } from '../../parts/severity.tsx'
import { Table } from '../../parts/table.tsx'
import { Line } from '../../parts/text.tsx'

interface GroupCoverage {
  readonly name: string
  readonly rules: number
  readonly spoke: number
  readonly alerts: number
  readonly highest: number
  readonly techniques: number
}

const days = 30

/** What the rules look at, and which of them ever said something. */
export function CoverageView() {
  const { data, problem } = useResource<{ rules: readonly Rule[] }>({ path: '/rules' })
  const health = useHealth()
  const counts = useCounts(
    { rules: { kind: 'terms', field: 'rule.id', size: 1000 } },
    { ds: 'events', alone: true, from: `now-${days}d`, to: 'now' },
  )
  const failure = problem ?? counts.problem
  if (failure) return <Failed problem={failure} />
  if (!data || !counts.isReady) return <p class="muted">Counting…</p>
  const found = new Map(counts.of('rules').buckets.map((bucket) => [String(bucket.key), bucket]))
  const groups = groupsOf(data.rules, found)
  const speaking = data.rules.filter((rule) => rule.level > 0)
  const spoke = speaking.filter((rule) => found.has(String(rule.id))).length
  const silentSerious = speaking.filter((rule) => rule.level >= 10 && !found.has(String(rule.id)))
  const numbers = [
    ['Rules', count(data.rules.length)],
    [`Matched in ${days} days`, count(spoke)],
    ['Of level 10 and above', count(speaking.filter((rule) => rule.level >= 10).length)],
    ['Of these, never matched', count(silentSerious.length)],
    ['Techniques watched', count(new Set(data.rules.flatMap((rule) => rule.mitreIds)).size)],
    ['Problems in files', count(health.data?.rules.problems.length ?? 0)],
  ] as const
  return (
    <div class="board board-inner">
      <Numbers numbers={numbers} />
      <Card title="By group" aside={<span class="muted">all events of the last {days} days</span>}>
        <Table
          label="Table of rule groups"
          heads={['Group', 'Rules', 'Matched', 'Share', 'Events', 'Highest level', 'Techniques']}
          numbers={['Rules', 'Matched', 'Events', 'Techniques']}
        >
          {groups.slice(0, 60).map((group) => (
            <tr key={group.name}>
              <th scope="row">
                <Link href={hrefOf('rules', { view: undefined, find: group.name })}>
                  <Line>{group.name}</Line>
                </Link>
              </th>
              <td class="num">{count(group.rules)}</td>
              <td class="num">{count(group.spoke)}</td>
              <td>
                <span class="bar-track share">
                  <i class="fill-0" style={{ width: `${(group.spoke / group.rules) * 100}%` }} />
                </span>
              </td>
              <td class="num">{shortCount(group.alerts)}</td>
              <td>
                <Level level={group.highest} />
              </td>
              <td class="num">{count(group.techniques)}</td>
            </tr>
          ))}
        </Table>
        {groups.length > 60 && <p class="more">and {plural(groups.length - 60, 'more group')}</p>}
      </Card>
      <Card
        title="Serious rules that never matched"
        aside={<span class="muted">quiet because nothing happened, or because the events do not come</span>}
      >
        <ul class="quiet-rules">
          {silentSerious.slice(0, 40).map((rule) => (
            <li key={rule.id}>
              <Link href={hrefOf('rules', { view: undefined, rule: String(rule.id) })}>
                <span class="mono">{rule.id}</span>
                <Level level={rule.level} />
                <Line>{rule.description}</Line>
              </Link>
            </li>
          ))}
        </ul>
        {silentSerious.length > 40 && (
          <p class="more">and {plural(silentSerious.length - 40, 'more rule')}</p>
        )}
      </Card>
    </div>
  )
}

function groupsOf(rules: readonly Rule[], found: ReadonlyMap<string, Bucket>): readonly GroupCoverage[] {
  const members = new Map<string, Rule[]>()
  for (const rule of rules.filter((one) => one.level > 0)) {
    for (const name of rule.groups) {
      const present = members.get(name)
      if (present) present.push(rule)
      else members.set(name, [rule])
    }
  }
  return [...members]
    .map(([name, all]) => {
      const hits = all.flatMap((rule) => found.get(String(rule.id)) ?? [])
      return {
        name,
        rules: all.length,
        spoke: hits.length,
        alerts: hits.reduce((sum, hit) => sum + hit.count, 0),
        highest: Math.max(0, ...hits.map((hit) => hit.maxLevel ?? 0)),
        techniques: new Set(all.flatMap((rule) => rule.mitreIds)).size,
      }
    })
    .sort((a, b) => b.alerts - a.alerts || b.rules - a.rules)
}
