import { readFileSync } from 'node:fs'
import { connectionSettings, sampleGuess, sampleReading, sampleWriting } from '@plimsoll/client'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { digestsOf } from '../testing/other-rows.ts'
import { type ServedHub, serveHub } from '../testing/served-hub.ts'

vi.setConfig({ testTimeout: 60_000 })

const guide = readFileSync(new URL('../../../../docs/guides/connect-a-warehouse.md', import.meta.url), 'utf8')
const ofGuide = (name: string) => {
  const found = [...guide.matchAll(/^```(?:csv|json) (\S+)\n([\s\S]*?)^```$/gm)].find(
    ([, each]) => each === name,
  )
  return found?.[2] ?? ''
}
const base64 = (text: string) => Buffer.from(text).toString('base64')
const stock = {
  feed: 'levels',
  fileName: 'STOCK_20261126171500.csv',
  content: base64(ofGuide('STOCK_20261126171500.csv')),
}
const scoot = JSON.parse(ofGuide('scoot.json')) as {
  locations: unknown
  feeds: { levels: Record<string, unknown> }
  out: Record<string, unknown>
}

let served: ServedHub
let connectionId = ''
beforeAll(async () => {
  served = await serveHub()
  const made = await served.ask('POST', '/api/v1/connections', {
    connector: 'generic-warehouse',
    name: 'Scoot',
    location: 'MAIN',
    settings: { name: 'Scoot', definition: JSON.stringify(scoot) },
    credentials: {},
  })
  expect(made.text).toContain('connectionId')
  connectionId = String(made.body.connectionId)
})
afterAll(() => served.close())

const ask = (what: string, body: unknown, connector = 'generic-warehouse') =>
  served.ask('POST', `/api/v1/connectors/${connector}/samples/${what}`, body)

test('a sample is guessed, read and written, and nothing of it is stored', async () => {
  // A process says every second that it lives.
  const rows = async () =>
    (await digestsOf(served.database.kysely, served.hub.context.organizationId)).filter(
      ({ table }) => table !== 'hub_process',
    )
  const before = await rows()
  const guessed = sampleGuess.parse((await ask('guess', stock)).body)
  expect(guessed.columns).toMatchObject({ sku: 'Article', onHand: 'Stock' })
  const terms = { description: scoot.feeds.levels, places: scoot.locations }
  const read = sampleReading.parse((await ask('read', { ...stock, ...terms })).body)
  expect(read).toMatchObject({ total: 2, understood: 2, problem: null, saidAt: '2026-11-26T16:15:00.000Z' })
  const out = { feed: 'shipment-requests', description: scoot.out['shipment-requests'] }
  const written = sampleWriting.parse((await ask('write', out)).body)
  expect(written.text).toContain('Ada Example')
  expect(await rows()).toEqual(before)
})

test('what cannot be tried is refused with its field and the cure', async () => {
  expect(await ask('guess', stock, 'nobody')).toMatchObject({
    status: 404,
    body: { code: 'unknown-connector' },
  })
  expect(await ask('guess', stock, 'woocommerce')).toMatchObject({
    status: 409,
    body: { code: 'wrong-state' },
  })
  expect(await ask('guess', { ...stock, feed: 'gossip' })).toMatchObject({
    status: 422,
    body: { code: 'invalid-request', field: 'feed' },
  })
  expect(await ask('read', { ...stock, description: {}, content: '' })).toMatchObject({
    status: 422,
    body: { field: 'content' },
  })
  const large = Buffer.alloc(2 * 1024 * 1024 + 1, 0x61).toString('base64')
  expect(await ask('guess', { ...stock, content: large })).toMatchObject({
    status: 413,
    body: { code: 'too-large', field: 'content' },
  })
})

test('an expression that never ends is broken off, and the hub answers others meanwhile', async () => {
  const map = { fields: { sku: '($f := function($n){ $f($n + 1) }; $f(0))' } }
  const slow = ask('read', { ...stock, description: { ...scoot.feeds.levels, map } })
  expect((await served.ask('GET', '/api/v1/locations')).status).toBe(200)
  const read = sampleReading.parse((await slow).body)
  expect(read.understood).toBe(0)
  expect(read.fields[0]?.problem).not.toBeNull()
})

test('a file that is kept is read by the description in force, and by another', async () => {
  const kept = await served.hub.server?.inject({
    method: 'POST',
    url: `/api/v1/connections/${connectionId}/files?fileName=${stock.fileName}`,
    headers: { host: '127.0.0.1', 'content-type': 'application/octet-stream' },
    payload: Buffer.from(stock.content, 'base64'),
  })
  if (kept === undefined) throw new Error('the hub has an API')
  const { position } = kept.json().file as { position: number }
  const path = `/api/v1/connections/${connectionId}/files/${position}/read`
  expect(sampleReading.parse((await served.ask('POST', path, {})).body).understood).toBe(2)
  const map = { columns: { sku: 'Article', locationId: 'Hall', onHand: 'Hall' } }
  const other = { description: { ...scoot.feeds.levels, map }, places: scoot.locations }
  expect(sampleReading.parse((await served.ask('POST', path, other)).body).understood).toBe(0)
  const missing = `/api/v1/connections/${connectionId}/files/999/read`
  expect(await served.ask('POST', missing, {})).toMatchObject({ status: 404, body: { code: 'unknown-file' } })
})

test('settings are changed from the version that was read, and only to what works', async () => {
  const path = `/api/v1/connections/${connectionId}/settings`
  const before = connectionSettings.parse((await served.ask('GET', path)).body)
  expect(before.settings.name).toBe('Scoot')
  const definition = JSON.stringify({ ...scoot, memoryDays: 30 })
  const settings = { ...before.settings, definition }
  const ifMatch = (version: number) => ({ 'if-match': `"${version}"` })
  expect(await served.ask('PUT', path, { settings: { ...settings, definition: '{' } })).toMatchObject({
    status: 422,
    body: { code: 'invalid-settings', field: 'settings.definition' },
  })
  // Whose warehouse it is stays as it is: its files are known by it.
  expect(await served.ask('PUT', path, { settings: { ...settings, name: 'Else' } })).toMatchObject({
    status: 409,
    body: { code: 'wrong-account' },
  })
  const changed = await served.ask('PUT', path, { settings }, ifMatch(before.version))
  expect(changed).toMatchObject({ status: 200, body: { settings: { definition } } })
  expect(changed.body.version).not.toBe(before.version)
  expect(await served.ask('PUT', path, { settings }, ifMatch(before.version))).toMatchObject({
    body: { code: 'version-changed', field: 'If-Match' },
  })
  const [row] = (
    await sql<{ settings: { definition: string } }>`
      select settings from connection where connection_id = ${connectionId}`.execute(served.database.kysely)
  ).rows
  expect(row?.settings.definition).toBe(definition)
})

test('of many who change the settings they all read, one does', async () => {
  const path = `/api/v1/connections/${connectionId}/settings`
  const { version, settings } = connectionSettings.parse((await served.ask('GET', path)).body)
  const answers = await Promise.all(
    Array.from({ length: 6 }, (_, nth) =>
      served.ask(
        'PUT',
        path,
        { settings: { ...settings, definition: JSON.stringify({ ...scoot, memoryDays: 40 + nth }) } },
        { 'if-match': `"${version}"` },
      ),
    ),
  )
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  for (const { status, body } of answers) if (status !== 200) expect(body.code).toBe('version-changed')
})
