// A full audit as a person asks for it: of one connection, of all, and with a file.
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { auditList } from '@plimsoll/client'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { lastJson, runCli } from '../testing/run-cli.ts'
import { type ServedHub, type Shop, serveHub } from '../testing/served-hub.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

let served: ServedHub
let shops: Shop[]
beforeAll(async () => {
  served = await serveHub('api,worker')
  await served.stock('MUG', 10)
  shops = [
    await served.openShop([{ sku: 'MUG', quantity: 10 }]),
    await served.openShop([
      { sku: 'MUG', quantity: 10 },
      { sku: 'CUP', quantity: 3 },
    ]),
  ]
})
afterAll(() => served.close())

const run = (...args: string[]) =>
  runCli([...args, '--database-url', served.database.url, '--data', served.folder])

test('all connections are audited at once, and told one by one and together', async () => {
  const file = path.join(served.folder, 'audits.csv')
  const ended = await run('reconcile', '--audit', '--to', file)
  expect(ended).toMatchObject({ code: 0 })
  expect(ended.stdout).toMatch(/^Shop 1: 1 listings and 1 levels read/m)
  expect(ended.stdout).toMatch(/^Shop 2: 2 listings and \d levels read/m)
  expect(ended.stdout).toMatch(/^All: \d levels read, \d differences healed, 0 left; 2 of 2 audits done\.$/m)
  const csv = await readFile(file, 'utf8')
  expect(csv.split(/\r?\n/)[0]).toContain('connection,sku,listing')
  const { rows } = auditList.parse((await served.ask('GET', '/api/v1/audits')).body)
  expect(rows.map(({ connectionName, state }) => [connectionName, state])).toEqual([
    ['Shop 1', 'done'],
    ['Shop 2', 'done'],
  ])
  expect((await served.ask('GET', '/api/v1/audits/differences.csv')).text).toBe(csv)
})

test('one connection is audited by its name, and only it', async () => {
  const ended = await run('reconcile', 'Shop 2', '--audit', '--json')
  expect(ended).toMatchObject({ code: 0 })
  expect(lastJson(ended)).toMatchObject({
    kind: 'audit',
    state: 'done',
    connectionId: shops[1]?.connectionId,
    result: { listingsRead: 2, left: 0 },
  })
  expect(await run('reconcile', 'Nowhere', '--audit')).toMatchObject({ code: 2, stdout: '' })
})
