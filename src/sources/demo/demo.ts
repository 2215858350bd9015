import { readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import type { Batch } from '../../event/batch.ts'
import { toByteString } from '../../event/byte-string.ts'
import { RawEvent } from '../../event/raw-event.ts'
import type { Source } from '../source.ts'

/** Recorded event texts, one per line, and the location they came from. */
const recordings = [
  { file: 'docker.jsonl', location: 'Wazuh-Docker' },
  { file: 'kube-audit.jsonl', location: 'k8s' },
] as const

const atOnce = 120
const everyMs = 700

interface Recorded {
  readonly location: string
  readonly line: string
}

/** Takes turns, so that every source shows up from the first moment. */
function interleaved(folder: string): readonly Recorded[] {
  const files = recordings.map(({ file, location }) =>
    readFileSync(path.join(folder, file), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line): Recorded => ({ location, line })),
  )
  const longest = Math.max(...files.map(({ length }) => length))
  return Array.from({ length: longest }, (_, index) => files.flatMap((file) => file[index] ?? [])).flat()
}

/**
 * Replays recorded events of `folder` for a machine without Docker or Kubernetes, each with `"demo": "recorded"` in it so that nobody
 * takes it for real. Starts with a burst, then one at a time, over and over.
 */
export function demoSource(folder: string, now: () => number): Source {
  const recorded = interleaved(folder)
  const started = now()
  let lastEventAtMs = started

  function event({ location, line }: Recorded, count: number): RawEvent {
    const text = toByteString(`${line.trimEnd().slice(0, -1)}, "demo": "recorded"}`)
    return new RawEvent({
      id: `demo:${started}:${count}`,
      source: 'demo',
      location,
      receivedAtMs: now(),
      text,
    })
  }

  async function* read(_from: string | undefined, signal: AbortSignal): AsyncGenerator<Batch> {
    for (let next = 0; !signal.aborted;) {
      const length = next === 0 ? atOnce : 1
      const events = Array.from({ length }, (_, offset) => recorded[(next + offset) % recorded.length])
      const batch = events.flatMap((entry, offset) => (entry ? [event(entry, next + offset)] : []))
      yield { source: 'demo', events: batch, cursor: undefined, settle: () => undefined }
      next += length
      lastEventAtMs = now()
      await sleep(everyMs, undefined, { signal }).catch(() => undefined)
    }
  }

  return {
    name: 'demo',
    read,
    status: () => ({
      state: 'running',
      detail: `replays ${recorded.length} recorded events; nothing of it happens here`,
      lastEventAtMs,
    }),
  }
}
