import { markForDeletion } from '@plimsoll/accounts'
import { inTransaction } from '@plimsoll/database'
import { sql } from 'kysely'
import { expect } from 'vitest'
import { deleteMarked } from '../organizations/deletions.ts'
import { digestsOf } from './other-rows.ts'
import { findRowsOf } from './rows-of.ts'
import type { ServedHub } from './served-hub.ts'

/** Marks an organization and deletes it as by processes that die, again and again; the next goes on where the last one was. */
export async function deleteBrokenOff(served: ServedHub, organizationId: string): Promise<void> {
  const { hub, database } = served
  // Its own worker goes on: what it asks its platforms meanwhile is noted.
  const ofFirst = async () =>
    (await digestsOf(database.kysely, hub.context.organizationId)).filter(
      ({ table }) => table !== 'platform_call',
    )
  const own = await ofFirst()
  // Nobody deletes what is not marked, and nobody but that function what is append-only.
  const piece = sql`select delete_organization(${organizationId}, 10)`
  await expect(piece.execute(database.kysely)).rejects.toThrow('not marked')
  await inTransaction(database, (tx) => markForDeletion(tx, hub.context, organizationId))
  const byHand = database.kysely.transaction().execute(async (tx) => {
    await sql`select set_config('plimsoll.deletes_organization', 'yes', true)`.execute(tx)
    await sql`delete from movement where organization_id = ${organizationId}`.execute(tx)
  })
  await expect(byHand).rejects.toThrow(/permission denied|append-only/)
  await hub.organizations.release(organizationId)
  const asked = { 'plimsoll-organization': organizationId }
  expect((await served.ask('GET', '/api/v1/organization', undefined, asked)).status).toBe(404)

  let left = await findRowsOf(database.kysely, organizationId)
  for (let round = 0; ; round += 1) {
    let pieces = 0
    const died = new Error('the process died')
    const work = deleteMarked(hub, {
      rowsPerPiece: 7,
      onPiece: () => {
        pieces += 1
        if (pieces > round % 9) throw died
      },
    })
    const gone = await work.catch((error: unknown) => {
      expect(error).toBe(died)
      return []
    })
    const now = await findRowsOf(database.kysely, organizationId)
    if (gone.length > 0) {
      expect(gone).toEqual([organizationId])
      expect(now).toEqual([])
      break
    }
    // The last of it waits as long as a process says that it serves it; this one (`insertPassingRows`) is killed now.
    const isLast = now.every(({ table }) => table === 'organization' || table === 'hub_process')
    if (isLast) {
      await sql`update hub_process set expires_at = seen_at - interval '1 hour'
        where organization_id = ${organizationId}`.execute(database.kysely)
    } else {
      expect(sumOf(now)).toBeLessThan(sumOf(left))
    }
    left = now
  }
  expect(await ofFirst()).toEqual(own)
}

const sumOf = (tables: readonly { rows: number }[]) => tables.reduce((sum, { rows }) => sum + rows, 0)
