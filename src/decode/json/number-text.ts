const integerLimit = 2_147_483_647
/** Longest number text that the format reads; a longer one is a syntax error. */
export const longestNumber = 63

const grammar = /^-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/

/** What `strtod` reads, when it reads all of it: leading zeros and a bare final point are fine. */
export function isNumberText(text: string): boolean {
  return text.length <= longestNumber && grammar.test(text)
}

/**
 * A number as the text of a field (spec/decoders.md §6.9): 32-bit integers in decimal, everything else with six decimals,
 * at most 63 characters.
 */
export function fieldNumber(value: number): string {
  if (Math.trunc(value) === value && Math.abs(value) <= integerLimit + 1) {
    return value > integerLimit ? `${value}.000000` : String(value + 0)
  }
  return sixDecimals(value).slice(0, longestNumber)
}

/** C's `%f`. */
function sixDecimals(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  if (Math.abs(value) >= 1e21) return `${BigInt(value)}.000000`
  const text = value.toFixed(6)
  // A tie is an odd multiple of 2^-7. C rounds it to even, toFixed away from zero.
  const last = Number(text.at(-1))
  return (Math.abs(value) * 128) % 2 === 1 && last % 2 === 1 ? `${text.slice(0, -1)}${last - 1}` : text
}

/** A number inside an array's text: 15 significant digits, 17 when those are not enough; infinities are `null`. */
export function arrayNumber(value: number): string {
  if (!Number.isFinite(value)) return 'null'
  const short = general(value, 15)
  const read = Number(short)
  const enough = Math.abs(read - value) <= Math.max(Math.abs(read), Math.abs(value)) * Number.EPSILON
  return enough ? short : general(value, 17)
}

/** C's `%1.<digits>g`. */
function general(value: number, digits: number): string {
  if (value === 0) return Object.is(value, -0) ? '-0' : '0'
  const [mantissa = '', power = ''] = roundedToEven(value, digits).split('e')
  const exponent = Number(power)
  if (exponent < -4 || exponent >= digits) {
    const sign = exponent < 0 ? '-' : '+'
    return `${withoutTrailingZeros(mantissa)}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`
  }
  const negative = value < 0 ? '-' : ''
  const figures = mantissa.replace(/[-.]/g, '')
  if (exponent < 0) return withoutTrailingZeros(`${negative}0.${'0'.repeat(-exponent - 1)}${figures}`)
  return withoutTrailingZeros(`${negative}${figures.slice(0, exponent + 1)}.${figures.slice(exponent + 1)}`)
}

/** `toExponential` rounds ties away from zero, C to even. */
function roundedToEven(value: number, digits: number): string {
  const up = value.toExponential(digits - 1)
  const [exact = ''] = value.toExponential(100).split('e')
  const figures = exact.replace(/[-.]/g, '')
  if (!/^50*$/.test(figures.slice(digits)) || Number(figures[digits - 1]) % 2 === 1) return up
  const [, power = ''] = value.toExponential(100).split('e')
  const kept = figures.slice(0, digits)
  return `${value < 0 ? '-' : ''}${kept[0]}.${kept.slice(1)}e${power}`
}

function withoutTrailingZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}
