import type { StoredRoutingOrder } from '@plimsoll/orders'
import { findItemsBySku, findKitParts } from '@plimsoll/stock'
import type { SyncContext } from '@plimsoll/sync'
import { z } from 'zod'
import { readInput } from './input-file.ts'
import { CommandProblem } from './output.ts'

/** Orders to try rules on, with what stored orders may not have: where they go. */
const ordersFile = z
  .array(
    z.strictObject({
      number: z.string().min(1).max(200),
      placedAt: z.iso.datetime({ offset: true }),
      promisedAt: z.iso.datetime({ offset: true }).nullable().default(null),
      connection: z.string().max(200).default(''),
      destination: z
        .strictObject({
          country: z.string().regex(/^[A-Z]{2}$/),
          region: z.string().nullable().default(null),
          postalCode: z.string().nullable().default(null),
          latitude: z.number().min(-90).max(90).optional(),
          longitude: z.number().min(-180).max(180).optional(),
        })
        .optional(),
      lines: z
        .array(
          z.strictObject({
            sku: z.string().min(1),
            units: z.int().min(1).max(1_000_000),
            unitsPerListing: z.int().min(1).default(1),
          }),
        )
        .min(1)
        .max(1_000),
    }),
  )
  .max(100_000)

/** @throws CommandProblem for what is no such file, and for a SKU that there is none of */
export async function readOrdersFile(
  { database, organizationId }: SyncContext,
  file: string,
): Promise<StoredRoutingOrder[]> {
  const orders = parseOrders(file)
  const skus = [...new Set(orders.flatMap(({ lines }) => lines.map(({ sku }) => sku)))]
  const items = new Map(
    (await findItemsBySku(database.kysely, organizationId, skus)).map(({ sku, itemId }) => [sku, itemId]),
  )
  const unknown = skus.find((sku) => !items.has(sku))
  if (unknown !== undefined) throw new CommandProblem(`${file}: there is no item with the SKU "${unknown}".`)
  const parts = await findKitParts(database.kysely, organizationId, [...items.values()])
  return orders
    .map(({ number, placedAt, promisedAt, connection, destination, lines }) => ({
      orderId: number,
      number,
      connectionId: connection,
      placedAt: new Date(placedAt),
      promisedAt: promisedAt === null ? null : new Date(promisedAt),
      destination,
      lines: lines.map(({ sku, units, unitsPerListing }, nth) => {
        const itemId = items.get(sku) ?? ''
        const kit = parts.get(itemId)?.map((part) => ({ itemId: part.itemId, unitsEach: part.quantity }))
        return { lineId: `${number}-${nth + 1}`, itemId, units, unitsPerListing, parts: kit }
      }),
    }))
    .sort((a, b) => a.placedAt.getTime() - b.placedAt.getTime())
}

function parseOrders(file: string): z.output<typeof ordersFile> {
  let read: unknown
  try {
    read = JSON.parse(readInput(file).toString('utf8'))
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new CommandProblem(`${file} is no JSON: ${error.message}`)
  }
  const parsed = ordersFile.safeParse(read)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new CommandProblem(`${file}: ${issue?.path.join('.')}: ${issue?.message}.`)
}
