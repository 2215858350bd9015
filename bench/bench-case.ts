/** One number to watch and what it is compared with, measured in turns in the same run. */
export interface BenchCase {
  readonly name: string
  /** Events per second when absent. */
  readonly unit?: string
  readonly baseline: string
  /** Does the work once over the whole input and says how many units that were. */
  run(): number | Promise<number>
  runBaseline(): number | Promise<number>
}

export interface BenchResult {
  readonly case: string
  readonly value: number
  readonly unit: string
  readonly baseline: string
  readonly baseline_value: number
  /** Median of the ratios of the turns; single turns on a busy machine mean little. */
  readonly ratio: number
}

const turns = 7
const turnMs = 150

async function perSecond(work: () => number | Promise<number>): Promise<number> {
  const start = performance.now()
  let done = 0
  let now = start
  do {
    const units = work()
    done += typeof units === 'number' ? units : await units
    now = performance.now()
  } while (now - start < turnMs)
  return (done / (now - start)) * 1000
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN
}

/** Measures all cases in turns, so that a disturbance hits a value and its baseline alike. */
export async function measure(cases: readonly BenchCase[]): Promise<BenchResult[]> {
  const runs = cases.map(() => ({ values: [] as number[], baselines: [] as number[] }))
  for (let turn = 0; turn < turns; turn += 1) {
    for (const [index, benchCase] of cases.entries()) {
      runs[index]?.baselines.push(await perSecond(() => benchCase.runBaseline()))
      runs[index]?.values.push(await perSecond(() => benchCase.run()))
    }
  }
  return cases.map(({ name, unit, baseline }, index) => {
    const { values = [], baselines = [] } = runs[index] ?? {}
    return {
      case: name,
      value: Math.round(median(values)),
      unit: unit ?? 'events/s',
      baseline,
      baseline_value: Math.round(median(baselines)),
      ratio: Number(median(values.map((value, turn) => value / (baselines[turn] ?? NaN))).toPrecision(4)),
    }
  })
}
