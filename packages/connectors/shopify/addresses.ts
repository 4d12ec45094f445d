import type { CallOptions, Destination, Recipient } from '@plimsoll/connector-kit'
import { NotFound } from '@plimsoll/connector-kit'
import { z } from 'zod'
import type { Api } from './api.ts'
import { PROTECTED, RECIPIENT } from './documents.ts'
import { gidSchema } from './ids.ts'

/**
 * Where an order goes, which every reading of it says, and to whom, which is asked for alone. Both are protected customer
 * data: of an application that Shopify has not approved for them it says null, with an error beside (`isWithheld`).
 * Source: shopify.dev/docs/apps/launch/protected-customer-data (read 2026-11-26).
 */

export const destinationSchema = z.object({
  countryCodeV2: z.string().nullable(),
  provinceCode: z.string().nullable(),
  province: z.string().nullable(),
  zip: z.string().nullable(),
  city: z.string().nullable(),
})

/** Undefined where there is no country: of a place without one nobody can say how to get there. */
export function toDestination(address: {
  country: string | null | undefined
  provinceCode: string | null | undefined
  province: string | null | undefined
  zip: string | null | undefined
  city: string | null | undefined
}): Destination | undefined {
  const { country, provinceCode, province, zip, city } = address
  if (!country || !/^[A-Z]{2}$/.test(country)) return undefined
  return {
    country,
    region: provinceCode || province || undefined,
    postalCode: zip || undefined,
    city: city || undefined,
  }
}

const text = z.string().nullable()
const recipientSchema = z.object({
  order: z
    .object({
      id: gidSchema,
      email: text,
      phone: text,
      shippingAddress: destinationSchema
        .extend({
          name: text,
          firstName: text,
          lastName: text,
          company: text,
          address1: text,
          address2: text,
          phone: text,
        })
        .nullable(),
    })
    .nullable(),
})

/** Undefined: the order is not sent to anybody (fetched, digital), or Shopify does not tell this application. */
export async function readRecipient(
  api: Api,
  orderExternalId: string,
  options: CallOptions = {},
): Promise<Recipient | undefined> {
  const { data } = await api.read(RECIPIENT, { id: orderExternalId }, recipientSchema, {
    ...options,
    priority: 3,
  })
  const { order } = data
  if (order === null) throw new NotFound(`Shopify has no order ${orderExternalId}`)
  const address = order.shippingAddress
  const destination =
    address === null ? undefined : toDestination({ ...address, country: address.countryCodeV2 })
  if (address === null || destination === undefined) return undefined
  const addressLines = [address.address1, address.address2].flatMap((line) => line?.trim() || [])
  const name = address.name || [address.firstName, address.lastName].filter(Boolean).join(' ')
  const company = address.company || undefined
  // A parcel to nobody, or to no street, is none: a person has to look.
  if ((name === '' && company === undefined) || addressLines.length === 0) return undefined
  return {
    ...destination,
    name: name || (company ?? ''),
    company,
    addressLines,
    city: destination.city ?? '',
    phone: address.phone || order.phone || undefined,
    email: order.email || undefined,
  }
}

const protectedSchema = z.object({
  orders: z.object({
    nodes: z.array(z.object({ shippingAddress: z.object({ address1: text }).nullable() })),
  }),
})

/** Whether Shopify says who the buyers are; undefined where there is no order to ask of. */
export async function mayReadAddresses(api: Api, options: CallOptions): Promise<boolean | undefined> {
  const { data, withheld } = await api.read(PROTECTED, {}, protectedSchema, options)
  if (withheld) return false
  return data.orders.nodes.length > 0 ? true : undefined
}
