import type { CallOptions, ExternalLocation } from '@plimsoll/connector-kit'
import { z } from 'zod'
import type { Api } from './api.ts'
import { LOCATIONS } from './documents.ts'
import { locationNodeSchema, toLocation } from './listing-map.ts'
import { pageInfoSchema, readAllPages } from './pages.ts'
import type { Settings } from './settings.ts'

const locationsSchema = z.object({
  locations: z.object({ nodes: z.array(locationNodeSchema), pageInfo: pageInfoSchema }),
})

export async function listLocations(
  api: Api,
  { fulfillmentService }: Settings,
  options: CallOptions = {},
): Promise<ExternalLocation[]> {
  const nodes = await readAllPages(async (after) => {
    const { data } = await api.read(LOCATIONS, { after }, locationsSchema, options)
    return data.locations
  })
  return nodes.map((node) => toLocation(node, fulfillmentService))
}

/** Locations whose stock another application's fulfilment service counts, in the order of their ids. */
export async function listCountedElsewhere(
  api: Api,
  settings: Settings,
  options: CallOptions = {},
): Promise<string[]> {
  const locations = await listLocations(api, settings, options)
  return locations
    .filter(({ countedByPlatform }) => countedByPlatform === true)
    .map(({ externalId }) => externalId)
    .sort()
}
