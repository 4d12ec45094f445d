import { type Refusal, refuse } from '../errors.ts'

/** `unit`: what one scan of it means; null is the base unit. */
export type Barcode = { barcode: string; kind: 'gtin' | 'text'; unit: string | null }

/** Undefined `kind`: a GTIN where it looks like one, so that a mistyped one is not taken for an internal code. */
export type BarcodeInput = {
  barcode: string
  kind?: 'gtin' | 'text' | undefined
  unit?: string | null | undefined
}

export const BARCODE_MAX = 100
const LENGTHS: readonly number[] = [8, 12, 13, 14]

/**
 * Reads one barcode as it was entered. The check digit of a GTIN (EAN-8, UPC-A, EAN-13, GTIN-14) is verified.
 * Source: gs1.org, "Check digit calculator: how to calculate one by hand" (read 2026-11).
 */
export function readBarcode(input: BarcodeInput): { kind: 'barcode'; barcode: Barcode } | Refusal {
  const barcode = input.barcode.trim()
  const looksLikeGtin = /^\d+$/.test(barcode) && LENGTHS.includes(barcode.length)
  const kind = input.kind ?? (looksLikeGtin ? 'gtin' : 'text')
  const read = { kind: 'barcode' as const, barcode: { barcode, kind, unit: input.unit ?? null } }
  if (kind === 'text') {
    const isText = barcode !== '' && barcode.length <= BARCODE_MAX && isPlain(barcode)
    return isText
      ? read
      : refuse('invalid-barcode', 'barcodes', `"${barcode}" is empty, too long or holds control characters.`)
  }
  if (!looksLikeGtin) {
    return refuse('invalid-barcode', 'barcodes', `"${barcode}" is no GTIN of 8, 12, 13 or 14 digits.`)
  }
  const right = checkDigitOf(barcode.slice(0, -1))
  if (barcode.endsWith(right)) return read
  return refuse(
    'barcode-check-digit',
    'barcodes',
    `"${barcode}" has a wrong check digit: after ${barcode.slice(0, -1)} comes ${right}, not ${barcode.slice(-1)}, unless another digit is wrong.`,
  )
}

/** The digit that belongs after these. */
export function checkDigitOf(digits: string): string {
  // From the right every other digit counts three times; zeros in front count nothing.
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    return total + Number(digit) * (index % 2 === 0 ? 3 : 1)
  }, 0)
  return String((10 - (sum % 10)) % 10)
}

/**
 * What two codes are compared by: 036000291452 and 0036000291452 are one GTIN. A function of the text alone, whatever
 * kind it was given, so that what a scanner reads leads to one thing.
 */
export function comparableOf(code: string): string {
  const isGtin =
    /^\d+$/.test(code) && LENGTHS.includes(code.length) && code.endsWith(checkDigitOf(code.slice(0, -1)))
  return isGtin ? code.padStart(14, '0') : code
}

/** No control characters, and no half of a character, which would be stored as another one. */
export function isPlain(text: string): boolean {
  return text.isWellFormed() && !/\p{Cc}/u.test(text)
}
