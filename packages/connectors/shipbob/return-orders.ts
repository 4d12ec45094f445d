import {
  beforeItLeaves,
  type CallOptions,
  Invalid,
  NotFound,
  type ReturnNotice,
  type ReturnWithdrawal,
  readJson,
  unquoted,
  type WithdrawnNotice,
} from '@plimsoll/connector-kit'
import { z } from 'zod'
import { order, type Returned, returned, returnPage } from './answers.ts'
import { PAGE_SIZE } from './limits.ts'
import { isReturnCancelled, isReturnExpected } from './map.ts'
import { createKnownUnits, isId } from './stock.ts'
import { ask, type Call, type Context, refusalOf, send } from './transport.ts'

/** Source: OpenAPI 2026-01, Returns.CreateReturnRequest.reference_id. */
const NUMBER_LENGTH_MAX = 50

/**
 * A return of the hub is a return order at ShipBob, by its `reference_id`. That is the number that the customer was given: ShipBob
 * wants it to be what is written on the parcel. Nothing says that it refuses a second one, so the hub looks before it tells.
 */
export function createReturnOrders(
  context: Context,
  channelId: (options?: CallOptions) => Promise<number>,
): {
  announceReturn(notice: ReturnNotice, options?: CallOptions): Promise<{ externalId: string }>
  withdrawReturn(notice: WithdrawnNotice, options?: CallOptions): Promise<ReturnWithdrawal>
} {
  const unknownUnits = createKnownUnits(context)

  const find = async (number: string, operation: string, options?: CallOptions) => {
    const query = { ReferenceIds: number, Limit: PAGE_SIZE }
    const call = { operation, path: '/return', query, scope: 'returns_read', options }
    const { value } = await ask(context, call, returnPage)
    return value.items.find((back) => back.reference_id === number && !isReturnCancelled(back))
  }

  return {
    async announceReturn(notice, options) {
      const number = numberOf(notice)
      if (!isId(notice.locationId))
        throw new Invalid('ShipBob’s facilities have numbers for ids.', 'locationId')
      const { existing, channel, unknown, left } = await beforeItLeaves(async () => ({
        existing: await find(number, 'announceReturn.find', options),
        channel: await channelId(options),
        unknown: await unknownUnits(notice.lines, options),
        left: await findLeft(context, notice, options),
      }))
      if (existing !== undefined) return adopt(existing, notice)
      if (unknown[0] !== undefined)
        throw new Invalid(
          `ShipBob has no inventory ${unknown[0].stockUnitId} of SKU ${unknown[0].sku}.`,
          'lines.sku',
        )
      const call: Call = {
        operation: 'announceReturn',
        method: 'POST',
        path: '/return',
        channelId: channel,
        scope: 'returns_write',
        options,
        body: {
          reference_id: number,
          fulfillment_center: { id: Number(notice.locationId) },
          ...(left !== undefined && { original_shipment_id: left }),
          inventory: notice.lines.map(({ stockUnitId, quantity }) => ({
            id: Number(stockUnitId),
            quantity,
            // What the merchant set for the product at ShipBob.
            requested_action: 'Default',
          })),
        },
      }
      const response = await send(context, call)
      if (response.status === 400 || response.status === 422) {
        // That it has one under this number already, or that something is wrong with it.
        const made = await find(number, 'announceReturn.find', options)
        if (made !== undefined) return adopt(made, notice)
      }
      if (response.status === 403) throw lacksRight()
      if (response.status !== 200 && response.status !== 201) throw refusalOf(response, call)
      const { id } = unquoted(() => readJson(response, z.object({ id: z.int() }), call.operation))
      return { externalId: String(id) }
    },

    async withdrawReturn(notice, options) {
      const { externalId = await idOf(notice) } = notice
      if (externalId === undefined) return 'withdrawn'
      const call: Call = {
        operation: 'withdrawReturn',
        method: 'POST',
        path: `/return/${externalId}:cancel`,
        scope: 'returns_write',
        options,
      }
      const response = await send(context, call)
      if (response.status === 200) return 'withdrawn'
      if (response.status === 403) throw lacksRight()
      if (response.status !== 400 && response.status !== 404 && response.status !== 422)
        throw refusalOf(response, call)
      // Refused: because it has come, or because it is called off already.
      const back = await readReturnOrder(context, externalId, options)
      if (back === undefined || isReturnCancelled(back)) return 'withdrawn'
      if (isReturnExpected(back)) throw refusalOf(response, call)
      return 'too-late'

      async function idOf({ number }: WithdrawnNotice): Promise<string | undefined> {
        const found = await find(number.trim(), 'withdrawReturn.find', options)
        return found === undefined ? undefined : String(found.id)
      }
    },
  }
}

/** The list of numbers to look for is separated by commas. */
function numberOf({ number }: ReturnNotice): string {
  const given = number.trim()
  if (given.length === 0 || given.length > NUMBER_LENGTH_MAX || given.includes(','))
    throw new Invalid(
      `ShipBob takes a return number of 1 to ${NUMBER_LENGTH_MAX} characters without a comma.`,
      'number',
    )
  return given
}

/** One under this number is the one that was to be made, if it is of the same things; if not, nobody would tell them apart. */
function adopt({ id, inventory }: Returned, { number, lines }: ReturnNotice): { externalId: string } {
  const there = new Set((inventory ?? []).map((item) => String(item.id)))
  const isSame = there.size === lines.length && lines.every(({ stockUnitId }) => there.has(stockUnitId))
  if (!isSame)
    throw new Invalid(
      `ShipBob has a return of other goods under the number ${number}: give this one another number.`,
      'number',
    )
  return { externalId: String(id) }
}

/** ShipBob's own number of what it left by, where its order was sent as one. */
async function findLeft(
  context: Context,
  { shipment }: ReturnNotice,
  options?: CallOptions,
): Promise<number | undefined> {
  if (shipment === undefined || !isId(shipment.externalId)) return undefined
  const call: Call = {
    operation: 'announceReturn.order',
    path: `/order/${shipment.externalId}`,
    scope: 'orders_read',
    options,
  }
  try {
    const { value } = await ask(context, call, order)
    const left = (value.shipments ?? []).filter(({ status }) => status.toLowerCase() === 'completed')
    return left.length === 1 ? left[0]?.id : undefined
  } catch (error) {
    // It forgot the order: what comes back is known by its number all the same.
    if (error instanceof NotFound) return undefined
    throw error
  }
}

/** One as ShipBob has it; undefined: it has none of this id. */
async function readReturnOrder(
  context: Context,
  id: string,
  options?: CallOptions,
): Promise<Returned | undefined> {
  const call: Call = {
    operation: 'withdrawReturn.read',
    path: `/return/${id}`,
    scope: 'returns_read',
    options,
  }
  try {
    return (await ask(context, call, returned)).value
  } catch (error) {
    if (error instanceof NotFound) return undefined
    throw error
  }
}

/** A refusal of this one thing: as Forbidden it would stop the connection, whose counts and shipments need no such right. */
function lacksRight(): Invalid {
  return new Invalid(
    'ShipBob lets this token tell of no returns: grant returns_write, then announce it again.',
    'returns_write',
    { status: 403 },
  )
}
