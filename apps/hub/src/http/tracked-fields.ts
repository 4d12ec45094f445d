import { z } from 'zod'
import type { ErrorCode } from './error-codes.ts'

/** What the bodies of stock commands say of lots and serial numbers, and the refusals that follow from it. */

const serials = z
  .array(z.string())
  .max(10_000)
  .optional()
  .describe('One per unit, of an item that is tracked by serial number.')
const lot = z.string().optional().describe('Code of a lot, of an item that is tracked by lot.')

export const unitsOfItem = { lot, serials }
/** A lot that a count found, in place of `lot`. */
export const newLot = z
  .strictObject({
    code: z.string(),
    expiresOn: z.string().optional().describe('The last day on which it may leave, such as 2027-01-31.'),
    manufacturedOn: z.string().optional(),
    supplierLot: z.string().min(1).max(100).optional(),
  })
  .optional()
  .describe('In place of lot: one that may not be known yet, made when the count is posted.')
/** What a document's line says of the units that arrived. */
export const unitsOfArrival = {
  serials: serials.describe('One per unit that arrived, of an item that is tracked by serial number.'),
  damagedSerials: serials.describe('Those of them that are damaged.'),
}
export const lotOfReceipt = {
  expiresOn: z
    .string()
    .optional()
    .describe('Of a lot that is not known yet: the last day on which it may leave, such as 2027-01-31.'),
  manufacturedOn: z.string().optional(),
  supplierLot: z.string().min(1).max(100).optional(),
  force: z.boolean().optional().describe('Takes units of a lot that may not leave; needs a reason.'),
}
export const allocation = {
  lots: z
    .array(z.strictObject({ lot: z.string(), quantity: z.int() }))
    .min(1)
    .max(1_000)
    .optional()
    .describe('Which lots, in base units; those that expire first, unless given.'),
  minShelfLifeDays: z
    .int()
    .optional()
    .describe('Days that a lot must have left; the minimum that is set for whom it is, unless given.'),
  shelfLifeFor: z
    .strictObject({ connection: z.string().optional(), customer: z.string().optional() })
    .optional()
    .describe('For whom: the nearest minimum of customer, connection and organization holds.'),
  force: z.boolean().optional().describe('Takes lots that do not last as long; needs a reason.'),
}
export const shippedUnits = { ...allocation, serials }
export const returnedUnits = {
  lot: lot.describe('Code of the lot that came back; the one shipped last, unless given.'),
  serials,
}

const LOT_ERRORS: readonly ErrorCode[] = ['lot-missing', 'lot-not-tracked', 'unknown-lot', 'lot-code-invalid']
const SERIAL_ERRORS: readonly ErrorCode[] = [
  'serial-missing',
  'serial-not-tracked',
  'serial-invalid',
  'serial-duplicate',
  'serial-count-mismatch',
]
const BLOCKED: readonly ErrorCode[] = ['lot-expired', 'lot-quarantined', 'lot-recalled']
const WHERE: readonly ErrorCode[] = ['serial-elsewhere', 'serial-not-in-stock', 'serial-shipped']

/** Of what is written down when units are counted; where they are is asked when it is posted. */
export const COUNT_ERRORS: readonly ErrorCode[] = [
  'lot-missing',
  'lot-not-tracked',
  'unknown-lot',
  'lot-code-invalid',
  'lot-day-invalid',
  'lot-differs',
  ...SERIAL_ERRORS,
]
/** Of units that go from place to place. */
export const MOVED_SERIAL_ERRORS: readonly ErrorCode[] = [...SERIAL_ERRORS, ...WHERE]
export const TRACKED_ERRORS: readonly ErrorCode[] = [
  ...LOT_ERRORS,
  ...SERIAL_ERRORS,
  ...WHERE,
  'serial-exists',
]
export const RECEIPT_ERRORS: readonly ErrorCode[] = [
  ...TRACKED_ERRORS,
  ...BLOCKED,
  'lot-day-invalid',
  'lot-differs',
  'reason-missing',
]
export const RESERVE_ERRORS: readonly ErrorCode[] = [...LOT_ERRORS, ...BLOCKED, 'serial-not-tracked']
export const ALLOCATION_ERRORS: readonly ErrorCode[] = [
  ...BLOCKED,
  'lot-not-tracked',
  'unknown-lot',
  'lot-shelf-life',
  'shelf-life-invalid',
  'lot-quantity-mismatch',
  'insufficient-lots',
  'reason-missing',
]
export const SHIP_ERRORS: readonly ErrorCode[] = [...ALLOCATION_ERRORS, ...SERIAL_ERRORS, ...WHERE]
export const RETURN_ERRORS: readonly ErrorCode[] = [...SERIAL_ERRORS, 'serial-not-shipped', 'unknown-lot']
export const TELL_ERRORS: readonly ErrorCode[] = [
  ...SERIAL_ERRORS,
  ...WHERE,
  'unknown-line',
  'insufficient-shipped',
]
