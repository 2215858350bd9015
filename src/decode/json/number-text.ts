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
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return Object.is(value, -0) ? '-0' : String(value)
  const shortest = value.toExponential()
  // "-", the point and the exponent are no digits.
  if (shortest.indexOf('e') <= 15) return general(shortest, 15)
  const short = general(value.toExponential(14), 15)
  const read = Number(short)
  const enough = Math.abs(read - value) <= Math.max(Math.abs(read), Math.abs(value)) * Number.EPSILON
  return enough ? short : general(seventeenDigits(value), 17)
}

/** C's `%1.<precision>g` for a number that is already rounded and written with an exponent. */
function general(written: string, precision: number): string {
  const [mantissa = '', power = ''] = written.split('e')
  const exponent = Number(power)
  if (exponent < -4 || exponent >= precision) {
    const sign = exponent < 0 ? '-' : '+'
    return `${withoutTrailingZeros(mantissa)}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`
  }
  const negative = mantissa.startsWith('-') ? '-' : ''
  const digits = mantissa.replace(/[-.]/g, '').padEnd(exponent + 1, '0')
  if (exponent < 0) return withoutTrailingZeros(`${negative}0.${'0'.repeat(-exponent - 1)}${digits}`)
  return withoutTrailingZeros(`${negative}${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`)
}

/** `toExponential` rounds ties away from zero, C to even. */
function seventeenDigits(value: number): string {
  const [exact = '', power = ''] = value.toExponential(100).split('e')
  const digits = exact.replace(/[-.]/g, '')
  const isTie = /^50*$/.test(digits.slice(17)) && Number(digits[16]) % 2 === 0
  const cut = `${value < 0 ? '-' : ''}${digits.slice(0, 1)}.${digits.slice(1, 17)}e${power}`
  return isTie ? cut : value.toExponential(16)
}

function withoutTrailingZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}
