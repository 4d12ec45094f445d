import type { Recipient } from '@plimsoll/connector-kit'
import { z } from 'zod'
import { ApiError, type ApiRoute, invalid, notFound, type Site } from './api.ts'

/** Buyers' data: as Orders 2026-01-01 shows them, and as the older API does, with a token for each address. */

export function toDeliveryAddress(to: Recipient) {
  const [addressLine1, addressLine2, addressLine3] = to.addressLines
  return {
    name: to.name,
    ...(to.company !== undefined && { companyName: to.company }),
    addressLine1,
    ...(addressLine2 !== undefined && { addressLine2 }),
    ...(addressLine3 !== undefined && { addressLine3 }),
    city: to.city,
    ...(to.region !== undefined && { stateOrRegion: to.region }),
    ...(to.postalCode !== undefined && { postalCode: to.postalCode }),
    countryCode: to.country,
    ...(to.phone !== undefined && { phone: to.phone }),
    addressType: 'RESIDENTIAL',
  }
}

/** What anybody is told. */
export function toPlaceV0(to: Recipient) {
  return {
    City: to.city,
    ...(to.region !== undefined && { StateOrRegion: to.region }),
    ...(to.postalCode !== undefined && { PostalCode: to.postalCode }),
    CountryCode: to.country,
  }
}

const TOKEN_MS = 3_600_000
const request = z.object({
  targetApplication: z.string().optional(),
  restrictedResources: z
    .array(
      z.object({
        method: z.enum(['GET', 'PUT', 'POST', 'DELETE']),
        path: z.string().startsWith('/'),
        dataElements: z.array(z.enum(['buyerInfo', 'shippingAddress', 'buyerTaxInformation'])).optional(),
      }),
    )
    .min(1)
    .max(50),
})

export function addressRoutes(site: Site): ApiRoute[] {
  const tokens = new Map<string, { paths: string[]; endsAt: number }>()
  return [
    {
      method: 'POST',
      path: '/tokens/2021-03-01/restrictedDataToken',
      operation: 'createRestrictedDataToken',
      role: 'buyers',
      handle({ body }) {
        const read = request.safeParse(body)
        if (!read.success) throw invalid('The restricted resources are not valid.')
        const restrictedDataToken = `Atz.sprdt|sim-${site.account.fresh()}`
        const paths = read.data.restrictedResources.map(({ method, path }) => `${method} ${path}`)
        tokens.set(restrictedDataToken, { paths, endsAt: site.now() + TOKEN_MS })
        return { body: { expiresIn: TOKEN_MS / 1_000, restrictedDataToken } }
      },
    },
    {
      method: 'GET',
      path: '/orders/v0/orders/:orderId/address',
      operation: 'getOrderAddress',
      role: 'orders',
      token: 'restricted',
      handle({ params, request: { url, headers } }) {
        const token = tokens.get(String(headers['x-amz-access-token']))
        const isAllowed = token?.paths.includes(`GET ${url}`) === true && site.now() < token.endsAt
        if (!isAllowed || site.faults.isRevoked())
          throw new ApiError(403, 'Unauthorized', 'Access to requested resource is denied.')
        const order = site.account.orders.get(params.orderId ?? '')
        if (order === undefined) throw notFound(`Order ${params.orderId} was not found.`)
        const { to } = order
        const isTold = to !== undefined && order.status !== 'PENDING'
        return {
          body: {
            payload: {
              AmazonOrderId: order.id,
              ...(isTold && { ShippingAddress: { ...toPlaceV0(to), ...toNameV0(to) } }),
            },
          },
        }
      },
    },
  ]
}

function toNameV0(to: Recipient) {
  const [AddressLine1, AddressLine2, AddressLine3] = to.addressLines
  return {
    Name: to.name,
    ...(to.company !== undefined && { CompanyName: to.company }),
    AddressLine1,
    ...(AddressLine2 !== undefined && { AddressLine2 }),
    ...(AddressLine3 !== undefined && { AddressLine3 }),
    ...(to.phone !== undefined && { Phone: to.phone }),
    AddressType: 'Residential',
  }
}
