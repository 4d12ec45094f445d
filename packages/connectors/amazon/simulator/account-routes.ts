import { z } from 'zod'
import { findMarketplace } from '../marketplaces.ts'
import type { Listing } from './account.ts'
import { type ApiRoute, checkMarketplaces, fromPageToken, invalid, type Site, toPageToken } from './api.ts'

const SKUS_MAX = 50
const token = z.object({ from: z.int().nonnegative(), at: z.number() })

/** Who the seller is (Sellers API v1), and what Amazon keeps for him (FBA Inventory API v1). */
export function accountRoutes(site: Site): ApiRoute[] {
  const { account, traits, now } = site
  return [
    {
      method: 'GET',
      path: '/sellers/v1/marketplaceParticipations',
      operation: 'getMarketplaceParticipations',
      role: 'account',
      handle: () => ({
        body: {
          payload: traits.marketplaces.map((id) => {
            const found = findMarketplace(id)
            return {
              marketplace: {
                id,
                name: `Amazon ${found?.name.en ?? id}`,
                countryCode: found?.country ?? 'US',
                defaultCurrencyCode: found?.currency ?? 'USD',
                defaultLanguageCode: 'en_US',
                domainName: 'www.amazon.com',
              },
              participation: { isParticipating: true, hasSuspendedListings: false },
              storeName: traits.name,
            }
          }),
        },
      }),
    },
    {
      method: 'GET',
      path: '/fba/inventory/v1/summaries',
      operation: 'getInventorySummaries',
      role: 'stock',
      handle({ query }) {
        if (query.need('granularityType') !== 'Marketplace')
          throw invalid("'granularityType' is Marketplace.")
        checkMarketplaces(traits, [query.need('granularityId')], 1)
        checkMarketplaces(traits, query.list('marketplaceIds'), 1)
        const skus = query.list('sellerSkus')
        if (skus !== undefined && skus.length > SKUS_MAX)
          throw invalid("'sellerSkus' takes at most 50 values.")
        const kept = [...account.listings.values()].filter(
          ({ fba, sku }) => fba !== undefined && (skus === undefined || skus.includes(sku)),
        )
        const given = query.one('nextToken')
        const from = given === undefined ? 0 : readToken(given, now(), traits.summaryTokenMs)
        const size = traits.summariesPerPage
        const next =
          from + size < kept.length ? { nextToken: toPageToken({ from: from + size, at: now() }) } : undefined
        const isDetailed = query.one('details') === 'true'
        return {
          body: {
            payload: {
              granularity: { granularityType: 'Marketplace', granularityId: query.one('granularityId') },
              inventorySummaries: kept
                .slice(from, from + size)
                .map((listing) => toSummary(listing, isDetailed)),
            },
            ...(next !== undefined && { pagination: next }),
          },
        }
      },
    },
  ]
}

function readToken(given: string, now: number, lifeMs: number): number {
  const place = token.safeParse(fromPageToken(given)).data
  if (place === undefined || now - place.at > lifeMs) throw invalid("The 'nextToken' has expired.")
  return place.from
}

function toSummary({ sku, asin, title, updatedAt, fba }: Listing, isDetailed: boolean) {
  const { fulfillable = 0, unfulfillable = 0, researching = 0, inbound = 0, promised = 0 } = fba ?? {}
  return {
    asin,
    fnSku: `X00${asin.slice(2)}`,
    sellerSku: sku,
    condition: 'NewItem',
    productName: title,
    lastUpdatedTime: new Date(updatedAt).toISOString(),
    totalQuantity: fulfillable + promised + unfulfillable + researching + inbound,
    ...(isDetailed && {
      inventoryDetails: {
        fulfillableQuantity: fulfillable,
        inboundWorkingQuantity: 0,
        inboundShippedQuantity: inbound,
        inboundReceivingQuantity: 0,
        reservedQuantity: {
          totalReservedQuantity: promised,
          pendingCustomerOrderQuantity: promised,
          pendingTransshipmentQuantity: 0,
          fcProcessingQuantity: 0,
        },
        researchingQuantity: { totalResearchingQuantity: researching, researchingQuantityBreakdown: [] },
        unfulfillableQuantity: { totalUnfulfillableQuantity: unfulfillable },
      },
    }),
  }
}
