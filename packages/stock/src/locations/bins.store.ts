import { type Database, type Db, inTransaction, type Tx, unnestRows } from '@plimsoll/database'
import { sql } from 'kysely'
import type { StockContext } from '../context.ts'
import { findBadLines } from '../documents/lines.ts'
import { type Refusal, refuse } from '../errors.ts'
import { findItemsBySku } from '../items.store.ts'
import { lockLocation } from './locations.store.ts'

/** Where inside a location to look. It holds no figure: stock is counted per item, location and lot. */
export type Bin = {
  code: string
  zone: string | null
  barcode: string | null
  /** Items that are usually found there. */
  skus: string[]
}

export type BinOutcome = { kind: 'done'; bins: Bin[] } | Refusal
type Transacting = Pick<Database, 'runTransaction' | 'counters' | 'timing'>

/** The bins of a location in order of zone and code; none where there is no such location. */
export async function findBins(db: Db, organizationId: string, locationCode: string): Promise<Bin[]> {
  const found = await sql<Bin>`
    select bin.code, zone, barcode,
      coalesce((
        select array_agg(item.sku order by item.sku)
        from item_bin
        join item on item.organization_id = item_bin.organization_id and item.item_id = item_bin.item_id
        where item_bin.organization_id = bin.organization_id and item_bin.location_id = bin.location_id
          and item_bin.bin_id = bin.bin_id
      ), '{}') as skus
    from bin
    join location using (organization_id, location_id)
    where bin.organization_id = ${organizationId} and location.code = ${locationCode}
    order by zone nulls first, bin.code`.execute(db)
  return found.rows
}

/** Makes bins, or changes those with these codes: all of them or none. */
export async function saveBins(
  database: Transacting,
  context: StockContext,
  locationCode: string,
  bins: readonly { code: string; zone?: string | null | undefined; barcode?: string | null | undefined }[],
): Promise<BinOutcome> {
  const bad = findBadLines(bins, { nameOf: ({ code }) => `the bin "${code}"`, findBad: findBadBin })
  if (bad !== undefined) return bad
  return await atLocation(database, context, locationCode, async (tx, locationId) => {
    const rows = bins.map(({ code, zone = null, barcode = null }) => ({
      binId: context.uuid(),
      code,
      zone,
      barcode,
    }))
    const taken = await findTakenBarcode(tx, context.organizationId, locationId, rows)
    if (taken !== undefined) {
      return refuse(
        'bin-exists',
        'barcode',
        `The barcode "${taken.barcode}" is that of the bin "${taken.code}".`,
      )
    }
    const source = unnestRows('saved', rows, { binId: 'uuid', code: 'text', zone: 'text', barcode: 'text' })
    await sql`
      insert into bin (organization_id, location_id, bin_id, code, zone, barcode)
      select ${context.organizationId}, ${locationId}, bin_id, code, zone, barcode from ${source}
      on conflict (organization_id, location_id, code) do update set zone = excluded.zone, barcode = excluded.barcode`.execute(
      tx,
    )
    return undefined
  })
}

/** Takes a bin away; items that were found there are found nowhere in particular then. */
export async function removeBin(
  database: Transacting,
  context: StockContext,
  locationCode: string,
  code: string,
): Promise<BinOutcome> {
  return await atLocation(database, context, locationCode, async (tx, locationId) => {
    const removed = await sql`
      delete from bin
      where organization_id = ${context.organizationId} and location_id = ${locationId} and code = ${code}`.execute(
      tx,
    )
    return removed.numAffectedRows === 1n ? undefined : refuseBin(locationCode, code)
  })
}

/** Says in which bin an item is usually found there; null: in none. */
export async function assignBins(
  database: Transacting,
  context: StockContext,
  locationCode: string,
  items: readonly { sku: string; bin: string | null }[],
): Promise<BinOutcome> {
  const bad = findBadLines(items, { nameOf: ({ sku }) => `"${sku}"` })
  if (bad !== undefined) return bad
  return await atLocation(database, context, locationCode, async (tx, locationId) => {
    const { organizationId } = context
    const skus = items.map(({ sku }) => sku)
    const [known, bins] = await Promise.all([
      findItemsBySku(tx, organizationId, skus),
      sql<{ code: string; binId: string }>`
        select code, bin_id from bin
        where organization_id = ${organizationId} and location_id = ${locationId}`.execute(tx),
    ])
    const itemIds = new Map(known.map(({ sku, itemId }) => [sku, itemId]))
    const binIds = new Map(bins.rows.map(({ code, binId }) => [code, binId]))
    const rows: { itemId: string; binId: string | null }[] = []
    for (const { sku, bin } of items) {
      const itemId = itemIds.get(sku)
      if (itemId === undefined) return refuse('unknown-sku', 'sku', `There is no item with the SKU "${sku}".`)
      const binId = bin === null ? null : binIds.get(bin)
      if (binId === undefined) return refuseBin(locationCode, bin ?? '')
      rows.push({ itemId, binId })
    }
    const source = unnestRows('assigned', rows, { itemId: 'uuid', binId: 'uuid' })
    await Promise.all([
      sql`
        delete from item_bin using ${source}
        where organization_id = ${organizationId} and location_id = ${locationId}
          and item_bin.item_id = assigned.item_id and assigned.bin_id is null`.execute(tx),
      sql`
        insert into item_bin (organization_id, location_id, item_id, bin_id)
        select ${organizationId}, ${locationId}, item_id, bin_id from ${source} where bin_id is not null
        on conflict (organization_id, location_id, item_id) do update set bin_id = excluded.bin_id`.execute(
        tx,
      ),
    ])
    return undefined
  })
}

/** Changes the bins of a location one after another, and answers how they stand then. */
async function atLocation(
  database: Transacting,
  context: StockContext,
  locationCode: string,
  work: (tx: Tx, locationId: string) => Promise<Refusal | undefined>,
): Promise<BinOutcome> {
  return await inTransaction<BinOutcome>(database, async (tx) => {
    const location = await lockLocation(tx, context.organizationId, locationCode)
    if (location === undefined) {
      return refuse('unknown-location', 'location', `There is no location with the code "${locationCode}".`)
    }
    const refused = await work(tx, location.locationId)
    if (refused !== undefined) return refused
    return { kind: 'done', bins: await findBins(tx, context.organizationId, locationCode) }
  })
}

/** A barcode of these that another bin has, or will have. */
async function findTakenBarcode(
  tx: Tx,
  organizationId: string,
  locationId: string,
  bins: readonly { code: string; barcode: string | null }[],
): Promise<{ code: string; barcode: string } | undefined> {
  const given = new Map<string, string>()
  for (const { code, barcode } of bins) {
    if (barcode === null) continue
    const other = given.get(barcode)
    if (other !== undefined) return { code: other, barcode }
    given.set(barcode, code)
  }
  const codes = bins.map(({ code }) => code)
  const found = await sql<{ code: string; barcode: string }>`
    select code, barcode from bin
    where organization_id = ${organizationId} and location_id = ${locationId}
      and barcode = any(${sql.val([...given.keys()])}::text[]) and code <> all(${sql.val(codes)}::text[])
    limit 1`.execute(tx)
  return found.rows[0]
}

function findBadBin(bin: {
  code: string
  zone?: string | null | undefined
  barcode?: string | null | undefined
}): Refusal | undefined {
  const fields = [
    ['code', bin.code, 100],
    ['zone', bin.zone ?? 'none', 100],
    ['barcode', bin.barcode ?? 'none', 200],
  ] as const
  const wrong = fields.find(([, text, most]) => text.trim() !== text || text === '' || text.length > most)
  return wrong === undefined
    ? undefined
    : refuse(
        'invalid-bin',
        wrong[0],
        `A ${wrong[0]} has 1 to ${wrong[2]} characters, without spaces around it.`,
      )
}

function refuseBin(locationCode: string, code: string): Refusal {
  return refuse('unknown-bin', 'bin', `There is no bin "${code}" at "${locationCode}".`)
}
