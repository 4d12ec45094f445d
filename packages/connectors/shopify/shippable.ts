import { type CallOptions, Malformed, NotFound } from '@plimsoll/connector-kit'
import { z } from 'zod'
import type { Api } from './api.ts'
import { FULFILLMENT_LINES } from './documents.ts'
import { gidSchema } from './ids.ts'
import { failVanished, pageInfoSchema, readAllPages } from './pages.ts'
import {
  PARCELS,
  PARCELS_MAX,
  PARCELS_SHORT,
  SHIPPABLE,
  SHIPPABLE_LINES,
  SHIPPABLE_SITES,
} from './shippable-documents.ts'

/**
 * What of an order can still be shipped or cancelled, from where, and what was shipped before. Lists are read to their end: a line
 * that was not read would pass for one that has nothing left, and a parcel for one that was never sent.
 */

const siteLineSchema = z.object({
  id: gidSchema,
  remainingQuantity: z.number().int(),
  lineItem: z.object({ id: gidSchema }),
})
const siteLinesSchema = z.object({ nodes: z.array(siteLineSchema), pageInfo: pageInfoSchema })
const siteSchema = z.object({
  id: gidSchema,
  status: z.string(),
  /** Of one that is assigned to a fulfilment service: what the merchant asks of it. */
  requestStatus: z.string(),
  assignedLocation: z.object({ location: z.object({ id: gidSchema }).nullable() }),
  lineItems: siteLinesSchema,
})
type Site = z.infer<typeof siteSchema>
const sitesSchema = z.object({ nodes: z.array(siteSchema), pageInfo: pageInfoSchema })

export type FulfillmentOrder = Omit<Site, 'lineItems'> & { lines: readonly z.infer<typeof siteLineSchema>[] }

const parcelLineSchema = z.object({
  quantity: z.number().int().nullable(),
  lineItem: z.object({ id: gidSchema }),
})
const parcelSchema = z.object({
  id: gidSchema,
  status: z.string(),
  trackingInfo: z.array(z.object({ number: z.string().nullable() })),
})
/** A fulfilment. Undefined lines: not all of them are read yet. */
export type Parcel = z.infer<typeof parcelSchema> & {
  lines: readonly z.infer<typeof parcelLineSchema>[] | undefined
}

const shippableSchema = z.object({
  order: z
    .object({
      id: gidSchema,
      cancelledAt: z.string().nullable(),
      fulfillmentOrders: sitesSchema,
      fulfillments: z.array(
        parcelSchema.extend({
          fulfillmentLineItems: z.object({
            nodes: z.array(parcelLineSchema),
            pageInfo: z.object({ hasNextPage: z.boolean() }),
          }),
        }),
      ),
    })
    .nullable(),
})
const moreSitesSchema = z.object({ order: z.object({ fulfillmentOrders: sitesSchema }).nullable() })
const moreLinesSchema = z.object({ node: z.object({ lineItems: siteLinesSchema }).nullable() })
const parcelsSchema = z.object({ order: z.object({ fulfillments: z.array(parcelSchema) }).nullable() })
const parcelLinesSchema = z.object({
  node: z
    .object({
      fulfillmentLineItems: z.object({ nodes: z.array(parcelLineSchema), pageInfo: pageInfoSchema }),
    })
    .nullable(),
})

export type Shippable = {
  cancelledAt: string | null
  sites: readonly FulfillmentOrder[]
  parcels: readonly Parcel[]
}

/** @throws NotFound */
export async function readShippable(api: Api, id: string, options: CallOptions): Promise<Shippable> {
  const { data } = await api.read(SHIPPABLE, { id }, shippableSchema, options)
  const { order } = data
  if (order === null) throw new NotFound(`Shopify has no order ${id}`)
  const sites = await readAllPages(async (after) => {
    if (after === undefined) return order.fulfillmentOrders
    const { data: more } = await api.read(SHIPPABLE_SITES, { id, after }, moreSitesSchema, options)
    return more.order?.fulfillmentOrders ?? failVanished(id)
  })
  const whole: FulfillmentOrder[] = []
  for (const { lineItems, ...site } of sites) {
    const lines = await readAllPages(async (after) => {
      if (after === undefined) return lineItems
      const { data: more } = await api.read(SHIPPABLE_LINES, { id: site.id, after }, moreLinesSchema, options)
      return more.node?.lineItems ?? failVanished(site.id)
    })
    whole.push({ ...site, lines })
  }
  const known = order.fulfillments.map(({ fulfillmentLineItems: { nodes, pageInfo }, ...parcel }) => ({
    ...parcel,
    lines: pageInfo.hasNextPage ? undefined : nodes,
  }))
  const parcels = known.length < PARCELS_SHORT ? known : await readParcels(api, { id, known }, options)
  return { cancelledAt: order.cancelledAt, sites: whole, parcels }
}

/** All parcels of an order that has more of them than are read with it. */
async function readParcels(
  api: Api,
  { id, known }: { id: string; known: readonly Parcel[] },
  options: CallOptions,
): Promise<Parcel[]> {
  const { data } = await api.read(PARCELS, { id }, parcelsSchema, options)
  const { fulfillments: all } = data.order ?? failVanished(id)
  if (all.length >= PARCELS_MAX)
    throw new Malformed(
      `Order ${id} has ${PARCELS_MAX} parcels or more: not all of them can be read`,
      id,
      false,
    )
  return all.map((parcel) => ({ ...parcel, lines: known.find((each) => each.id === parcel.id)?.lines }))
}

/**
 * The units in a parcel by line, whatever its length.
 * @throws Malformed where Shopify does not say how many: they may be those that are to be sent
 */
export async function readUnits(
  api: Api,
  { id, lines }: Parcel,
  options: CallOptions,
): Promise<Map<string, number>> {
  const all =
    lines ??
    (await readAllPages(async (after) => {
      const { data } = await api.read(FULFILLMENT_LINES, { id, after }, parcelLinesSchema, options)
      return data.node?.fulfillmentLineItems ?? failVanished(id)
    }))
  const units = new Map<string, number>()
  for (const { lineItem, quantity } of all) {
    if (quantity === null)
      throw new Malformed(`Shopify does not say how many units of ${lineItem.id} left in ${id}`, id, false)
    units.set(lineItem.id, (units.get(lineItem.id) ?? 0) + quantity)
  }
  return units
}
