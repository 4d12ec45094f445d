import { randomUUID } from 'node:crypto'
import type { LotList, SerialPage } from '@plimsoll/client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ServedHub, serveHub } from '../testing/served-hub.ts'

let served: ServedHub

beforeAll(async () => {
  served = await serveHub()
  await make('CAM', 'serial')
  await make('LENS', 'serial')
  await make('TEA', 'lot')
  await receive({ sku: 'CAM', serials: ['CN-1', 'CN-2', 'CN-3', 'X/7'] })
  await receive({ sku: 'LENS', serials: ['CN-2', 'LN-1'] })
  await receive({ sku: 'TEA', lot: 'A', quantity: 5, expiresOn: '2099-01-01' })
}, 60_000)
afterAll(() => served.close())

async function make(sku: string, tracking: string) {
  const answer = await served.ask('PUT', `/api/v1/items/${sku}`, { name: sku, tracking })
  expect(answer.status, answer.text).toBe(201)
}
async function receive({ serials, ...rest }: { sku: string; serials?: string[]; [field: string]: unknown }) {
  const named = serials === undefined ? {} : { serials, quantity: serials.length }
  const body = { location: 'MAIN', ...rest, ...named }
  const answer = await served.ask('POST', '/api/v1/stock/receive', body, key())
  expect(answer.status, answer.text).toBe(201)
}
const key = () => ({ 'idempotency-key': randomUUID() })
async function list(query: string) {
  const answer = await served.ask('GET', `/api/v1/serials${query}`)
  expect(answer.status, answer.text).toBe(200)
  return answer.body as unknown as SerialPage
}
const named = ({ rows }: SerialPage) => rows.map(({ serial, sku }) => `${serial} ${sku}`)

test('units are listed in order of number, of all items or of one, and by how they begin', async () => {
  expect(named(await list('')).toSorted()).toEqual(
    ['CN-1 CAM', 'CN-2 CAM', 'CN-2 LENS', 'CN-3 CAM', 'LN-1 LENS', 'X/7 CAM'].toSorted(),
  )
  expect(named(await list('?sku=LENS'))).toEqual(['CN-2 LENS', 'LN-1 LENS'])
  expect(named(await list('?search=CN-3'))).toEqual(['CN-3 CAM'])
  expect(named(await list('?search=%25'))).toEqual([])
  expect(named(await list('?search=cn'))).toEqual([])
})

test('pages follow each other without a gap, even where two items share a number', async () => {
  const seen: string[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const query: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`
    const page: SerialPage = await list(`?limit=1${query}`)
    seen.push(...named(page))
    cursor = page.next
  }
  expect(seen).toHaveLength(6)
  expect(new Set(seen).size).toBe(6)
})

test('an unknown item and a cursor of nobody are refused', async () => {
  expect(await served.ask('GET', '/api/v1/serials?sku=NONE')).toMatchObject({
    status: 404,
    body: { code: 'unknown-item' },
  })
  expect((await served.ask('GET', '/api/v1/serials?cursor=x')).status).toBe(422)
})

test('a number with a slash has a page of its own', async () => {
  const { status, body } = await served.ask('GET', `/api/v1/serials/${encodeURIComponent('X/7')}`)
  expect(status).toBe(200)
  expect(body).toMatchObject({ rows: [{ serial: 'X/7', sku: 'CAM', events: [{ kind: 'received' }] }] })
})

test('the trace of a lot tells its movements with the figures after each, page by page', async () => {
  await receive({ sku: 'TEA', lot: 'A', quantity: 2 })
  await receive({ sku: 'TEA', lot: 'B', quantity: 4 })
  const path = '/api/v1/items/TEA/lots/A/trace?limit=1'
  const first = await served.ask('GET', path)
  expect(first.status, first.text).toBe(200)
  expect(first.body).toMatchObject({ movements: [{ onHandDelta: 2, after: { onHand: 7 } }] })
  const second = await served.ask('GET', `${path}&cursor=${String(first.body.next)}`)
  expect(second.body).toMatchObject({ movements: [{ onHandDelta: 5, after: { onHand: 5 } }], next: null })
})

test('the lots of an item say what is where', async () => {
  const { body } = await served.ask('GET', '/api/v1/items/TEA/lots')
  expect((body as unknown as LotList).rows).toMatchObject([
    { lot: 'A', onHand: 7, balances: [{ locationCode: 'MAIN', onHand: 7, isUsable: true }] },
    { lot: 'B', onHand: 4, expiresOn: null },
  ])
})
