import type { PlacedKind, StockCommand } from '@plimsoll/stock'
import { z } from 'zod'
import type { ErrorCode } from './error-codes.ts'
import { ApiProblem } from './problem.ts'
import { byOfApi } from './request-by.ts'
import { KEY_LENGTH_MAX } from './route.ts'
import {
  ALLOCATION_ERRORS,
  allocation,
  lotOfReceipt,
  RECEIPT_ERRORS,
  RESERVE_ERRORS,
  RETURN_ERRORS,
  returnedUnits,
  SHIP_ERRORS,
  shippedUnits,
  TELL_ERRORS,
  TRACKED_ERRORS,
  unitsOfItem,
} from './tracked-fields.ts'

/**
 * The kinds of stock command that the API takes: each has a route of its own, and all of them go into a batch.
 * One more kind is one more entry.
 */
export type StockKind = {
  kind: StockCommand['kind']
  summary: string
  body: z.ZodObject
  /** Beside those of every kind. */
  errors: readonly ErrorCode[]
  /** @param body parsed by the schema of the same kind */
  toCommand(body: object, by: CommandBy): StockCommand
}

/** What a command has beside its body. */
export type CommandBy = Pick<StockCommand, 'key' | 'actor'>

/** Refusals of every kind of command. */
export const COMMAND_ERRORS: readonly ErrorCode[] = [
  'key-reused',
  'quantity-not-whole',
  'quantity-out-of-range',
  'kit-has-no-stock',
  'item-archived',
]
const PLACE_ERRORS: readonly ErrorCode[] = ['unknown-sku', 'unknown-location', 'location-archived']
/** Of commands that take a unit of measure, too. */
const PLACED_ERRORS: readonly ErrorCode[] = [...PLACE_ERRORS, 'unknown-unit', 'conversion-remainder']
const RESERVATION_ERRORS: readonly ErrorCode[] = ['quantity-not-positive', 'unknown-reservation']

const instant = z.iso.datetime({ offset: true }).transform((text) => new Date(text))
const locationCode = z
  .string('give the code of a location')
  .min(1, 'give the code of a location')
  .meta({ example: 'MAIN' })

const change = {
  quantity: z
    .number({ error: 'give a whole number of base units' })
    .meta({ type: 'integer', example: 10 })
    .optional()
    .describe('Whole base units; where serials are named it may be left out.'),
  reason: z
    .string()
    .max(500)
    .nullish()
    .transform((reason) => reason ?? null)
    .describe('Why, for whoever reads the movement.'),
  effectiveAt: instant.optional().describe('When it happened; now, unless given.'),
}
// Strict: a misspelt field that is left out unseen would change another stock than was meant.
const atPlace = z.strictObject({
  sku: z.string('give the SKU of an item').min(1, 'give the SKU of an item').meta({ example: 'MUG' }),
  location: locationCode.describe('Code of the location.'),
  ...change,
  quantity: change.quantity
    .meta({ type: 'number', example: 10 })
    .describe(
      'Base units, or as many of `unit` as come out whole; it may be left out where serials are named.',
    ),
  unit: z
    .string()
    .optional()
    .describe('Code of one of the item’s units of measure; base units, unless given.'),
})
const ofUnits = atPlace.extend(unitsOfItem)
const ofReservation = z.strictObject({
  reservationId: z.uuid('give the id that the reservation was given'),
  ...change,
})
const receipt = ofUnits.extend({
  ...lotOfReceipt,
  unitCost: z
    .int()
    .min(0)
    .optional()
    .describe('What one base unit cost, in ten-thousandths of your currency.')
    .meta({ example: 125_000 }),
  into: z
    .enum(['sellable', 'held'])
    .optional()
    .describe('held: kept back until unheld; sellable unless given.'),
})
const transfer = z.strictObject({
  sku: atPlace.shape.sku,
  from: locationCode.describe('Code of the location that they leave.'),
  to: locationCode.describe('Code of the location that they go to.'),
  ...unitsOfItem,
  ...change,
})
const promise = ofUnits.extend({
  grant: z
    .enum(['all', 'partial'])
    .optional()
    .describe('partial: what there is, where it is less than asked, but at least 1; all unless given.'),
  expiresAt: instant
    .optional()
    .describe('A soft reservation: what is still open then is given back by itself.'),
  promise: z
    .enum(['on-hand', 'incoming'])
    .optional()
    .describe('incoming: out of what is on its way too, where your policy allows that.'),
})
const move = ofReservation.extend({
  location: locationCode.describe('Code of the location that it moves to.'),
})
const allocated = ofReservation.extend(allocation)
const shipped = ofReservation.extend(shippedUnits)
const toldSerials = z.strictObject({
  lineId: z.uuid('give the id of an order line'),
  serials: z.array(z.string()).min(1).max(10_000),
  reason: change.reason,
  effectiveAt: change.effectiveAt,
})
const returned = ofReservation.extend({
  ...returnedUnits,
  condition: z
    .enum(['sellable', 'damaged', 'inspection'])
    .optional()
    .describe('damaged and inspection are held; sellable unless given.'),
  location: locationCode.optional().describe('Where they came in; where they left from, unless given.'),
})

export const stockKinds: readonly StockKind[] = [
  {
    kind: 'receive',
    summary: 'Units that arrived.',
    body: receipt,
    errors: [...PLACED_ERRORS, ...RECEIPT_ERRORS, 'quantity-not-positive', 'currency-not-set'],
    toCommand: (body: z.output<typeof receipt>, by) => {
      const { lot, serials, into, expiresOn, manufacturedOn, supplierLot, force, unitCost } = body
      const details = { into, expiresOn, manufacturedOn, supplierLot, force, unitCost }
      return { kind: 'receive', ...by, ...placeOf(body), lot, serials, ...details }
    },
  },
  trackedKind('adjust', 'A difference, of either sign.', [
    'quantity-zero',
    'reason-missing',
    'unknown-reason',
    'reason-direction',
  ]),
  trackedKind('count', 'What was counted at `effectiveAt`: later movements stay on top of it.', [
    'quantity-negative',
  ]),
  trackedKind('hold', 'Units that must not be sold: damaged, in quality control.', ['quantity-not-positive']),
  trackedKind('unhold', 'Held units that may be sold again.', ['quantity-not-positive', 'insufficient-held']),
  {
    kind: 'reserve',
    summary: 'Sets units aside, never more than are available.',
    body: promise,
    errors: [
      ...PLACED_ERRORS,
      ...RESERVE_ERRORS,
      'quantity-not-positive',
      'insufficient-stock',
      'expiry-in-past',
      'incoming-not-promised',
    ],
    toCommand: (body: z.output<typeof promise>, by) => {
      const { grant, expiresAt, promise, lot, serials } = body
      return { kind: 'reserve', ...by, ...placeOf(body), grant, expiresAt, promise, lot, serials }
    },
  },
  {
    kind: 'transfer',
    summary: 'Moves units to another location at once, without a document.',
    body: transfer,
    errors: [
      ...PLACE_ERRORS,
      ...TRACKED_ERRORS,
      'quantity-not-positive',
      'insufficient-stock',
      'same-location',
    ],
    toCommand: ({ from, to, ...rest }: z.output<typeof transfer>, by) => ({
      kind: 'transfer',
      ...by,
      ...rest,
      quantity: quantityOf(rest),
      fromCode: from,
      toCode: to,
      effectiveAt: rest.effectiveAt,
    }),
  },
  plainKind('assemble', 'Puts assembled kits together from the components that are available there.', [
    'quantity-not-positive',
    'not-assembled',
    'insufficient-stock',
  ]),
  plainKind('disassemble', 'Takes assembled kits apart into their components again.', [
    'quantity-not-positive',
    'not-assembled',
    'insufficient-stock',
  ]),
  {
    kind: 'release',
    summary: 'Gives units of a reservation back.',
    body: ofReservation.meta({}),
    errors: [...RESERVATION_ERRORS, 'insufficient-open'],
    toCommand: (body: z.output<typeof ofReservation>, by) => ({ kind: 'release', ...by, ...claimOf(body) }),
  },
  {
    kind: 'move-reservation',
    summary: 'Moves units of a reservation to another location, never more than are available there.',
    body: move,
    errors: [
      ...RESERVATION_ERRORS,
      'insufficient-open',
      'unknown-location',
      'location-archived',
      'insufficient-stock',
    ],
    toCommand: (body: z.output<typeof move>, by) => ({
      kind: 'move-reservation',
      ...by,
      ...claimOf(body),
      locationCode: body.location,
    }),
  },
  {
    kind: 'ship',
    summary: 'Units of a reservation that have left.',
    body: shipped,
    errors: [...RESERVATION_ERRORS, ...SHIP_ERRORS, 'insufficient-open'],
    toCommand: (body: z.output<typeof shipped>, by) => ({
      kind: 'ship',
      ...by,
      ...claimOf(body),
      ...allocationOf(body),
      serials: body.serials,
    }),
  },
  {
    kind: 'allocate',
    summary: 'Settles from which lots reserved units will leave.',
    body: allocated,
    errors: [...RESERVATION_ERRORS, ...ALLOCATION_ERRORS, 'insufficient-open'],
    toCommand: (body: z.output<typeof allocated>, by) => ({
      kind: 'allocate',
      ...by,
      ...claimOf(body),
      ...allocationOf(body),
    }),
  },
  {
    kind: 'tell-serials',
    summary: 'Says which units left with an order line that its platform shipped; no stock moves.',
    body: toldSerials,
    errors: TELL_ERRORS,
    toCommand: ({ lineId, serials, reason, effectiveAt }: z.output<typeof toldSerials>, by) => ({
      kind: 'tell-serials',
      ...by,
      lineId,
      serials,
      reason,
      effectiveAt,
    }),
  },
  {
    kind: 'return',
    summary: 'Shipped units of a reservation that came back.',
    body: returned,
    errors: [
      ...RESERVATION_ERRORS,
      ...RETURN_ERRORS,
      'insufficient-shipped',
      'unknown-location',
      'location-archived',
    ],
    toCommand: (body: z.output<typeof returned>, by) => ({
      kind: 'return',
      ...by,
      ...claimOf(body),
      condition: body.condition,
      locationCode: body.location,
      lot: body.lot,
      serials: body.serials,
    }),
  },
]

/** An item, a location and a quantity are all that it takes. */
function plainKind(kind: PlacedKind, summary: string, errors: readonly ErrorCode[]): StockKind {
  return {
    kind,
    summary,
    // A schema of its own: the document names the body of each route.
    body: atPlace.meta({}),
    errors: [...PLACED_ERRORS, ...errors],
    toCommand: (body: z.output<typeof atPlace>, by) => ({ kind, ...by, ...placeOf(body) }),
  }
}

/** The same for units that may be of a lot, or be named by their serial numbers. */
function trackedKind(
  kind: 'adjust' | 'count' | 'hold' | 'unhold',
  summary: string,
  errors: readonly ErrorCode[],
): StockKind {
  return {
    kind,
    summary,
    body: ofUnits.meta({}),
    errors: [...PLACED_ERRORS, ...TRACKED_ERRORS, ...errors],
    toCommand: (body: z.output<typeof ofUnits>, by) => {
      const { lot, serials } = body
      return { kind, ...by, ...placeOf(body), lot, serials }
    },
  }
}

function placeOf(body: z.output<typeof atPlace> & { serials?: string[] | undefined }) {
  const { sku, location, unit, reason, effectiveAt } = body
  // Serials are base units: of another unit, how many is for the caller to say.
  const quantity = quantityOf(unit === undefined ? body : { quantity: body.quantity })
  return { sku, locationCode: location, quantity, unit, reason, effectiveAt }
}

/** Serials that are named are counted, where nothing else is said. */
function quantityOf({
  quantity,
  serials,
}: {
  quantity?: number | undefined
  serials?: string[] | undefined
}) {
  const units = quantity ?? serials?.length
  if (units !== undefined) return units
  throw new ApiProblem('invalid-request', 'quantity: give a whole number of base units.', 'quantity')
}

function allocationOf({ lots, minShelfLifeDays, shelfLifeFor, force }: z.output<typeof allocated>) {
  return { lots, minShelfLifeDays, shelfLifeFor, force }
}

function claimOf(body: z.output<typeof ofReservation> & { serials?: string[] | undefined }) {
  const { reservationId, reason, effectiveAt } = body
  return { reservationId, quantity: quantityOf(body), reason, effectiveAt }
}

/** A command in a batch: what its route takes, with its kind and a key of its own. */
export const batchedCommand = z.discriminatedUnion(
  'kind',
  toVariants(stockKinds, ({ kind, body }) =>
    body.extend({ kind: z.literal(kind), key: z.string().min(1).max(KEY_LENGTH_MAX) }),
  ),
  { error: `give one of the kinds ${stockKinds.map(({ kind }) => kind).join(', ')}` },
)

const batchHead = z.object({ kind: z.string(), key: z.string() })

/** @param batched what `batchedCommand` let through */
export function fromBatch(batched: object, actor: string): StockCommand {
  const { kind, key } = batchHead.parse(batched)
  const found = stockKinds.find((each) => each.kind === kind)
  if (found === undefined) throw new Error(`no kind of stock command is called ${kind}`)
  return found.toCommand(batched, byOfApi({ key, actor }))
}

/** Zod wants to see that there is at least one. */
function toVariants<From, To>([first, ...others]: readonly From[], to: (each: From) => To): [To, ...To[]] {
  if (first === undefined) throw new Error('there is no kind of stock command')
  return [to(first), ...others.map(to)]
}
