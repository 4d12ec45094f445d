import { createBudgets, createHttp, systemClock } from '@plimsoll/connector-kit'
import { expect, test } from 'vitest'
import { connector } from './index.ts'
import { createWooCommerceSimulator } from './simulator/index.ts'

test('smoke', async () => {
  const simulator = await createWooCommerceSimulator()
  const operations = connector.open({
    settings: simulator.settings,
    credentials: simulator.credentials,
    http: createHttp({ budgets: createBudgets(connector.manifest.budgets, systemClock), clock: systemClock }),
    now: () => Date.now(),
    uuid: () => crypto.randomUUID(),
  })
  console.log(await operations.check())
  const a = simulator.shop.catalogue.add({ name: 'A', sku: 'A', stock: 5, price: 3 })
  console.log(await operations.listings(undefined))
  const key = { stockUnitId: String(a.id), locationId: 'default' }
  console.log(await operations.levels([key]))
  console.log(await operations.setLevels([{ ...key, writeId: 'w', quantity: 9, expected: undefined }]))
  const res = await fetch(`${simulator.url}/_control/orders`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ lines: [{ sku: 'A', quantity: 2 }] }) })
  console.log(res.status, await res.text())
  console.log(JSON.stringify(await operations.orders({ since: new Date(Date.now() - 10_000), cursor: undefined })))
  const t = performance.now()
  for (let i = 0; i < 300; i++) await operations.setLevels([{ ...key, writeId: 'w', quantity: i, expected: undefined }])
  console.log('ms per write', (performance.now() - t) / 300)
  expect(1).toBe(1)
  await simulator.close()
})
