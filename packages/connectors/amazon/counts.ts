import type { ExternalCount, Page } from '@plimsoll/connector-kit'
import * as answers from './answers.ts'
import type { Reading } from './levels.ts'
import { toCount } from './map.ts'
import { homeMarketplace } from './settings.ts'

/**
 * What Amazon keeps and counts, read through one marketplace: several show the same pool, and would count it twice.
 * Amazon's page tokens die after thirty seconds: whoever takes longer between two pages begins anew.
 * Source: models/fba-inventory-api-model/fbaInventory.json.
 */
export async function readCounts(
  cursor: string | undefined,
  { transport, settings, signal }: Reading,
): Promise<Page<ExternalCount>> {
  const marketplace = homeMarketplace(settings)
  const { data, date } = await transport.ask(
    {
      operation: 'counts',
      method: 'GET',
      path: '/fba/inventory/v1/summaries',
      query: {
        details: 'true',
        granularityType: 'Marketplace',
        granularityId: marketplace,
        marketplaceIds: marketplace,
        nextToken: cursor,
      },
      signal,
    },
    answers.summaries,
  )
  return {
    rows: data.payload.inventorySummaries.flatMap((summary) => toCount(summary) ?? []),
    next: data.pagination?.nextToken,
    platformTime: date,
  }
}
