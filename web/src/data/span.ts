import { change, defaultFrom } from './address.ts'

/** The time of every page: texts such as `now-24h` or ISO times. */
export function setRange(fromText: string, toText: string): void {
  change({
    from: fromText === defaultFrom ? undefined : fromText,
    to: toText === 'now' ? undefined : toText,
    event: undefined,
  })
}
