import type { CallOptions, ExternalLocation } from '@plimsoll/connector-kit'
import { z } from 'zod'
import { id, text } from '../envelope.ts'
import { homeOf } from '../items.ts'
import { searchFor } from '../search.ts'
import type { Context } from '../transport.ts'

const facility = z.object({
  FacilityId: id,
  FacilityName: text,
  Description: text,
  IsActive: z.boolean().nullish(),
})

/** Those of the settings, as far as the environment has them. */
export async function readFacilities(context: Context, options?: CallOptions): Promise<ExternalLocation[]> {
  const rows = await searchFor(
    context,
    {
      operation: 'locations',
      path: 'facilities',
      facility: homeOf(context),
      template: { FacilityId: null, FacilityName: null, Description: null, IsActive: null },
      field: 'FacilityId',
      values: context.settings.facilities,
      key: 'FacilityId',
      options,
    },
    facility,
  )
  return rows.map(({ FacilityId, FacilityName, Description, IsActive }) => ({
    externalId: FacilityId,
    name: FacilityName || Description || FacilityId,
    active: IsActive !== false,
  }))
}
