import {
  type CallOptions,
  Conflict,
  type ConnectorError,
  type ExternalLevel,
  Invalid,
  isConnectorError,
  type LevelKey,
  type LevelWrite,
  Malformed,
  Unavailable,
  type WriteOutcome,
} from '@plimsoll/connector-kit'
import { z } from 'zod'
import { toUserError, type UserError, userErrorSchema } from './answers.ts'
import type { Api } from './api.ts'
import { derivedUuid } from './derived-uuid.ts'
import { LEVELS, LEVELS_PAGE, SET_LEVELS } from './documents.ts'
import { gidSchema } from './ids.ts'
import { toInstant } from './instants.ts'
import { isCountedElsewhere } from './listing-map.ts'
import type { Settings } from './settings.ts'

/** Reading and writing `available`. Reads are by id, which is consistent right after a write; search is not. */

/** Rows in one call: input arrays are capped at 250 (shopify.dev/docs/api/usage/limits). */
export const SET_MAX = 250
export const QUANTITY_MAX = 1_000_000_000

const levelsSchema = z.object({
  location: z
    .object({
      isFulfillmentService: z.boolean(),
      fulfillmentService: z.object({ serviceName: z.string() }).nullable(),
    })
    .nullable(),
  nodes: z.array(
    z
      .object({
        id: gidSchema,
        tracked: z.boolean(),
        inventoryLevel: z
          .object({
            updatedAt: z.string(),
            quantities: z.array(z.object({ name: z.string(), quantity: z.number().int() })),
          })
          .nullable(),
      })
      // An id of another kind answers an empty object.
      .or(z.object({}).strict())
      .nullable(),
  ),
})

type Reach = { api: Api; settings: Settings }

/**
 * The levels that exist; an untracked item's quantity is undefined, a negative one is kept. Those that another
 * application's fulfilment service counts are none of ours: they are read by `counts`.
 */
export async function readLevels(
  { api, settings }: Reach,
  keys: readonly LevelKey[],
  options: CallOptions = {},
): Promise<ExternalLevel[]> {
  const unitsByLocation = new Map<string, Set<string>>()
  for (const key of keys) {
    const units = unitsByLocation.get(key.locationId) ?? new Set()
    unitsByLocation.set(key.locationId, units.add(key.stockUnitId))
  }
  const levels: ExternalLevel[] = []
  for (const [locationId, units] of unitsByLocation) {
    for (const ids of chunks([...units], LEVELS_PAGE)) {
      const variables = { ids, location: locationId }
      const open = new Set(ids)
      const { data } = await api.read(LEVELS, variables, levelsSchema, {
        ...options,
        cost: 2 + ids.length * 3,
      })
      if (data.location !== null && isCountedElsewhere(data.location, settings.fulfillmentService)) break
      for (const node of data.nodes) {
        if (node === null || !('id' in node) || node.inventoryLevel === null) continue
        // Once for each id that was asked about; an answer about another thing is not ours to tell.
        if (!open.delete(node.id)) continue
        const available = node.inventoryLevel.quantities.find((each) => each.name === 'available')
        if (node.tracked && available === undefined) {
          throw new Malformed(`Level of ${node.id} came without its available quantity`, JSON.stringify(node))
        }
        levels.push({
          stockUnitId: node.id,
          locationId,
          quantity: node.tracked ? available?.quantity : undefined,
          updatedAt: toInstant(node.inventoryLevel.updatedAt, 'update time of a level'),
        })
      }
    }
  }
  return levels
}

function chunks<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, at) =>
    all.slice(at * size, (at + 1) * size),
  )
}

const setSchema = z.object({
  inventorySetQuantities: z
    .object({
      inventoryAdjustmentGroup: z
        .object({
          changes: z.array(
            z.object({
              name: z.string(),
              quantityAfterChange: z.number().int().nullable(),
              item: z.object({ id: gidSchema }).nullable(),
              location: z.object({ id: gidSchema }).nullable(),
            }),
          ),
        })
        .nullable(),
      userErrors: z.array(userErrorSchema),
    })
    .nullable(),
})
type SetAnswer = NonNullable<z.infer<typeof setSchema>['inventorySetQuantities']>

/**
 * Sets up to 250 quantities, all or none. One outcome for each write:
 * applied by the echo; refused where Shopify (or its published limits) names the row; untouched beside a refused one.
 * A resend of the same writes has the same idempotency key, so after a time-out it is safe.
 */
export async function setLevels(
  reach: Reach,
  writes: readonly LevelWrite[],
  options: CallOptions = {},
): Promise<WriteOutcome[]> {
  if (writes.length > SET_MAX) throw new Invalid(`At most ${SET_MAX} quantities in a call`, 'writes')
  const outcomes: WriteOutcome[] = writes.flatMap((write) => refuseImpossible(write))
  // One order always, so that a resend is the same request to the byte.
  const rows = writes
    .filter((write) => refuseImpossible(write).length === 0)
    .sort((a, b) => (a.writeId < b.writeId ? -1 : 1))
  if (rows.length === 0) return outcomes

  let { payload, partial, detail } = await send(reach.api, rows, idempotencyKey(rows, 1), options)
  if (payload?.userErrors.some((error) => error.code === 'IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED')) {
    // Not applied, and this key is spent for 24 h: Shopify asks for a new one.
    ;({ payload, partial, detail } = await send(reach.api, rows, idempotencyKey(rows, 2), options))
  }
  if (payload === null)
    throw partial ?? new Unavailable('Shopify answered the write with nothing', true, detail)
  if (payload.userErrors.length > 0) return outcomes.concat(toRefusals(rows, payload.userErrors, detail))
  return outcomes.concat(await prove(reach, rows, payload, options))
}

async function send(api: Api, rows: readonly LevelWrite[], key: string, options: CallOptions) {
  const input = {
    name: 'available',
    reason: 'correction',
    quantities: rows.map((row) => ({
      inventoryItemId: row.stockUnitId,
      locationId: row.locationId,
      quantity: row.quantity,
      // Must be there: a number compares, an explicit null overwrites.
      changeFromQuantity: row.expected ?? null,
    })),
  }
  const answer = await api.change(SET_LEVELS, { input, key }, setSchema, { ...options, priority: 1 })
  return { payload: answer.data.inventorySetQuantities, partial: answer.partial, detail: answer.detail }
}

/** Refused here, since GraphQL's 32-bit Int would fail the whole call for one such row. */
function refuseImpossible(write: LevelWrite): WriteOutcome[] {
  const possible = Number.isInteger(write.quantity) && write.quantity >= 0 && write.quantity <= QUANTITY_MAX
  if (possible) return []
  const error = new Invalid(`Shopify takes whole quantities from 0 to ${QUANTITY_MAX}`, 'quantity')
  return [{ writeId: write.writeId, kind: 'refused', error }]
}

/** A UUID from what is written, so that the same writes always ask under the same key. */
export function idempotencyKey(rows: readonly LevelWrite[], attempt: number): string {
  return derivedUuid([
    attempt,
    rows.map((row) => [row.writeId, row.stockUnitId, row.locationId, row.quantity, row.expected ?? null]),
  ])
}

/** Throws when an error names no row: then it is about the call, and every row would meet it again. */
function toRefusals(
  rows: readonly LevelWrite[],
  errors: readonly UserError[],
  detail: Parameters<typeof toUserError>[1],
): WriteOutcome[] {
  const errorByRow = new Map<number, ConnectorError>()
  for (const error of errors) {
    const row = rowOf(error)
    const cause = toUserError(error, detail)
    if (row === undefined || row >= rows.length || cause.kind === 'unavailable') throw cause
    if (!errorByRow.has(row)) errorByRow.set(row, cause)
  }
  return rows.map(({ writeId }, at) => {
    const error = errorByRow.get(at)
    return error === undefined ? { writeId, kind: 'untouched' } : { writeId, kind: 'refused', error }
  })
}

/** The row in a path like `["input", "quantities", "3", "changeFromQuantity"]`. */
function rowOf(error: UserError): number | undefined {
  const at = error.field?.indexOf('quantities') ?? -1
  const text = at < 0 ? undefined : error.field?.[at + 1]
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined
}

/**
 * Reads the echo. A row that it leaves out (Shopify lists changes, and setting 5 to 5 changes nothing) or gives
 * no quantity for is read back; when that differs, a sale came between and the hub must look at the orders.
 */
async function prove(
  reach: Reach,
  rows: readonly LevelWrite[],
  payload: SetAnswer,
  options: CallOptions,
): Promise<WriteOutcome[]> {
  const nameOf = (key: LevelKey) => `${key.stockUnitId} ${key.locationId}`
  const echoed = new Map<string, number>()
  for (const change of payload.inventoryAdjustmentGroup?.changes ?? []) {
    if (change.name !== 'available' || change.item === null || change.location === null) continue
    if (change.quantityAfterChange === null) continue
    const key = nameOf({ stockUnitId: change.item.id, locationId: change.location.id })
    echoed.set(key, change.quantityAfterChange)
  }
  const silent = rows.filter((row) => !echoed.has(nameOf(row)))
  const readBack = new Map<string, number | undefined>()
  for (const level of silent.length === 0 ? [] : await readBackOf(reach, silent, options)) {
    readBack.set(nameOf(level), level.quantity)
  }
  return rows.map((row): WriteOutcome => {
    const echo = echoed.get(nameOf(row))
    if (echo !== undefined) return { writeId: row.writeId, kind: 'applied', quantity: echo }
    const seen = readBack.get(nameOf(row))
    if (seen === row.quantity) return { writeId: row.writeId, kind: 'applied', quantity: seen }
    const error = new Conflict(`Shopify shows ${seen ?? 'no quantity'} after ${row.quantity} was set`, seen)
    return { writeId: row.writeId, kind: 'refused', error }
  })
}

/** The write has been sent: whatever fails while proving it leaves it unknown, never merely waiting. */
async function readBackOf(
  reach: Reach,
  rows: readonly LevelWrite[],
  options: CallOptions,
): Promise<ExternalLevel[]> {
  try {
    return await readLevels(reach, rows, options)
  } catch (cause) {
    if (!isConnectorError(cause)) throw cause
    throw new Unavailable('The quantities were set, but could not be read back', true, { cause })
  }
}
