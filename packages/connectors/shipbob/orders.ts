import {
  beforeItLeaves,
  type CallOptions,
  Invalid,
  NotFound,
  type Page,
  type RequestedShipment,
  readEachRow,
  readJson,
  type ShipmentCancellation,
  type ShipmentRequest,
  type StreamQuery,
  Unavailable,
  unquoted,
  type WarehouseShipment,
} from '@plimsoll/connector-kit'
import { z } from 'zod'
import { cancelled, order, orderRows } from './answers.ts'
import { PAGE_SIZE } from './limits.ts'
import { toShipment } from './map.ts'
import { createKnownUnits, isId } from './stock.ts'
import { ask, type Call, type Context, refusalOf, send } from './transport.ts'

/** A shipment of the hub is an order at ShipBob, by its `reference_id`; ShipBob splits it as it sees fit. */
export function createOrders(context: Context, channelId: (options?: CallOptions) => Promise<number>) {
  const unknownUnits = createKnownUnits(context)

  const find = async (shipmentId: string, operation: string, options?: CallOptions) => {
    const { value } = await ask(
      context,
      {
        operation,
        path: '/order',
        query: { ReferenceIds: shipmentId, Limit: PAGE_SIZE },
        channelId: await channelId(options),
        scope: 'orders_read',
        options,
      },
      z.array(order),
    )
    return value.find(({ reference_id }) => reference_id === shipmentId)
  }

  return {
    async requestShipment(request: ShipmentRequest, options?: CallOptions): Promise<RequestedShipment> {
      const body = toOrderBody(request, context.settings.shippingMethod)
      const { channel, unknown } = await beforeItLeaves(async () => ({
        channel: await channelId(options),
        unknown: await unknownUnits(request.lines, options),
      }))
      if (unknown[0] !== undefined)
        throw new Invalid(
          `ShipBob has no inventory ${unknown[0].stockUnitId} of SKU ${unknown[0].sku}.`,
          'lines.sku',
        )
      const call: Call = {
        operation: 'requestShipment',
        method: 'POST',
        path: '/order',
        body,
        channelId: channel,
        scope: 'orders_write',
        options,
      }
      const response = await send(context, call)
      if (response.status === 422) {
        // That it has one under this reference already, which is what was wanted; or that something is wrong with it.
        const existing = await find(request.shipmentId, 'requestShipment.find', options)
        if (existing !== undefined) return { externalId: String(existing.id) }
        // It says that it has one, and its list does not show it yet: nothing is wrong with the request, so it is asked again.
        if (saysDuplicate(response.text))
          throw new Unavailable('requestShipment: ShipBob has the order and does not show it yet.', true, {
            status: response.status,
          })
      }
      if (response.status !== 200 && response.status !== 201) throw refusalOf(response, call)
      const made = unquoted(() => readJson(response, z.object({ id: z.int() }), 'requestShipment'))
      return { externalId: String(made.id) }
    },

    async findShipment(shipmentId: string, options?: CallOptions): Promise<WarehouseShipment | undefined> {
      const found = await find(shipmentId, 'findShipment', options)
      return found === undefined ? undefined : toShipment(found)
    },

    async cancelShipment(
      { externalId }: { externalId: string },
      options?: CallOptions,
    ): Promise<ShipmentCancellation> {
      if (!isId(externalId)) throw new NotFound('ShipBob’s orders have numbers for ids.')
      const call: Call = {
        operation: 'cancelShipment',
        method: 'POST',
        path: `/order/${externalId}:cancel`,
        scope: 'orders_write',
        options,
      }
      const response = await send(context, call)
      if (response.status !== 200 && response.status !== 422) throw refusalOf(response, call)
      if (response.status === 200) {
        const { status } = unquoted(() => readJson(response, cancelled, 'cancelShipment'))
        if (status === 'Success') return 'cancelled'
        // Some of its shipments are, others ship: its state will tell.
        if (status === 'PartialSuccess') return 'asked'
      }
      // Refused: because it has left, or because it is cancelled already.
      const read: Call = {
        operation: 'cancelShipment.read',
        path: `/order/${externalId}`,
        scope: 'orders_read',
        options,
      }
      const { value } = await ask(context, read, order)
      return toShipment(value).state === 'cancelled' ? 'cancelled' : 'too-late'
    },

    /**
     * Pages are of orders that changed since, in the order in which they were made: one that changes meanwhile stays where
     * it is, and one that comes in among those read pushes others back, not out. Its own change is after the reading began.
     */
    async shipments({ since, cursor }: StreamQuery, options?: CallOptions): Promise<Page<WarehouseShipment>> {
      const number = cursor === undefined ? 1 : Number(cursor)
      const { value, response } = await ask(
        context,
        {
          operation: 'shipments',
          path: '/order',
          query: {
            // It is "later than", and seconds.
            LastUpdateStartDate: new Date(Math.max(0, since.getTime() - 1_000)).toISOString(),
            SortOrder: 'Oldest',
            Limit: PAGE_SIZE,
            Page: number,
          },
          channelId: await channelId(options),
          scope: 'orders_read',
          options,
        },
        orderRows,
      )
      const { rows, unreadable } = await readEachRow(value, {
        schema: order,
        idOf: idOfRow,
        toRow: toShipment,
      })
      return {
        rows,
        unreadable,
        next: value.length < PAGE_SIZE ? undefined : String(number + 1),
        platformTime: response.date,
      }
    },
  }
}

function saysDuplicate(text: string): boolean {
  return /duplicate|already (exists|been|used)|reference[ _]?id\b.*\bexists/i.test(text)
}

/** Of a row that cannot be read its id can. */
export function idOfRow(raw: unknown): string | undefined {
  const read = z.looseObject({ id: z.int() }).safeParse(raw)
  return read.success ? String(read.data.id) : undefined
}

const lengths = { name: 300, orderNumber: 400, phone: 50 }

/** What ShipBob is sent. Its descriptions cut nothing off, so that neither is it here. */
function toOrderBody(request: ShipmentRequest, usualMethod: string): Record<string, unknown> {
  const { recipient, lines, locationId } = request
  if (!isId(locationId)) throw new Invalid('ShipBob’s facilities have numbers for ids.', 'locationId')
  const lotted = lines.find(({ lot }) => lot !== undefined)
  if (lotted !== undefined) throw new Invalid('ShipBob chooses lots itself.', 'lines.lot')
  const [street, ...more] = recipient.addressLines.map((line) => line.trim()).filter((line) => line !== '')
  if (street === undefined) throw new Invalid('ShipBob needs a street.', 'recipient.addressLines')
  if (recipient.city.trim() === '') throw new Invalid('ShipBob needs a city.', 'recipient.city')
  if (recipient.country.trim() === '') throw new Invalid('ShipBob needs a country.', 'recipient.country')
  if (recipient.name.trim() === '' || recipient.name.length > lengths.name)
    throw new Invalid('ShipBob takes a name of 1 to 300 characters.', 'recipient.name')
  if ((recipient.phone?.length ?? 0) > lengths.phone)
    throw new Invalid('ShipBob takes a telephone number of 50 characters.', 'recipient.phone')
  if (request.number.length > lengths.orderNumber)
    throw new Invalid('ShipBob takes an order number of 400 characters.', 'number')
  return {
    reference_id: request.shipmentId,
    order_number: request.number,
    type: 'DTC',
    shipping_method: request.method ?? usualMethod,
    purchase_date: request.placedAt.toISOString(),
    location_id: Number(locationId),
    recipient: {
      name: recipient.name,
      ...(recipient.email !== undefined && { email: recipient.email }),
      ...(recipient.phone !== undefined && { phone_number: recipient.phone }),
      address: {
        address1: street,
        ...(more.length > 0 && { address2: more.join(', ') }),
        ...(recipient.company !== undefined && { company_name: recipient.company }),
        city: recipient.city,
        ...(recipient.region !== undefined && { state: recipient.region }),
        ...(recipient.postalCode !== undefined && { zip_code: recipient.postalCode }),
        country: recipient.country,
      },
    },
    products: toProducts(lines, request.currency),
    // Not the gift message, which is printed for the recipient.
    ...(request.note && { tags: [{ name: 'note', value: request.note.slice(0, 500) }] }),
  }
}

/** One for each SKU: what ships comes back by SKU alone. */
function toProducts(
  lines: ShipmentRequest['lines'],
  currency: string | undefined,
): Record<string, unknown>[] {
  const bySku = Map.groupBy(lines, ({ sku }) => sku)
  return [...bySku].map(([sku, own], at) => {
    const first = own[0]
    // It takes prices in dollars and does not say of what else.
    const price = currency === 'USD' ? first?.unitValue : undefined
    return {
      reference_id: sku,
      sku,
      name: first?.title || sku,
      quantity: own.reduce((sum, { quantity }) => sum + quantity, 0),
      external_line_id: at + 1,
      ...(price !== undefined && { unit_price: price }),
    }
  })
}
