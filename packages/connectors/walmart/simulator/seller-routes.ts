import type { createAccess } from './access.ts'
import type { Marketplace } from './marketplace.ts'
import type { Route } from './server.ts'

export type Seller = {
  partnerId: string
  name: string
  /** ACTIVE, SUSPENDED … */
  status: string
  /** What the keys may do: `full_access`, `view_only`, `no_access`. */
  scopes: Readonly<Record<string, string>>
  /** Inventory feeds an hour. */
  feedsPerHour: number
}

/** Who the seller is, what its keys may do, and where it keeps stock. */
export function sellerRoutes(
  marketplace: Marketplace,
  { access, seller, country }: { access: ReturnType<typeof createAccess>; seller: Seller; country: string },
): Route[] {
  return [
    {
      method: 'POST',
      path: '/v3/token',
      limit: 'token',
      isOpen: true,
      handle: ({ request }) => access.grant(request),
    },
    {
      method: 'GET',
      path: '/v3/token/detail',
      limit: 'settings-get',
      handle: ({ request }) => access.tokenDetail(request, seller.scopes),
    },
    {
      method: 'GET',
      path: '/v3/settings/partnerprofile',
      limit: 'settings-get',
      handle: () => ({
        partner: {
          partnerId: seller.partnerId,
          partnerName: seller.name,
          partnerDisplayName: seller.name,
          partnerStoreId: seller.partnerId,
          countryOfIncorporation: country,
        },
        configurations: [
          { configurationName: 'ACCOUNT', configuration: { status: seller.status } },
          {
            configurationName: 'FEED',
            configuration: {
              values: [
                {
                  feedType: 'inventory',
                  throttleConfigurations: [
                    {
                      type: 'SELLER',
                      rate: {
                        count: seller.feedsPerHour,
                        replenishTimeWindow: { value: '3600', unitOfMeasurement: 'SECOND' },
                      },
                      fileSize: { value: 5_242_880, unitOfMeasurement: 'BYTES' },
                    },
                  ],
                },
              ],
            },
          },
        ],
      }),
    },
    {
      method: 'GET',
      path: '/v3/settings/shipping/shipnodes',
      limit: 'settings-get',
      handle: () =>
        [...marketplace.nodes.values()].map(({ id, name, nodeType, status }) => ({
          shipNode: id,
          nodeType,
          shipNodeName: name,
          status,
          timeZone: 'EST',
          postalAddress: {
            addressLine1: '1 Harbour Road',
            city: 'Springfield',
            state: 'AR',
            country: 'USA',
            postalCode: '72701',
          },
        })),
    },
  ]
}
