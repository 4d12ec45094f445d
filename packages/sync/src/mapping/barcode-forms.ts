import { checkDigitOf, comparableOf } from '@plimsoll/stock'

/** By what a barcode is looked up: as it is compared everywhere, and as it may have been before a spreadsheet had it. */
export type BarcodeForms = { comparable: string; repaired: string | undefined }

/** Of a GTIN of 8, 12, 13 and 14 digits what is left when its last digit, the check digit, is not written. */
const WITHOUT_CHECK_DIGIT: readonly number[] = [7, 11, 12, 13]

/**
 * A UPC, an EAN and a GTIN-14 of the same article are compared as the same 14 digits. What is no GTIN may have been one:
 * a spreadsheet takes leading zeros off, and some systems leave the check digit out of what they hand over. Which it was
 * is a guess, so it never makes a match certain.
 * @returns undefined where there is nothing to compare
 */
export function barcodeForms(barcode: string): BarcodeForms | undefined {
  const code = barcode.normalize('NFKC').replace(/[\s\u200b-]+/gu, '')
  if (/^0*$/.test(code)) return undefined
  const comparable = comparableOf(code)
  const mayBeGtin = /^\d{6,13}$/.test(code) && comparable === code
  return { comparable, repaired: mayBeGtin ? repairedOf(code) : undefined }
}

function repairedOf(code: string): string | undefined {
  // Zeros in front do not change the check digit, so what still ends in the right one has only lost zeros.
  if (code.endsWith(checkDigitOf(code.slice(0, -1)))) return code.padStart(14, '0')
  return WITHOUT_CHECK_DIGIT.includes(code.length)
    ? `${code}${checkDigitOf(code)}`.padStart(14, '0')
    : undefined
}
