import { useState } from 'preact/hooks'
import { parseTime } from '../../../src/api/time-text.ts'
import { from, range, to } from '../data/address.ts'
import { setRange } from '../data/span.ts'
import { minute, setUtc, utc, zoneName } from '../data/time.ts'
import { Icon } from './icon.tsx'

const presets = [
  ['now-15m', 'Last 15 minutes'],
  ['now-1h', 'Last hour'],
  ['now-4h', 'Last 4 hours'],
  ['now-24h', 'Last 24 hours'],
  ['now-7d', 'Last 7 days'],
  ['now-30d', 'Last 30 days'],
  ['now-90d', 'Last 90 days'],
] as const

function label(): string {
  if (to.value === 'now') {
    const preset = presets.find(([value]) => value === from.value)
    if (preset) return preset[1]
  }
  const { fromMs, toMs } = range.value
  return `${minute(fromMs)} – ${to.value === 'now' ? 'now' : minute(toMs)} ${zoneName(fromMs)}`
}

/** Moves the span back or forth by its own length. */
function shift(direction: -1 | 1): void {
  const { fromMs, toMs } = range.value
  const by = (toMs - fromMs) * direction
  const isPresent = toMs + by >= Date.now()
  setRange(new Date(fromMs + by).toISOString(), isPresent ? 'now' : new Date(toMs + by).toISOString())
}

export function TimePicker() {
  return (
    <div class="time">
      <button
        type="button"
        class="icon-button"
        aria-label="Earlier"
        title="Earlier"
        onClick={() => shift(-1)}
      >
        <Icon name="left" />
      </button>
      <button
        type="button"
        class="button time-button"
        popovertarget="time-popover"
        aria-label={`Time: ${label()}`}
      >
        <Icon name="clock" />
        <span class="line">{label()}</span>
      </button>
      <button
        type="button"
        class="icon-button"
        aria-label="Later"
        title="Later"
        disabled={to.value === 'now'}
        onClick={() => shift(1)}
      >
        <Icon name="right" />
      </button>
      <TimePopover />
    </div>
  )
}

function TimePopover() {
  const close = () => document.getElementById('time-popover')?.hidePopover()
  return (
    <div id="time-popover" popover="auto" class="popover">
      <div class="time-presets">
        {presets.map(([value, name]) => (
          <button
            key={value}
            type="button"
            class="menu-item"
            aria-pressed={from.value === value && to.value === 'now'}
            onClick={() => {
              setRange(value, 'now')
              close()
            }}
          >
            {name}
          </button>
        ))}
      </div>
      <CustomRange key={`${from.value} ${to.value}`} onDone={close} />
      <label class="check">
        <input
          type="checkbox"
          checked={utc.value}
          onChange={(event) => setUtc(event.currentTarget.checked)}
        />
        Show times in UTC
      </label>
      <button
        type="button"
        class="link"
        onClick={() =>
          setRange(new Date(range.value.fromMs).toISOString(), new Date(range.value.toMs).toISOString())
        }
      >
        Freeze to these exact times
      </button>
    </div>
  )
}

function CustomRange({ onDone }: { readonly onDone: () => void }) {
  const [begin, setBegin] = useState(from.value)
  const [end, setEnd] = useState(to.value)
  const now = Date.now()
  const times = [parseTime(begin, now), parseTime(end, now)] as const
  const isValid = times[0] !== undefined && times[1] !== undefined && times[0] < times[1]
  return (
    <form
      class="time-custom"
      onSubmit={(event) => {
        event.preventDefault()
        if (!isValid) return
        setRange(begin.trim(), end.trim())
        onDone()
      }}
    >
      <label>
        From
        <input
          value={begin}
          onInput={(event) => setBegin(event.currentTarget.value)}
          aria-invalid={times[0] === undefined}
        />
      </label>
      <label>
        To
        <input
          value={end}
          onInput={(event) => setEnd(event.currentTarget.value)}
          aria-invalid={times[1] === undefined}
        />
      </label>
      <p class="muted">now-2h, 2026-11-21T14:00Z, 2026-11-21</p>
      <button type="submit" class="button primary" disabled={!isValid}>
        Show
      </button>
    </form>
  )
}
