import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'
import { expect } from 'vitest'
import { mappingReads, mappingWrites } from './other-mapping.ts'
import { replenishmentReads, replenishmentWrites } from './other-replenishment.ts'
import { routingReads, routingWrites } from './other-routing.ts'
import { BULK_ID } from './other-rows.ts'
import type { ServedHub } from './served-hub.ts'

type Ask = ServedHub['ask']

/** Every route that reads what was set for channels, for routing and for mapping. */
export const policyReads: Record<string, string[]> = {
  '/api/v1/policies': ['/api/v1/policies'],
  '/api/v1/policy-windows': ['/api/v1/policy-windows'],
  '/api/v1/protections': ['/api/v1/protections'],
  '/api/v1/changes': ['/api/v1/changes?limit=200'],
  '/api/v1/bulk-edits': ['/api/v1/bulk-edits'],
  '/api/v1/tables/:operation/:format': ['listItems', 'listOrders', 'listPolicies', 'listChanges'].map(
    (operation) => `/api/v1/tables/${operation}/csv`,
  ),
  // The second organization's own one, as `insertPassingRows` names it.
  '/api/v1/bulk-edits/:id': [`/api/v1/bulk-edits/${BULK_ID}`],
  '/api/v1/bulk-edits/:id/levels': [`/api/v1/bulk-edits/${BULK_ID}/levels`],
  '/api/v1/bulk-edits/:id/levels.csv': [`/api/v1/bulk-edits/${BULK_ID}/levels.csv`],
  ...routingReads,
  ...replenishmentReads,
  ...mappingReads,
}

/** What the first organization asks of the second's policies, each refused. */
export function policyWrites(
  ask: Ask,
  db: Db,
  other: { context: { organizationId: string }; connectionId: string; listingId: string },
  mark: string,
): Record<string, () => ReturnType<Ask>> {
  const { connectionId, listingId: listing } = other
  return {
    ...routingWrites(ask, mark),
    ...replenishmentWrites(ask, mark),
    ...mappingWrites(ask, other, mark),
    'PUT /api/v1/policies': async () => {
      const ofConnection = await ask('PUT', '/api/v1/policies', { connection: connectionId, paused: true })
      expect(ofConnection.body).toMatchObject({ code: 'unknown-connection' })
      return await ask('PUT', '/api/v1/policies', { listing, paused: true })
    },
    'PUT /api/v1/protections': async () => {
      const ofConnection = await ask('PUT', '/api/v1/protections', { connection: connectionId, mode: 'open' })
      expect(ofConnection.body).toMatchObject({ code: 'unknown-connection' })
      return await ask('PUT', '/api/v1/protections', { item: `${mark}-1`, mode: 'open' })
    },
    'POST /api/v1/changes/:id/undo': async () => {
      const found = await sql<{ id: string }>`
        select change as id from change_record where organization_id = ${other.context.organizationId} limit 1`.execute(
        db,
      )
      return await ask('POST', `/api/v1/changes/${found.rows[0]?.id}/undo`, {})
    },
    'POST /api/v1/bulk-edits': () =>
      ask('POST', '/api/v1/bulk-edits', { of: 'items', skus: [`${mark}-1`], set: { paused: true } }),
    ...Object.fromEntries(
      ['apply', 'stop', 'undo'].map((verb) => [
        `POST /api/v1/bulk-edits/:id/${verb}`,
        () => ask('POST', `/api/v1/bulk-edits/${BULK_ID}/${verb}`),
      ]),
    ),
    'POST /api/v1/policy-windows': () =>
      ask('POST', '/api/v1/policy-windows', {
        name: 'x',
        listing,
        startsAt: '2026-01-01T00:00:00Z',
        endsAt: '2999-01-01T00:00:00Z',
        set: { paused: true },
      }),
    'POST /api/v1/policy-windows/:id/end': async () => {
      const found = await sql<{ id: string }>`
        select window_id as id from policy_window where organization_id = ${other.context.organizationId}`.execute(
        db,
      )
      return await ask('POST', `/api/v1/policy-windows/${found.rows[0]?.id}/end`)
    },
    'POST /api/v1/whatif': async () => {
      const ofItem = await ask('POST', '/api/v1/whatif', { items: [`${mark}-1`] })
      expect(ofItem.body).toMatchObject({ code: 'unknown-item' })
      return await ask('POST', '/api/v1/whatif', { policies: [{ listing, set: { paused: true } }] })
    },
  }
}
