import type { PlacedKind, StockCommand } from '@plimsoll/stock'
import { z } from 'zod'
import type { ErrorCode } from './error-codes.ts'

/**
 * The kinds of stock command that the API takes: each has a route of its own, and all of them go into a batch.
 * One more kind is one more entry.
 */

/** What a command has beside its body. */
type CommandHead = Pick<StockCommand, 'key' | 'actor'>

export type StockKind = {
  kind: StockCommand['kind']
  summary: string
  body: z.ZodObject
  /** Beside those of every kind. */
  errors: readonly ErrorCode[]
  /** @param body parsed by the schema of the same kind */
  toCommand(body: object, head: CommandHead): StockCommand
}

/** Refusals of every kind of command. */
export const COMMAND_ERRORS: readonly ErrorCode[] = [
  'key-reused',
  'quantity-not-whole',
  'quantity-out-of-range',
  'kit-has-no-stock',
]

const PLACED_ERRORS: readonly ErrorCode[] = ['unknown-sku', 'unknown-location']

// Strict: a misspelt field that is left out unseen would change another stock than was meant.
const head = z.strictObject({
  quantity: z
    .number({ error: 'give a whole number of base units' })
    .meta({ type: 'integer' })
    .describe('Whole base units.'),
  reason: z
    .string()
    .max(500)
    .nullish()
    .transform((reason) => reason ?? null),
  effectiveAt: z.iso
    .datetime({ offset: true })
    .transform((text) => new Date(text))
    .optional()
    .describe('When it happened; now, unless given.'),
})
const placed = head.extend({
  sku: z.string('give the SKU of an item').min(1, 'give the SKU of an item'),
  location: z
    .string('give the code of a location')
    .min(1, 'give the code of a location')
    .describe('Code of the location.'),
})
const release = head.extend({ reservationId: z.uuid('give the id that the reservation was given') })

function placedKind(kind: PlacedKind, summary: string, errors: readonly ErrorCode[]): StockKind {
  return {
    kind,
    summary,
    // A schema of its own: the document names the body of each route.
    body: placed.meta({}),
    errors: [...PLACED_ERRORS, ...errors],
    toCommand: ({ location, ...rest }: z.output<typeof placed>, { key, actor }) => ({
      kind,
      key,
      actor,
      ...rest,
      locationCode: location,
      effectiveAt: rest.effectiveAt,
    }),
  }
}

export const stockKinds: readonly StockKind[] = [
  placedKind('receive', 'Units that arrived.', ['quantity-not-positive']),
  placedKind('adjust', 'A difference, of either sign.', ['quantity-zero']),
  placedKind('count', 'What was counted: the difference to it becomes a movement.', ['quantity-negative']),
  placedKind('hold', 'Units that must not be sold: damaged, in quality control.', ['quantity-not-positive']),
  placedKind('unhold', 'Held units that may be sold again.', ['quantity-not-positive', 'insufficient-held']),
  placedKind('reserve', 'Sets units aside, never more than are available.', [
    'quantity-not-positive',
    'insufficient-stock',
  ]),
  placedKind('assemble', 'Puts assembled kits together from the components that are available there.', [
    'quantity-not-positive',
    'not-assembled',
    'insufficient-stock',
  ]),
  placedKind('disassemble', 'Takes assembled kits apart into their components again.', [
    'quantity-not-positive',
    'not-assembled',
    'insufficient-stock',
  ]),
  {
    kind: 'release',
    summary: 'Gives units of a reservation back.',
    body: release,
    errors: ['quantity-not-positive', 'unknown-reservation', 'insufficient-open'],
    toCommand: (body: z.output<typeof release>, { key, actor }) => ({
      kind: 'release',
      key,
      actor,
      ...body,
      effectiveAt: body.effectiveAt,
    }),
  },
]
