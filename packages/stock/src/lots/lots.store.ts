import { type Db, type Tx, unnestRows } from '@plimsoll/database'
import { sql } from 'kysely'
import type { StockContext } from '../context.ts'
import type { Lot } from './lots.ts'

const columns = sql.raw(
  'lot.lot_id, lot.item_id, lot.code, lot.expires_on, lot.manufactured_on, lot.supplier_lot, lot.status, lot.created_at',
)

export type LotKey = { itemId: string; code: string }

/**
 * Whoever makes one of these lots is alone with it until the end of the transaction: of two who receive a new lot at
 * once, the second finds the first one's. In order of the keys, and before any balance is locked.
 */
export async function lockNewLots(tx: Tx, organizationId: string, keys: readonly LotKey[]): Promise<void> {
  const source = unnestRows('wanted', keys, { itemId: 'uuid', code: 'text' })
  await sql`
    select pg_advisory_xact_lock(hashtext('plimsoll lot ' || ${organizationId}), key)
    from (select distinct hashtext(item_id::text || ' ' || code) as key from ${source} order by 1) as keys`.execute(
    tx,
  )
}

/**
 * Lots by item and code. Their rows are locked against a change of status: what is decided on a lot that is being
 * recalled is either committed before the recall, and traced by it, or decided after it.
 */
export async function findLots(tx: Tx, organizationId: string, keys: readonly LotKey[]): Promise<Lot[]> {
  if (keys.length === 0) return []
  const source = unnestRows('wanted', keys, { itemId: 'uuid', code: 'text' })
  const found = await sql<Lot>`
    select ${columns} from lot
    where organization_id = ${organizationId} and (item_id, code) in (select item_id, code from ${source})
    order by lot_id
    for share`.execute(tx)
  return found.rows
}

/** The same by their ids. */
export async function findLotsById(
  tx: Tx,
  organizationId: string,
  lotIds: readonly string[],
): Promise<Lot[]> {
  if (lotIds.length === 0) return []
  const found = await sql<Lot>`
    select ${columns} from lot
    where organization_id = ${organizationId} and lot_id = any(${sql.val(lotIds)}::uuid[])
    order by lot_id
    for share`.execute(tx)
  return found.rows
}

/** For a screen: nothing is locked. */
export async function findLot(db: Db, organizationId: string, key: LotKey): Promise<Lot | undefined> {
  const found = await sql<Lot>`
    select ${columns} from lot
    where organization_id = ${organizationId} and item_id = ${key.itemId} and code = ${key.code}`.execute(db)
  return found.rows[0]
}

export type LotChange = { actor: string; reason: string | null }

/** Writes lots that nobody else can be making (see `lockNewLots`), each with the first entry of its life. */
export async function insertLots(
  tx: Tx,
  context: StockContext,
  lots: readonly (Lot & LotChange)[],
): Promise<void> {
  if (lots.length === 0) return
  const rows = lots.map((lot) => ({ ...lot, changeId: context.uuid() }))
  const source = unnestRows('added', rows, {
    lotId: 'uuid',
    itemId: 'uuid',
    code: 'text',
    expiresOn: 'date',
    manufacturedOn: 'date',
    supplierLot: 'text',
    status: 'text',
  })
  const changes = unnestRows('added', rows, {
    lotId: 'uuid',
    changeId: 'uuid',
    status: 'text',
    reason: 'text',
    actor: 'text',
  })
  await Promise.all([
    sql`
      insert into lot
        (organization_id, lot_id, item_id, code, expires_on, manufactured_on, supplier_lot, status, created_at)
      select ${context.organizationId}, lot_id, item_id, code, expires_on, manufactured_on, supplier_lot, status,
        ${context.now()}
      from ${source}`.execute(tx),
    sql`
      insert into lot_status_change
        (organization_id, lot_id, change_id, before, after, reason, actor, changed_at)
      select ${context.organizationId}, lot_id, change_id, null, status, reason, actor, ${context.now()}
      from ${changes}`.execute(tx),
  ])
}

export type LotDetailChange = {
  what: 'expiresOn' | 'manufacturedOn' | 'supplierLot'
  before: string | null
  after: string | null
}

/** Notes what was corrected on a lot; the database refuses to change a note. */
export async function insertDetailChanges(
  tx: Tx,
  context: StockContext,
  lotId: string,
  changes: readonly LotDetailChange[],
  by: { actor: string; reason: string },
): Promise<void> {
  const rows = changes.map((change) => ({ ...change, changeId: context.uuid() }))
  const source = unnestRows('noted', rows, { changeId: 'uuid', what: 'text', before: 'text', after: 'text' })
  await sql`
    insert into lot_detail_change
      (organization_id, lot_id, change_id, what, before, after, reason, actor, changed_at)
    select ${context.organizationId}, ${lotId}, change_id, what, before, after, ${by.reason}, ${by.actor},
      ${context.now()}
    from ${source}`.execute(tx)
}
