import {
  type ReplenishmentPage,
  replenishmentAccepted,
  replenishmentExplained,
  replenishmentPage,
  replenishmentSettings,
  taskList,
} from '@plimsoll/client'
import { keepReplenishment } from '@plimsoll/sync'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ServedHub, serveHub } from '../testing/served-hub.ts'
import { REPLENISHMENT_SORTS } from '../views/replenishment.store.ts'

let served: ServedHub
const skus = ['A', 'B', 'C', 'D', 'E', 'F', 'G']
beforeAll(async () => {
  served = await serveHub()
  const { ask } = served
  for (const [code, kind, country] of [
    ['HUB', 'warehouse', 'CN'],
    ['EAST', '3pl', 'US'],
    ['WEST', '3pl', 'US'],
  ]) {
    await ask('POST', '/api/v1/locations', { code, name: code, kind, country })
  }
  for (const [nth, sku] of skus.entries()) {
    await ask('PUT', `/api/v1/items/${sku}`, { name: `Item ${sku}` })
    for (const [location, quantity] of [
      ['HUB', 400],
      ['EAST', 10 * nth + 5],
      ['WEST', 500],
    ]) {
      await ask(
        'POST',
        '/api/v1/stock/receive',
        { sku, location, quantity },
        { 'idempotency-key': `${sku}${location}` },
      )
    }
    for (const location of ['EAST', 'WEST']) {
      const fields = { expectedPerDay: nth % 3 === 0 ? 2 : 3, source: 'HUB' }
      const saved = await ask('PATCH', '/api/v1/replenishment-settings', { sku, location, fields })
      expect(saved.status).toBe(200)
    }
  }
})
afterAll(() => served.close())

const read = async (query: string): Promise<ReplenishmentPage> =>
  replenishmentPage.parse((await served.ask('GET', `/api/v1/replenishment?${query}`)).body)

test('each order is the same page by page, up and down, with every row once', async () => {
  const all = await read('limit=500')
  // HUB has a row of each item too.
  expect(all.rows).toHaveLength(skus.length * 3)
  for (const sort of REPLENISHMENT_SORTS) {
    for (const direction of ['up', 'down']) {
      const whole = (await read(`limit=500&sort=${sort}&direction=${direction}`)).rows
      const paged: ReplenishmentPage['rows'] = []
      let cursor: string | null = ''
      while (cursor !== null) {
        const more = cursor === '' ? '' : `&cursor=${cursor}`
        const page: ReplenishmentPage = await read(`limit=4&sort=${sort}&direction=${direction}${more}`)
        paged.push(...page.rows)
        cursor = page.next
      }
      expect(paged, `${sort} ${direction}`).toEqual(whole)
      expect(new Set(paged.map(({ sku, location }) => `${sku} ${location}`)).size).toBe(all.rows.length)
    }
  }
  const available = (await read('limit=500&sort=available&direction=down')).rows.map((row) => row.available)
  expect(available).toEqual(available.toSorted((a, b) => b - a))
})

test('filters: by location, urgency, suggestion and search; totals are of everything', async () => {
  expect((await read('location=EAST,HUB&limit=500')).rows).toHaveLength(14)
  const late = await read('urgency=late,out&limit=500')
  expect(late.rows.length).toBeGreaterThan(0)
  expect(late.rows.every(({ location }) => location === 'EAST')).toBe(true)
  expect(late.totals.reduce((sum, { items }) => sum + items, 0)).toBe(21)
  expect((await read('suggested=true&limit=500')).rows.every(({ suggestion }) => suggestion !== null)).toBe(
    true,
  )
  expect((await read('search=item%20b')).rows.every(({ sku }) => sku === 'B')).toBe(true)
  expect((await read('search=%25')).rows).toEqual([])
  const wrong = ['urgency=panic', 'sort=colour', 'cursor=x', 'limit=0', 'suggested=perhaps']
  for (const query of wrong)
    expect((await served.ask('GET', `/api/v1/replenishment?${query}`)).status, query).toBe(422)
})

test('I10: what is shown of a row follows from the figures beside it', async () => {
  const { rows } = await read('limit=500')
  for (const { sku, location } of rows) {
    const answer = await served.ask('GET', `/api/v1/replenishment/${sku}/${location}`)
    const body = replenishmentExplained.parse(answer.body)
    const { stock, incomingUnits, demand, levels, network } = body
    const incoming = incomingUnits.reduce((sum, { units }) => sum + units, 0)
    expect(body.available).toBe(stock.onHand - stock.reserved - stock.held - stock.blocked)
    expect(body.incoming).toBe(incoming)
    expect(stock.position).toBe(body.available + incoming - stock.leaving)
    if (body.coverDays !== null)
      expect(body.coverDays).toBeCloseTo(Math.max(0, body.available) / demand.perDay)
    for (const each of [levels, network?.levels ?? null]) {
      if (each !== null) expect(each.reorderPoint).toBe(each.demandOverLead + each.safetyStock)
    }
    expect(body.suggestion === null || network !== null).toBe(true)
    if (body.suggestion !== null && network !== null) {
      expect(network.position + body.suggestion.units).toBeLessThanOrEqual(network.levels.orderUpTo)
      expect(network.position).toBeLessThanOrEqual(network.levels.reorderPoint)
    }
  }
  expect(await served.ask('GET', '/api/v1/replenishment/A/NOWHERE')).toMatchObject({
    status: 404,
    body: { code: 'nothing-to-replenish' },
  })
})

test('what runs out is one task for its location, which says where to look', async () => {
  await keepReplenishment(served.hub.context)
  const tasks = async () => taskList.parse((await served.ask('GET', '/api/v1/tasks')).body).rows
  const late = (await read('urgency=out,late&limit=500')).rows.length
  expect(late).toBeGreaterThan(1)
  expect((await tasks()).filter(({ kind }) => kind === 'runs-out')).toMatchObject([
    { location: 'EAST', detail: expect.stringContaining(`At EAST, ${late} items run out`) },
  ])
})

test('accepted once under its key, whatever is asked again; then it is on its way', async () => {
  const { rows } = await read('suggested=true&location=EAST&limit=500')
  const suggestions = rows.flatMap(({ suggestion }) => (suggestion === null ? [] : [{ id: suggestion.id }]))
  const accept = (key: string) =>
    served.ask('POST', '/api/v1/replenishment/accept', { suggestions }, { 'idempotency-key': key })
  const first = await accept('once')
  expect(first.status).toBe(201)
  const { transfers } = replenishmentAccepted.parse(first.body)
  expect(transfers.map(({ lines }) => lines.map(({ requested }) => requested))).toEqual([
    rows.toSorted((a, b) => (a.sku < b.sku ? -1 : 1)).map(({ suggestion }) => suggestion?.units),
  ])
  const second = await accept('once')
  expect([second.status, second.body]).toEqual([200, first.body])
  expect(await accept('twice')).toMatchObject({ status: 409, body: { code: 'suggestion-changed' } })
  const after = await read('location=EAST&limit=500')
  expect(after.rows.every(({ suggestion, wanted }) => suggestion === null && wanted === 0)).toBe(true)
  expect((await served.ask('GET', '/api/v1/transfers')).body.rows).toHaveLength(1)
})

test('a bad body names its field', async () => {
  const accept = (suggestions: unknown) =>
    served.ask('POST', '/api/v1/replenishment/accept', { suggestions }, { 'idempotency-key': 'bad' })
  expect(await accept([{ id: 'x' }])).toMatchObject({ status: 422, body: { code: 'invalid-lines' } })
  expect(await accept([])).toMatchObject({ status: 422, body: { code: 'invalid-lines' } })
  const set = (fields: object) => served.ask('PATCH', '/api/v1/replenishment-settings', { sku: 'A', fields })
  expect((await set({ servicePercent: 100 })).status).toBe(422)
  expect((await set({ colour: 'red' })).status).toBe(422)
  const ofItem = async (fields: object) =>
    replenishmentSettings
      .parse((await set(fields)).body)
      .rows.filter(({ sku, location }) => sku === 'A' && location === null)
  expect(await ofItem({ packUnits: 6 })).toMatchObject([{ fields: { packUnits: 6 } }])
  expect(await ofItem({ packUnits: null })).toEqual([])
})
