import { type BulkEditView, bulkEdit, bulkLevelPage, type Change, changePage } from '@plimsoll/client'
import { fromEnvironment } from '@plimsoll/database/testing'
import { stepBulkEdits } from '@plimsoll/sync'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type ServedHub, type Shop, serveHub } from '../testing/served-hub.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const SKUS = ['A-1', 'A-2', 'A-3', 'B-1', '=B-2']
let served: ServedHub
let shop: Shop
beforeAll(async () => {
  served = await serveHub()
  for (const [nth, sku] of SKUS.entries()) await served.stock(sku, 10 + nth * 5)
  shop = await served.openShop(SKUS.map((sku) => ({ sku, quantity: 1 })))
  await served.goLive(shop.connectionId)
})
afterAll(() => served.close())

type Method = Parameters<ServedHub['ask']>[0]
const api = (method: Method, path: string, body?: unknown) => served.ask(method, `/api/v1${path}`, body)

async function propose(body: object): Promise<BulkEditView> {
  const made = await api('POST', '/bulk-edits', body)
  expect(made.status, made.text).toBe(201)
  return await finish(bulkEdit.parse(made.body).bulkId)
}
/** The worker's work, here: until nothing is left to do. */
async function finish(id: string): Promise<BulkEditView> {
  while (await stepBulkEdits(served.hub.context));
  return bulkEdit.parse((await api('GET', `/bulk-edits/${id}`)).body)
}
async function act(id: string, verb: 'apply' | 'stop' | 'undo'): Promise<BulkEditView> {
  const done = await api('POST', `/bulk-edits/${id}/${verb}`)
  expect(done.status, done.text).toBe(200)
  return await finish(id)
}
/** What every level is to show. */
async function shown(): Promise<Record<string, number>> {
  const { database, context } = served.hub
  const rows = await database.kysely
    .selectFrom('level')
    .select(['levelId', 'desired'])
    .where('organizationId', '=', context.organizationId)
    .where('itemId', 'is not', null)
    .orderBy('levelId')
    .execute()
  return Object.fromEntries(rows.map(({ levelId, desired }) => [levelId, desired ?? 0]))
}
async function policies(): Promise<unknown[]> {
  const { body } = await api('GET', '/policies')
  return (body.rows as { updatedAt: string }[]).map(({ updatedAt: _, ...row }) => row)
}

const anyEdit = fc.record({
  of: fc.constantFrom('items' as const, 'listings' as const),
  search: fc.constantFrom('A-', 'B-', '1'),
  set: fc.oneof(
    fc.record({ bufferUnits: fc.constantFrom(0, 3, 100) }),
    fc.constantFrom({ cap: 2, floor: 1 }, { cap: 8, floor: 5 }),
    fc.record({ paused: fc.constantFrom(true, null) }),
    fc.record({ fixed: fc.constantFrom(4, null) }),
  ),
})

test('I10: what the preview says is what is shown once it is applied, and undoing leaves what there was', async () => {
  await fc.assert(
    fc.asyncProperty(anyEdit, anyEdit, async (first, second) => {
      const start = await policies()
      const outer = await propose(first)
      await act(outer.bulkId, 'apply')
      const [before, middle] = [await shown(), await policies()]
      const inner = await propose(second)
      expect(inner.state).toBe('previewed')
      // Nothing is changed by looking.
      expect(await policies()).toEqual(middle)
      const { rows } = bulkLevelPage.parse((await api('GET', `/bulk-edits/${inner.bulkId}/levels`)).body)
      expect(rows.length).toBe(inner.levels)
      for (const row of rows) expect(row.before).toBe(before[row.levelId])
      const applied = await act(inner.bulkId, 'apply')
      expect(applied).toMatchObject({ state: 'applied', done: inner.items })
      const expected = {
        ...before,
        ...Object.fromEntries(rows.map(({ levelId, after }) => [levelId, after])),
      }
      expect(await shown()).toEqual(expected)
      expect(await act(inner.bulkId, 'undo')).toMatchObject({ state: 'undone', kept: 0 })
      expect(await policies()).toEqual(middle)
      await act(outer.bulkId, 'undo')
      expect(await policies()).toEqual(start)
    }),
    fromEnvironment(6),
  )
})

test('it is one change of one person, its undo keeps what was changed since, and rails are told', async () => {
  const edit = await propose({ of: 'items', search: '-', set: { paused: true }, why: '盘点' })
  expect(edit).toMatchObject({ items: 5, scopes: 5, levels: 5, refused: 0 })
  expect(edit.rails).toEqual([])
  await api('PUT', '/guard', { zeroMinimum: 2, zeroPercent: 10 })
  const again = await propose({ of: 'items', search: '-', set: { paused: true }, why: '盘点' })
  const shows = Object.values(await shown()).filter((units) => units > 0).length
  expect(shows).toBe(5)
  // Nothing was ever written in this test, so the platform shows nothing that could fall.
  expect(again.rails.every(({ kind }) => kind === 'zero')).toBe(true)
  await act(again.bulkId, 'apply')
  const { rows } = changePage.parse((await api('GET', `/changes?set=${again.bulkId}`)).body)
  expect(rows.map(({ kind, actor, why }: Change) => [kind, actor, why])).toEqual(
    Array.from({ length: 5 }, () => ['policy', 'api', '盘点']),
  )
  await api('PUT', '/policies', { item: 'A-1', paused: false })
  expect(await act(again.bulkId, 'undo')).toMatchObject({ state: 'undone', kept: 1 })
  expect(await policies()).toMatchObject([{ sku: 'A-1', paused: false }])
  await api('PUT', '/policies', { item: 'A-1', paused: null })
})

test('what contradicts is left out and counted; a stopped one leaves the rest; files hold no formula', async () => {
  await api('PUT', '/policies', { item: 'A-1', cap: 2 })
  const edit = await propose({ of: 'items', skus: ['A-1', '=B-2'], set: { floor: 5 } })
  expect(edit).toMatchObject({ refused: 1, scopes: 2 })
  await act(edit.bulkId, 'apply')
  expect(await policies()).toMatchObject([
    { sku: '=B-2', floor: 5 },
    { sku: 'A-1', floor: null },
  ])
  const high = await propose({ of: 'items', skus: ['=B-2'], set: { floor: 1_000 } })
  const csv = await api('GET', `/bulk-edits/${high.bulkId}/levels.csv`)
  expect(csv.text).toMatch(/^\ufeff?sku,name,connection,location,shows,because,would show,/)
  expect(csv.text).toContain("'=B-2")
  expect(await act(high.bulkId, 'stop')).toMatchObject({ state: 'stopped', done: 0 })
  expect(await api('POST', `/bulk-edits/${high.bulkId}/apply`)).toMatchObject({ status: 409 })
  expect(await api('POST', '/bulk-edits', { of: 'items', set: { cap: 1 } })).toMatchObject({
    status: 422,
    body: { field: 'everything' },
  })
  expect(
    await api('POST', '/bulk-edits', { of: 'items', search: 'nothing like it', set: { cap: 1 } }),
  ).toMatchObject({
    status: 404,
  })
})

test('any list is a file of what its filter shows, whole and without formulas', async () => {
  const file = await api('GET', '/tables/listItems/csv?search=-')
  const { body } = await api('GET', '/items?search=-&limit=200')
  const rows = body.rows as { sku: string; onHand: number }[]
  const [header = '', ...lines] = file.text.replace('\ufeff', '').trimEnd().split(/\r?\n/)
  expect(header.split(',').slice(0, 3)).toEqual(['itemId', 'sku', 'name'])
  expect(lines).toHaveLength(rows.length)
  expect(file.text).toContain("'=B-2")
  // More than one page: every change that this file has made by now, and each once.
  const changes = await api('GET', '/tables/listChanges/csv')
  const ids = [...changes.text.matchAll(/^((?:policy|setting|pause|protection):[^,]+),/gm)].map(
    ([, id]) => id,
  )
  let total = 0
  let cursor: unknown = ''
  while (cursor !== null) {
    const page = await api('GET', `/changes?limit=200${cursor === '' ? '' : `&cursor=${cursor}`}`)
    total += (page.body.rows as unknown[]).length
    cursor = page.body.next
  }
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids.length).toBeGreaterThan(0)
  expect(changes.text.trimEnd().split(/\r?\n/).length - 1).toBe(total)
  expect(await api('GET', '/tables/listChanges/csv?limit=5&kind=nonsense')).toMatchObject({ status: 422 })
  expect(await api('GET', '/tables/getOverview/csv')).toMatchObject({ status: 404 })
})
