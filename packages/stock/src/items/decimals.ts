/** A decimal number as it is written: `digits` / 10^`scale`. Nothing is lost, unlike in a float. */
export type Decimal = { digits: bigint; scale: number }

/** More than any quantity needs, and little enough that nobody can keep the process busy with one. */
const CHARACTERS_MAX = 60

/**
 * Reads a quantity. A text has digits, an optional sign and an optional point; a number is taken at its shortest
 * text, so that 0.1 is one tenth and not what the float holds.
 * @returns undefined where it is none: empty, infinite, `1e3` or `1,5` in a text
 */
export function readDecimal(quantity: number | string): Decimal | undefined {
  const text = typeof quantity === 'number' ? String(quantity) : quantity.trim()
  if (text.length > CHARACTERS_MAX) return undefined
  const pattern = typeof quantity === 'number' ? NUMBER : TEXT
  const [match, sign = '', whole = '', fraction = '', exponent = '0'] = pattern.exec(text) ?? []
  if (match === undefined) return undefined
  const digits = BigInt(`${whole}${fraction}`) * (sign === '-' ? -1n : 1n)
  const scale = fraction.length - Number(exponent)
  return scale >= 0 ? { digits, scale } : { digits: digits * 10n ** BigInt(-scale), scale: 0 }
}

const TEXT = /^([+-]?)(\d+)(?:\.(\d+))?$/
/** JavaScript writes 0.0000001 as 1e-7. */
const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/

/** As people write it: no exponent, no zeros at the end. */
export function writeDecimal({ digits, scale }: Decimal): string {
  const sign = digits < 0n ? '-' : ''
  const text = String(digits < 0n ? -digits : digits).padStart(scale + 1, '0')
  const whole = text.slice(0, text.length - scale)
  const fraction = text.slice(text.length - scale).replace(/0+$/, '')
  return `${sign}${whole}${fraction === '' ? '' : `.${fraction}`}`
}
