import { InvalidArgumentError } from 'commander'

export type NumberRange = { min: number; max: number; whole?: boolean }

/**
 * Reads the number of an option. Commander puts the option's name before what is said here and ends with
 * wrong usage (exit code 2) before anything is opened.
 * @param range both ends included; whole numbers only unless `whole` is false
 */
export function numberIn({ min, max, whole = true }: NumberRange): (text: string) => number {
  return (text) => {
    // `Number` alone would take '' for 0, and 0x10 and 1e3, which nobody types here on purpose.
    const value = /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN
    if (!(value >= min && value <= max) || (whole && !Number.isInteger(value))) {
      throw new InvalidArgumentError(`Give a ${whole ? 'whole ' : ''}number from ${min} to ${max}.`)
    }
    return value
  }
}

export const PORT: NumberRange = { min: 0, max: 65_535 }
/** Long enough for any run, and still a timer that Node can hold. */
export const SECONDS: NumberRange = { min: 1, max: 2_000_000 }
export const SEED: NumberRange = { min: 0, max: 4_294_967_295 }
export const ORDERS_PER_SECOND: NumberRange = { min: 0.01, max: 1_000, whole: false }
export const PRODUCTS: NumberRange = { min: 0, max: 10_000 }
export const KIT_VERSION: NumberRange = { min: 0, max: Number.MAX_SAFE_INTEGER }
/** The same as the API takes. */
export const ORDERS_POLL_MS: NumberRange = { min: 500, max: 3_600_000 }
