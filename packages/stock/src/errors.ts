import { catalogueErrors } from './items/catalogue-errors.ts'
import { kitErrors } from './kits/kit-errors.ts'
import { trackingErrors } from './lots/tracking-errors.ts'

/**
 * Every refusal of the stock package: stable code, HTTP status, whose fault, and the cure.
 * A test holds this list equal to docs/reference/errors.md.
 */
export const stockErrors = {
  'unknown-sku': { status: 404, fault: 'yours', cure: 'Check the spelling, or import the item first.' },
  'unknown-location': { status: 404, fault: 'yours', cure: 'Use the code of one of your locations.' },
  'unknown-reservation': { status: 404, fault: 'yours', cure: 'Use the id that the reservation was given.' },
  'quantity-not-whole': { status: 422, fault: 'yours', cure: 'Give a whole number of base units.' },
  'quantity-out-of-range': {
    status: 422,
    fault: 'yours',
    cure: 'Give at most 9,007,199,254,740,991 base units.',
  },
  'quantity-not-positive': { status: 422, fault: 'yours', cure: 'Give a quantity of at least 1.' },
  'quantity-zero': {
    status: 422,
    fault: 'yours',
    cure: 'Give a quantity other than 0; nothing would change.',
  },
  'quantity-negative': { status: 422, fault: 'yours', cure: 'Give 0 or more; take units away with adjust.' },
  'insufficient-stock': { status: 409, fault: 'yours', cure: 'Ask for at most what is available.' },
  'insufficient-held': { status: 409, fault: 'yours', cure: 'Unhold at most what is held.' },
  'insufficient-shipped': {
    status: 409,
    fault: 'yours',
    cure: 'Return at most what was shipped and is not back yet.',
  },
  'expiry-in-past': { status: 422, fault: 'yours', cure: 'Give a moment in the future.' },
  'insufficient-open': { status: 409, fault: 'yours', cure: 'Release at most what is still open.' },
  'moment-in-future': {
    status: 422,
    fault: 'yours',
    cure: 'Give a moment that has passed, or none for now.',
  },
  'currency-not-set': {
    status: 409,
    fault: 'yours',
    cure: 'Say it once, with: plimsoll stock valuation --currency EUR',
  },
  'currency-fixed': {
    status: 409,
    fault: 'yours',
    cure: 'Costs in one currency cannot become those of another; keep the one that is set.',
  },
  'month-archived': {
    status: 409,
    fault: 'yours',
    cure: 'Ask for a later moment, or bring the month back with: plimsoll stock archive restore FOLDER --month MONTH',
  },
  'key-reused': {
    status: 409,
    fault: 'yours',
    cure: 'Send a new idempotency key: this one was used for a different command.',
  },
  ...catalogueErrors,
  ...kitErrors,
  ...trackingErrors,
} as const satisfies Record<
  string,
  { status: number; fault: 'ours' | 'yours' | 'theirs' | 'passing'; cure: string }
>

export type StockErrorCode = keyof typeof stockErrors

/** A refusal as a value: callers must act on it. */
export type Refusal = { kind: 'refused'; code: StockErrorCode; message: string; field: string }

export function refuse(code: StockErrorCode, field: string, message: string): Refusal {
  return { kind: 'refused', code, field, message }
}
