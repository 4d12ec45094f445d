import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ServedHub, type Shop, serveHub } from '../testing/served-hub.ts'
import { askWoo } from '../testing/woo-staff.ts'

/** Listings whose SKU changed, over the API: what a person may say of them, and what follows. */
let served: ServedHub
let shop: Shop

beforeAll(async () => {
  served = await serveHub()
  for (const sku of ['MUG', 'CUP', 'JUG']) await served.stock(sku, 10)
  shop = await served.openShop([
    { sku: 'MUG', quantity: 10 },
    { sku: 'CUP', quantity: 10 },
    { sku: 'JUG', quantity: 10 },
  ])
})
afterAll(() => served.close())

type Row = Record<string, unknown> & { listingId: string; externalId: string }

/** As the shop's staff would: the SKUs of these listings, by the SKU that they had. */
async function relabel(changes: Record<string, string>): Promise<void> {
  const ids = await sql<{ externalId: string; sku: string }>`
    select external_id, item.sku from listing join item using (organization_id, item_id)`.execute(
    served.database.kysely,
  )
  const set = (id: string, sku: string) => askWoo(shop.simulator, 'PUT', `/products/${id}`, { body: { sku } })
  const found = Object.entries(changes).map(([was, sku]) => {
    const id = ids.rows.find((row) => row.sku === was)?.externalId.replace(/^\D+/, '')
    if (id === undefined) throw new Error(`no listing sells ${was}`)
    return { id, sku }
  })
  // No two may have one SKU, not even for a moment.
  for (const { id } of found) await set(id, `passing-${id}`)
  for (const { id, sku } of found) await set(id, sku)
  await served.ask('POST', `/api/v1/connections/${shop.connectionId}/import`, {})
}

async function changes(): Promise<Row[]> {
  const { body } = await served.ask('GET', '/api/v1/listing-changes')
  return body.rows as Row[]
}

async function tasks(): Promise<Record<string, unknown>[]> {
  const { body } = await served.ask('GET', '/api/v1/tasks')
  return (body.rows as Record<string, unknown>[]).filter(({ kind }) => kind === 'listing-changed')
}

async function soldBy(): Promise<Record<string, string | null>> {
  const found = await sql<{ sku: string; item: string | null }>`
    select listing.sku, item.sku as item from listing left join item using (organization_id, item_id)
    order by listing.sku`.execute(served.database.kysely)
  return Object.fromEntries(found.rows.map(({ sku, item }) => [sku, item]))
}

const decide = (id: string, body: object) => served.ask('POST', `/api/v1/listing-changes/${id}`, body)

test('two that were swapped are asked about, and moved together', async () => {
  await relabel({ MUG: 'CUP', CUP: 'MUG' })
  const rows = await changes()
  expect(rows).toMatchObject([
    { doubt: 'swapped', shows: 10, proposed: { unitsPerListing: 1 } },
    { doubt: 'swapped', shows: 10, proposed: { unitsPerListing: 1 } },
  ])
  expect(await soldBy()).toEqual({ CUP: 'MUG', MUG: 'CUP', JUG: 'JUG' })
  expect(await tasks()).toMatchObject([{ units: 10 }, { units: 10 }])
  expect((await tasks()).map(({ listingId }) => listingId).sort()).toEqual(
    rows.map(({ listingId }) => listingId).sort(),
  )

  const moved = await decide(rows[0]?.listingId ?? '', { choice: 'move' })
  expect(moved).toMatchObject({ status: 200, body: { mapped: 2 } })
  expect(await soldBy()).toEqual({ CUP: 'CUP', MUG: 'MUG', JUG: 'JUG' })
  expect(await changes()).toEqual([])
  expect(await tasks()).toEqual([])
  expect(await decide(rows[1]?.listingId ?? '', { choice: 'keep' })).toMatchObject({
    status: 409,
    body: { code: 'wrong-state' },
  })
})

test('kept it is asked about no more; untied no match by SKU ties it again', async () => {
  await relabel({ JUG: 'JUG-2026' })
  const [row] = await changes()
  expect(row).toMatchObject({ doubt: 'renamed', itemSku: 'JUG', proposed: null })
  const id = row?.listingId ?? ''
  expect(await decide(id, { choice: 'move' })).toMatchObject({ status: 404, body: { code: 'unknown-item' } })
  expect(await decide(id, { choice: 'keep' })).toMatchObject({ status: 200 })
  await served.ask('POST', `/api/v1/connections/${shop.connectionId}/import`, {})
  expect(await changes()).toEqual([])
  expect(await soldBy()).toMatchObject({ 'JUG-2026': 'JUG' })

  await relabel({ JUG: 'JUG-2027' })
  expect(await decide(id, { choice: 'unmap' })).toMatchObject({ status: 200 })
  expect(await soldBy()).toMatchObject({ 'JUG-2027': null })
  await sql`update item set sku = 'JUG-2027' where sku = 'JUG'`.execute(served.database.kysely)
  await served.ask('POST', `/api/v1/connections/${shop.connectionId}/import`, {})
  expect(await soldBy()).toMatchObject({ 'JUG-2027': null })
})

test('moved to another item than the one proposed, with so many units', async () => {
  await relabel({ CUP: 'CUP-PACK' })
  const [row] = await changes()
  const id = row?.listingId ?? ''
  expect(await decide(id, { choice: 'move', sku: 'NONE' })).toMatchObject({ status: 404 })
  expect(await decide(id, { choice: 'move', sku: 'MUG', unitsPerListing: 6 })).toMatchObject({ status: 200 })
  const found = await sql<{ units: number }>`
    select units_per_listing as units from listing where listing_id = ${id}`.execute(served.database.kysely)
  expect(found.rows).toEqual([{ units: 6 }])
  expect(await soldBy()).toMatchObject({ 'CUP-PACK': 'MUG' })
})
