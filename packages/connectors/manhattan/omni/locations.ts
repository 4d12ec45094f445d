import type {
  CallOptions,
  ExternalLocation,
  Page,
  StreamQuery,
  WarehouseReceipt,
} from '@plimsoll/connector-kit'
import { z } from 'zod'
import { id, text } from '../envelope.ts'
import { homeOf } from '../items.ts'
import { searchFor, searchPage } from '../search.ts'
import type { Context } from '../transport.ts'

const location = z.object({ LocationId: id, LocationName: text, IsActive: z.boolean().nullish() })
const TEMPLATE = { LocationId: null, LocationName: null, IsActive: null } as const

/** Those of the settings, as far as Omni has them. */
export async function readLocations(context: Context, options?: CallOptions): Promise<ExternalLocation[]> {
  const rows = await searchFor(
    context,
    {
      operation: 'locations',
      path: 'omniLocations',
      facility: homeOf(context),
      template: TEMPLATE,
      field: 'LocationId',
      values: context.settings.facilities,
      key: 'LocationId',
      options,
    },
    location,
  )
  return rows.map(({ LocationId, LocationName, IsActive }) => ({
    externalId: LocationId,
    name: LocationName || LocationId,
    active: IsActive !== false,
  }))
}

/**
 * Omni takes nothing in: deliveries are its warehouses' own, and there are none to tell. That Omni is there, and what its clock
 * says, is asked all the same: counts wait for the list's being read.
 */
export async function readNoReceipts(
  context: Context,
  _: StreamQuery,
  options?: CallOptions,
): Promise<Page<WarehouseReceipt>> {
  const { platformTime } = await searchPage(
    context,
    {
      operation: 'receipts',
      path: 'omniLocations',
      facility: homeOf(context),
      template: TEMPLATE,
      where: [],
      sort: [],
      size: 1,
      options,
    },
    location,
  )
  return { rows: [], next: undefined, platformTime }
}
