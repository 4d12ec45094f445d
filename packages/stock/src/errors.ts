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
  'incoming-not-promised': {
    status: 409,
    fault: 'yours',
    cure: 'Reserve what is there, or set the policy that lets incoming stock be promised.',
  },
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
  'insufficient-incoming': { status: 409, fault: 'yours', cure: 'Take off at most what is on its way.' },
  'same-location': { status: 422, fault: 'yours', cure: 'Name two different locations.' },
  'damaged-beyond-received': {
    status: 422,
    fault: 'yours',
    cure: 'Count damaged units among those received.',
  },
  'invalid-location': { status: 422, fault: 'yours', cure: 'Correct the field named.' },
  'location-exists': {
    status: 409,
    fault: 'yours',
    cure: 'Choose another code, or change the location that has it.',
  },
  'location-in-use': {
    status: 409,
    fault: 'yours',
    cure: 'Move or count away what is there, release what is reserved and end its documents first.',
  },
  'location-archived': { status: 409, fault: 'yours', cure: 'Use a location that is not archived.' },
  'unknown-bin': { status: 404, fault: 'yours', cure: 'Use the code of a bin of this location.' },
  'bin-exists': { status: 409, fault: 'yours', cure: 'Choose another code or barcode for the bin.' },
  'invalid-bin': { status: 422, fault: 'yours', cure: 'Correct the field named.' },
  'unknown-transfer': { status: 404, fault: 'yours', cure: 'Use the id of one of your transfers.' },
  'unknown-inbound-shipment': {
    status: 404,
    fault: 'yours',
    cure: 'Use the id of one of your inbound shipments.',
  },
  'unknown-return': { status: 404, fault: 'yours', cure: 'Use the id of one of your returns.' },
  'unknown-stock-count': { status: 404, fault: 'yours', cure: 'Use the id of one of your stock counts.' },
  'unknown-document-line': {
    status: 404,
    fault: 'yours',
    cure: 'Use the number of a line of this document.',
  },
  'document-state': { status: 409, fault: 'yours', cure: 'Do first what the message says.' },
  'suggestion-changed': {
    status: 409,
    fault: 'yours',
    cure: 'Read what is suggested now, and accept that.',
  },
  'suggestion-not-ordered': {
    status: 409,
    fault: 'yours',
    cure: 'Leave it out here; record it with `plimsoll stock assemble` or POST /stock/assemble once it is done.',
  },
  'nothing-to-replenish': {
    status: 404,
    fault: 'yours',
    cure: 'Name an item and a location that has kept or sold it.',
  },
  'invalid-replenishment': { status: 422, fault: 'yours', cure: 'Correct the field named.' },
  'unknown-left-out-days': { status: 404, fault: 'yours', cure: 'Use the id of days that are left out.' },
  'invalid-lines': { status: 422, fault: 'yours', cure: 'Correct the line named.' },
  'beyond-dispatched': {
    status: 409,
    fault: 'yours',
    cure: 'Receive at most what is still in transit; adjust what came on top.',
  },
  'beyond-expected': {
    status: 409,
    fault: 'yours',
    cure: 'Check the count; if more came than was expected, say that it is meant.',
  },
  'unknown-reason': {
    status: 422,
    fault: 'yours',
    cure: 'Give the code of one of your listed reasons.',
  },
  'unlisted-reason': { status: 404, fault: 'yours', cure: 'Use the code of one of your listed reasons.' },
  'reason-direction': {
    status: 422,
    fault: 'yours',
    cure: 'Give a reason that is meant for this direction.',
  },
  'invalid-reason': { status: 422, fault: 'yours', cure: 'Correct the field named.' },
  'count-is-blind': {
    status: 409,
    fault: 'yours',
    cure: 'Let somebody look who has counted none of it, or wait until it is approved.',
  },
  'count-already-entered': { status: 409, fault: 'yours', cure: 'Ask for a recount of the line first.' },
  'count-moment': {
    status: 422,
    fault: 'yours',
    cure: 'Give a moment between the start of the count and now.',
  },
  'count-unfinished': {
    status: 409,
    fault: 'yours',
    cure: 'Count the lines named, or say that they are to be left as they are.',
  },
  'count-beyond-tolerance': {
    status: 409,
    fault: 'yours',
    cure: 'Have the lines named counted again, or accept them as they are.',
  },
  'count-same-person': {
    status: 409,
    fault: 'yours',
    cure: 'Let somebody approve who has counted none of it.',
  },
  'count-zeros-unconfirmed': {
    status: 409,
    fault: 'yours',
    cure: 'Check that the items named are gone, then confirm it.',
  },
  'count-already-posted': { status: 409, fault: 'yours', cure: 'Start another count; this one stands.' },
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
