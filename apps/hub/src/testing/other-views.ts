import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'
import type { ServedHub } from './served-hub.ts'

type Ask = ServedHub['ask']

const VIEW = '00000000-0000-7000-8000-00000000076a'

/** A view that the second organization shares; whoever asks in the first has the same name. */
export async function insertViewRows(db: Db, organizationId: string, mark: string): Promise<void> {
  await sql`
    insert into saved_view (organization_id, view_id, screen, name, owner, shared, search, made_at, changed_at)
    values (${organizationId}, ${VIEW}, 'items', ${mark}, 'api', true, ${JSON.stringify({ q: mark })}::jsonb,
      '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z')`.execute(db)
}

/** What the first organization asks of the second's view, each refused. */
export function viewWrites(ask: Ask): Record<string, () => ReturnType<Ask>> {
  return {
    'POST /api/v1/views': () => ask('POST', '/api/v1/views', { screen: 'items', name: '', search: {} }),
    'PATCH /api/v1/views/:id': () => ask('PATCH', `/api/v1/views/${VIEW}`, { name: 'mine' }),
    'DELETE /api/v1/views/:id': () => ask('DELETE', `/api/v1/views/${VIEW}`),
  }
}
