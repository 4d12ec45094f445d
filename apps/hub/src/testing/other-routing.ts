import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'
import type { ServedHub } from './served-hub.ts'

type Ask = ServedHub['ask']

/** Every route that reads routing; an order of the second organization has the number `mark`. */
export const routingReads: Record<string, string[]> = {
  '/api/v1/routing-rules': ['/api/v1/routing-rules'],
  '/api/v1/orders/:id/routing': ['/api/v1/orders/00000000-0000-7000-8000-000000000000/routing'],
}

/** Rules of the second organization that name a location of its own. */
export async function insertRoutingRows(db: Db, organizationId: string, mark: string): Promise<void> {
  const rules = JSON.stringify([{ kind: 'channel', connections: [mark], locations: [mark] }])
  await sql`
    insert into routing_rules (organization_id, version, rules, actor, saved_at)
    values (${organizationId}, 1, ${rules}::jsonb, ${mark}, '2026-01-01T00:00:00Z')`.execute(db)
}

/** What the first organization asks with a location of the second, each refused. */
export function routingWrites(ask: Ask, mark: string): Record<string, () => ReturnType<Ask>> {
  const rules = [{ kind: 'channel', connections: ['shop'], locations: [mark] }]
  return {
    'PUT /api/v1/routing-rules': () => ask('PUT', '/api/v1/routing-rules', { rules }),
    'POST /api/v1/routing-rules/try': () => ask('POST', '/api/v1/routing-rules/try', { rules }),
  }
}
