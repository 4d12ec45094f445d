// An oversold item over the API: its task with cures, whose fault it was, and the item as it stood before.
import { randomUUID } from 'node:crypto'
import { explainedAt, type OversoldReport, oversoldReport, protectionList, taskList } from '@plimsoll/client'
import { judgeOversold } from '@plimsoll/sync'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sayItemAt } from '../cli/explain-at.ts'
import { sayOversold } from '../cli/oversold.ts'
import { type ServedHub, type Shop, serveHub } from '../testing/served-hub.ts'
import { signedDelivery, wooOrder } from '../testing/woo-webhook.ts'

let served: ServedHub
let shop: Shop
beforeAll(async () => {
  served = await serveHub('api,worker')
  await served.stock('MUG', 3)
  shop = await served.openShop([{ sku: 'MUG', quantity: 3 }])
})
afterAll(() => served.close())

async function order(id: number, quantity: number): Promise<void> {
  const found = await sql<{ externalId: string }>`select external_id from listing where sku = 'MUG'`.execute(
    served.database.kysely,
  )
  const secret = (shop.simulator.credentials as { webhookSecret: string }).webhookSecret
  const placed = wooOrder({ id, productId: Number(found.rows[0]?.externalId), sku: 'MUG', quantity })
  const { body, headers } = signedDelivery(secret, placed)
  expect((await served.ask('POST', `/webhooks/${shop.connectionId}`, body, headers)).status).toBe(200)
  for (;;) {
    const { body: overview } = await served.ask('GET', '/api/v1/overview')
    if (overview.inboxWaiting === 0) return
  }
}

/** The hub judges by itself too: while it does, this process leaves it to it. */
async function judged(): Promise<OversoldReport> {
  for (let look = 0; look < 100; look += 1) {
    await judgeOversold(served.hub.context)
    const { body } = await served.ask('GET', '/api/v1/oversold?since=2000-01-01T00:00:00Z')
    const report = oversoldReport.parse(body)
    if (report.units > 0) return report
  }
  throw new Error('nothing was judged')
}

test('I10: an oversold item has a task with cures and a cause for each unit; before, it was another', async () => {
  const before = new Date().toISOString()
  await order(1, 2)
  await order(2, 3)
  const { rows } = taskList.parse((await served.ask('GET', '/api/v1/tasks')).body)
  expect(rows.filter(({ kind }) => kind === 'oversold')).toMatchObject([
    { sku: 'MUG', units: 2, cures: [{ cure: 'split' }, { cure: 'substitute' }, { cure: 'cancel' }] },
  ])
  // One odd row is told as it is, and hides none of the others.
  await served.database.pool.query(
    `insert into task (organization_id, task_id, kind, subject, connection_id, sku, units, detail, opened_at)
     select organization_id, gen_random_uuid(), kind, 'item', connection_id, 'ODD', 1, 'odd', opened_at + interval '1 second'
     from task where kind = 'oversold'`,
  )
  const all = taskList.parse((await served.ask('GET', '/api/v1/tasks?kind=oversold')).body)
  expect(all.rows).toMatchObject([{ sku: 'MUG' }, { sku: 'ODD', detail: 'odd', cures: [] }])

  const report = await judged()
  expect(report.units).toBe(2)
  const units = report.cases.flatMap(({ parts }) => parts.map((part) => part.units))
  expect(units.reduce((sum, each) => sum + each, 0)).toBe(2)
  for (const { parts } of report.cases) for (const { story } of parts) expect(story).not.toBe('')
  expect(sayOversold(report)).toContain('2 units sold beyond what was there')

  const at = (moment: string) =>
    served.ask('GET', `/api/v1/items/MUG/explain?at=${encodeURIComponent(moment)}`)
  const then = explainedAt.parse((await at(before)).body)
  expect(then.stock).toMatchObject([{ locationCode: 'MAIN', onHand: 3, reserved: 0, available: 3 }])
  const now = explainedAt.parse((await at(new Date().toISOString())).body)
  expect(now.stock).toMatchObject([{ onHand: 3, reserved: 5, available: -2 }])
  expect(now.orders.map((each) => [each.units, each.isKnown]).sort()).toEqual([
    [2, true],
    [3, true],
  ])
  expect(sayItemAt(now)).toContain('MAIN: on hand 3, reserved 5, held 0, available -2')
  expect(now.protections).toEqual([])
  expect(now.levels).toMatchObject([{ mode: 'auto', protection: 'open', keptBack: 0 }])
  expect(sayItemAt(now)).toContain('protection: none was set, so it was automatic')
  expect((await at('2100-01-01T00:00:00Z')).status).toBe(422)

  const set = { item: 'MUG', mode: 'guaranteed' }
  const { body: protections } = await served.ask('PUT', '/api/v1/protections', set)
  expect(protectionList.parse(protections).changes).toMatchObject([
    { scope: 'item', sku: 'MUG', mode: 'guaranteed', actor: 'api' },
  ])
  const later = explainedAt.parse((await at(new Date().toISOString())).body)
  expect(later.protections).toMatchObject([{ scope: 'item', sku: 'MUG', mode: 'guaranteed', actor: 'api' }])
  expect(later.levels).toMatchObject([{ mode: 'guaranteed' }])
  expect(sayItemAt(later)).toMatch(/protection of item MUG: guaranteed, since .*, by api/)
  expect(explainedAt.parse((await at(before)).body).protections).toEqual([])
  expect((await served.ask('GET', `/api/v1/items/${randomUUID()}/explain?at=${before}`)).status).toBe(404)
})
