import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'
import type { ServedHub } from './served-hub.ts'

type Ask = ServedHub['ask']
type Other = { connectionId: string; listingId: string }

/** Of the acceptance of the second organization. */
const ACCEPTANCE = '00000000-0000-7000-8000-0000000000cc'

/** Every route that reads mapping; the second organization's connection is called by `Zebra`. */
export const mappingReads: Record<string, string[]> = {
  '/api/v1/mapping': ['/api/v1/mapping'],
  '/api/v1/mapping/listings': [
    '/api/v1/mapping/listings',
    '/api/v1/mapping/listings?state=tied',
    '/api/v1/mapping/listings?state=ignored',
    '/api/v1/mapping/listings?search=Zebra',
  ],
  '/api/v1/mapping/conflicts': ['/api/v1/mapping/conflicts', '/api/v1/mapping/conflicts?connection=Zebra'],
  '/api/v1/connections/:id/mapping-rules': ['/api/v1/connections/Zebra/mapping-rules'],
}

/** A row of the second organization in each table of mapping. */
export async function insertMappingRows(db: Db, organizationId: string, mark: string): Promise<void> {
  const rows = [
    sql`insert into mapping_suggestion (organization_id, listing_id, place, item_id, units_per_listing, confidence, score, reasons)
      select organization_id, listing_id, 9, item_id, 1, 'possible', 1, '[{"kind": "contradicted", "sku": "x"}]'
      from (select organization_id, listing_id from listing where organization_id = ${organizationId} limit 1) as listing
      join (select organization_id, item_id from item where organization_id = ${organizationId} limit 1) as item using (organization_id)`,
    sql`insert into mapping_look (organization_id, items_known) values (${organizationId}, ${mark})
      on conflict (organization_id) do nothing`,
    sql`insert into mapping_acceptance (organization_id, acceptance_id, actor, how, listings, accepted_at)
      values (${organizationId}, ${ACCEPTANCE}, ${mark}, 'person', 1, '2026-01-01T00:00:00Z')`,
    sql`insert into mapping_acceptance_line (organization_id, acceptance_id, listing_id, item_id, units_per_listing, units_before)
      select organization_id, ${ACCEPTANCE}, listing_id, item_id, 1, 1 from listing
      where organization_id = ${organizationId} and item_id is not null limit 1`,
    sql`insert into mapping_rules (organization_id, connection_id, version, rules, actor, saved_at)
      select organization_id, connection_id, 1, '[{"name": "x", "expression": "sku", "how": "off"}]', ${mark}, '2026-01-01T00:00:00Z'
      from connection where organization_id = ${organizationId} limit 1`,
  ]
  for (const row of rows) await row.execute(db)
}

/** What the first organization asks with the second's listing, connection and acceptance, each refused. */
export function mappingWrites(
  ask: Ask,
  { connectionId, listingId }: Other,
  mark: string,
): Record<string, () => ReturnType<Ask>> {
  const wanted = { listings: [{ listingId, sku: 'MUG' }] }
  const rules = { rules: [], basedOn: 0 }
  const path = '/api/v1/mapping'
  return {
    // It looks at its own, and says so of them alone.
    'POST /api/v1/mapping/look': async () => {
      const answer = await ask('POST', `${path}/look`, {})
      return answer.text.includes(mark) ? answer : { ...answer, status: 404 }
    },
    'POST /api/v1/mapping/preview': () => ask('POST', `${path}/preview`, wanted),
    'POST /api/v1/mapping/accept': () => ask('POST', `${path}/accept`, wanted),
    // 409: nothing of the first's own can be taken back.
    'POST /api/v1/mapping/undo': async () => {
      const answer = await ask('POST', `${path}/undo`, { acceptanceId: ACCEPTANCE })
      return answer.status === 409 && answer.text.includes('wrong-state')
        ? { ...answer, status: 404 }
        : answer
    },
    'POST /api/v1/mapping/ignore': () =>
      ask('POST', `${path}/ignore`, { listings: [listingId], reason: 'x' }),
    'POST /api/v1/mapping/heed': () => ask('POST', `${path}/heed`, { listings: [listingId] }),
    'POST /api/v1/mapping/kits': () =>
      ask('POST', `${path}/kits`, {
        listingId,
        sku: `${mark}-kit`,
        name: 'x',
        components: [{ sku: `${mark}-1`, quantity: 1 }],
      }),
    'PUT /api/v1/connections/:id/mapping-rules': () =>
      ask('PUT', `/api/v1/connections/${connectionId}/mapping-rules`, rules),
    'POST /api/v1/connections/:id/mapping-rules/try': () =>
      ask('POST', `/api/v1/connections/${mark}/mapping-rules/try`, { expression: 'sku' }),
  }
}
