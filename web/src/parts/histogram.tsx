import { useId, useMemo, useRef, useState } from 'preact/hooks'
import type { AggregationResult, Bucket } from '../data/answers.ts'
import { range } from '../data/address.ts'
import { setRange } from '../data/span.ts'
import type { Band } from '../data/severity.ts'
import { bands } from '../data/severity.ts'
import { visible } from '../../../src/api/visible-text.ts'
import { count, plural } from '../data/text.ts'
import { minute, tick, zoneName } from '../data/time.ts'
import { partOf } from './sparkline.tsx'

interface Props {
  readonly buckets: readonly Bucket[]
  readonly fromMs: number
  readonly toMs: number
  readonly intervalMs: number
  /** Names of the split, lowest first, each with a colour of its own. Default: severity. */
  readonly series?: readonly string[] | undefined
  readonly label: string
  readonly onZoom?: (fromMs: number, toMs: number) => void
  readonly onUndo?: () => void
}

interface Slot {
  readonly startMs: number
  readonly total: number
  readonly split: Readonly<Record<string, number>>
}

const height = 100
const steps = [
  1000, 5000, 10_000, 30_000, 60_000, 300_000, 600_000, 900_000, 1_800_000, 3_600_000, 10_800_000, 21_600_000,
  43_200_000, 86_400_000, 604_800_000,
] as const

/** A round interval that gives at most `most` bars. */
export function intervalFor(fromMs: number, toMs: number, most = 96): number {
  const least = (toMs - fromMs) / most
  return steps.find((step) => step >= least) ?? Math.ceil(least / 86_400_000) * 86_400_000
}

/** Every interval of the range, the empty ones too. */
function slotsOf({ buckets, fromMs, toMs, intervalMs }: Props): readonly Slot[] {
  const found = new Map(buckets.map((bucket) => [Number(bucket.key), bucket]))
  const slots: Slot[] = []
  const first = Math.floor(fromMs / intervalMs) * intervalMs
  for (let at = first; at < toMs && slots.length < 2000; at += intervalMs) {
    const bucket = found.get(at)
    slots.push({ startMs: at, total: bucket?.count ?? 0, split: bucket?.split ?? {} })
  }
  return slots
}

/** A round number at or above the highest bar. */
function ceilingOf(value: number): number {
  if (value <= 4) return 4
  const power = 10 ** Math.floor(Math.log10(value))
  // Half of it stands at the middle line: it must be whole too.
  const step = (power === 1 ? [6, 8, 10] : [1, 2, 4, 5, 10]).find((one) => one * power >= value) ?? 10
  return step * power
}

function describe(slot: Slot, series: readonly string[]): string {
  const parts = [...series]
    .reverse()
    .flatMap((name) =>
      partOf(slot.split, name) > 0 ? [`${count(partOf(slot.split, name))} ${visible(name, 40)}`] : [],
    )
  return `${minute(slot.startMs)}: ${plural(slot.total, 'event')}${parts.length > 0 ? ` (${parts.join(', ')})` : ''}`
}

/** Severity has colours of its own; other series take them in order. */
function fillOf(name: string, series: readonly string[]): string {
  return bands.some((band) => band === name) ? `fill-${name}` : `fill-${series.indexOf(name) % 6}`
}

function Bars({
  slots,
  top,
  series,
}: {
  readonly slots: readonly Slot[]
  readonly top: number
  readonly series: readonly string[]
}) {
  return (
    <>
      {slots.map((slot, index) => {
        let y = height
        return series.map((name) => {
          const value = partOf(slot.split, name)
          if (value === 0) return undefined
          const tall = Math.max((value / top) * height, 1.2)
          y -= tall
          return (
            <rect
              key={`${index}${name}`}
              class={fillOf(name, series)}
              x={index + 0.1}
              y={y}
              width={0.8}
              height={tall}
            />
          )
        })
      })}
    </>
  )
}

interface TimeChartProps {
  readonly label: string
  readonly result: AggregationResult
  readonly intervalMs: number
  readonly series?: readonly string[]
}

/** Counts over the time of the page; a chosen span becomes the time of the page. */
export function TimeChart({ label, result, intervalMs, series }: TimeChartProps) {
  const { fromMs, toMs } = range.value
  return (
    <Histogram
      label={label}
      buckets={result.buckets}
      series={series}
      fromMs={fromMs}
      toMs={toMs}
      intervalMs={intervalMs}
      onZoom={(begin, end) => setRange(new Date(begin).toISOString(), new Date(end).toISOString())}
      onUndo={() => history.back()}
    />
  )
}

/** Counts over time. Drag, or arrow keys with Shift, choose a span; Enter zooms into it, Backspace goes back. */
function Histogram(props: Props) {
  const { intervalMs, label, onZoom, onUndo, series = bands satisfies readonly Band[] } = props
  const slots = useMemo(() => slotsOf(props), [props.buckets, props.fromMs, props.toMs, intervalMs])
  const top = useMemo(() => ceilingOf(Math.max(0, ...slots.map((slot) => slot.total))), [slots])
  const [span, setSpan] = useState<{ anchor: number; head: number } | undefined>(undefined)
  const [hover, setHover] = useState<number | undefined>(undefined)
  const plot = useRef<HTMLDivElement>(null)
  const dragging = useRef(false)
  const hint = useId()
  const clamp = (index: number) => Math.min(Math.max(index, 0), slots.length - 1)

  function slotAt(event: PointerEvent): number {
    const box = plot.current?.getBoundingClientRect()
    return box ? clamp(Math.floor(((event.clientX - box.left) / box.width) * slots.length)) : 0
  }

  function zoom(chosen: { anchor: number; head: number }): void {
    const first = slots[Math.min(chosen.anchor, chosen.head)]
    const last = slots[Math.max(chosen.anchor, chosen.head)]
    setSpan(undefined)
    if (first && last) onZoom?.(first.startMs, last.startMs + intervalMs)
  }

  function move(by: number, extend: boolean): void {
    setSpan((before) => {
      // Without a span the keys come in from the side they point away from.
      const start = before?.head ?? (by < 0 ? slots.length : -1)
      const head = clamp(start + by)
      return { anchor: extend && before ? before.anchor : head, head }
    })
  }

  function onKeyDown(event: KeyboardEvent): void {
    const jumps: Record<string, number> = {
      ArrowLeft: -1,
      ArrowRight: 1,
      Home: -slots.length,
      End: slots.length,
    }
    const by = jumps[event.key]
    if (by !== undefined) move(by, event.shiftKey)
    else if (event.key === 'Enter' && span) zoom(span)
    else if (event.key === 'Backspace') onUndo?.()
    else if (event.key === 'Escape' && span) setSpan(undefined)
    else return
    event.preventDefault()
    event.stopPropagation()
  }

  const shown = hover ?? span?.head
  const active = shown === undefined ? undefined : slots[shown]
  const width = 100 / Math.max(slots.length, 1)
  const [low, high] = span ? [Math.min(span.anchor, span.head), Math.max(span.anchor, span.head)] : [0, -1]
  return (
    <figure class="histogram" aria-label={label}>
      <div class="histogram-scale" aria-hidden="true">
        <span>{count(top)}</span>
        <span>{count(top / 2)}</span>
        <span>0</span>
      </div>
      {/* Roles for a chart that takes keys do not exist; an application with a name and a description is read best. */}
      <div
        class="histogram-plot"
        ref={plot}
        role="application"
        aria-roledescription="chart"
        tabIndex={0}
        aria-label={label}
        aria-describedby={hint}
        onKeyDown={onKeyDown}
        onBlur={() => setSpan(undefined)}
        onPointerDown={(event) => {
          if (event.button !== 0) return
          dragging.current = true
          event.currentTarget.setPointerCapture(event.pointerId)
          const at = slotAt(event)
          setSpan({ anchor: at, head: at })
        }}
        onPointerMove={(event) => {
          const at = slotAt(event)
          setHover(at)
          if (dragging.current) setSpan((before) => ({ anchor: before?.anchor ?? at, head: at }))
        }}
        onPointerUp={() => {
          if (dragging.current && span) zoom(span)
          dragging.current = false
        }}
        onPointerCancel={() => {
          dragging.current = false
          setSpan(undefined)
        }}
        onPointerLeave={() => setHover(undefined)}
      >
        <svg
          viewBox={`0 0 ${Math.max(slots.length, 1)} ${height}`}
          preserveAspectRatio="none"
          aria-hidden="true"
        >
          <line class="grid" x1="0" x2={slots.length} y1={height / 2} y2={height / 2} />
          <line class="grid" x1="0" x2={slots.length} y1="0.5" y2="0.5" />
          <Bars slots={slots} top={top} series={series} />
        </svg>
        {span && (
          <div
            class="histogram-span"
            style={{ left: `${low * width}%`, width: `${(high - low + 1) * width}%` }}
          />
        )}
        {active && shown !== undefined && (
          <div
            class="histogram-tip"
            style={
              shown > slots.length / 2
                ? { right: `${100 - shown * width}%` }
                : { left: `${(shown + 1) * width}%` }
            }
          >
            {describe(active, series)}
          </div>
        )}
      </div>
      <Axis slots={slots} intervalMs={intervalMs} />
      <span id={hint} class="unseen">
        Left and right move, with Shift they choose a span, Enter zooms in, Backspace goes back.
      </span>
      <span class="unseen" aria-live="polite">
        {span && active ? describe(active, series) : ''}
      </span>
      <AsTable slots={slots} series={series} label={label} />
    </figure>
  )
}

function Axis({ slots, intervalMs }: { readonly slots: readonly Slot[]; readonly intervalMs: number }) {
  const every = Math.max(1, Math.ceil(slots.length / 6))
  const spanMs = slots.length * intervalMs
  const ticks = slots
    .map((slot, index) => ({ slot, index }))
    .filter(({ index }) => index % every === 0 && index <= slots.length - every / 2)
  return (
    <div class="histogram-axis" aria-hidden="true">
      {ticks.map(({ slot, index }) => (
        <span key={slot.startMs} style={{ left: `${(index / slots.length) * 100}%` }}>
          {spanMs > 86_400_000 * 2 ? tick(slot.startMs, 86_400_000) : tick(slot.startMs, intervalMs)}
        </span>
      ))}
      <span class="histogram-zone">{zoneName()}</span>
    </div>
  )
}

/** The same numbers for who cannot see the picture; only the intervals that hold something. */
function AsTable({
  slots,
  series,
  label,
}: {
  readonly slots: readonly Slot[]
  readonly series: readonly string[]
  readonly label: string
}) {
  return (
    <table class="unseen">
      <caption>{label}</caption>
      <tbody>
        {slots
          .filter((slot) => slot.total > 0)
          .map((slot) => (
            <tr key={slot.startMs}>
              <td>{describe(slot, series)}</td>
            </tr>
          ))}
      </tbody>
    </table>
  )
}
