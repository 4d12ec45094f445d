import { sql } from 'kysely'
import { EXPORTS } from '../exports/exports.ts'
import { saveWholeProgress } from '../imports/imports.store.ts'
import { workImport } from '../imports/imports.ts'
import type { ImportContext } from '../imports/open-file.ts'
import { receiveFile } from '../imports/receive-file.ts'
import type { ServedHub } from './served-hub.ts'

/** What the tests of isolation ask of imports and exports. One import by its id has a test of its own. */
export const importReads: Record<string, string[]> = {
  '/api/v1/imports': ['/api/v1/imports?limit=200'],
  '/api/v1/imports/:id': [],
  '/api/v1/imports/:id/problems': [],
  '/api/v1/imports/:id/mappings': [],
  '/api/v1/imports/:id/problem-rows/:format': [],
  '/api/v1/exports/:what/:format': EXPORTS.map((what) => `/api/v1/exports/${what}/csv`),
}

export function importWrites(ask: ServedHub['ask'], importId: string) {
  const path = `/api/v1/imports/${importId}`
  return {
    'POST /api/v1/imports': () => ask('POST', '/api/v1/imports?what=everything', Buffer.from('sku')),
    'POST /api/v1/imports/:id/apply': () =>
      ask('POST', `${path}/apply`, { mode: 'good-rows', confirmZeros: true }),
    'DELETE /api/v1/imports/:id': () => ask('DELETE', path),
  }
}

/** An import that is checked, with a row that is wrong: its file and its problem stay. */
export async function importWithProblem(context: ImportContext, mark: string): Promise<string> {
  async function* file() {
    yield Buffer.from(`sku,name\n${mark}-1,${mark}\n,${mark}\n`)
  }
  const request = { what: 'items' as const, name: mark, fileName: mark, sheet: undefined, actor: mark }
  const { job } = await receiveFile(context, request, file())
  await workImport(context, job.importId)
  // As of one that was being applied whole.
  await saveWholeProgress(context.database.kysely, { ...job, fencing: 0 }, 1)
  await mappingChange(context, job.importId, mark)
  return job.importId
}

/** What a file of mappings would change; one that was never looked at would have none. */
async function mappingChange({ database, organizationId }: ImportContext, importId: string, mark: string) {
  await sql`
    insert into import_mapping (organization_id, import_id, row_number, listing_id, units_before, ignored_before,
      units_after, shows)
    select organization_id, ${importId}, 1, listing_id, 77, ${mark}, 77, 77 from listing
    where organization_id = ${organizationId} limit 1`.execute(database.kysely)
}
