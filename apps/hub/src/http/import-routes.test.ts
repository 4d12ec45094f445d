import { Readable } from 'node:stream'
import { importJob, importProblemPage } from '@plimsoll/client'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ServedHub, serveHub } from '../testing/served-hub.ts'

/** A hub that works, since imports are worked on beside the requests. */
let served: ServedHub
beforeAll(async () => {
  served = await serveHub('api,worker')
})
afterAll(() => served.close())

const upload = (query: string, file: string | Buffer, type = 'text/csv') =>
  served.ask('POST', `/api/v1/imports?${query}`, Buffer.from(file), { 'content-type': type })

/** Asks until the hub has done its part. */
async function settled(importId: unknown) {
  for (;;) {
    const job = importJob.parse((await served.ask('GET', `/api/v1/imports/${importId}`)).body)
    if (job.state !== 'uploaded' && job.state !== 'applying') return job
  }
}
const problems = async (importId: string, query = '') =>
  importProblemPage.parse((await served.ask('GET', `/api/v1/imports/${importId}/problems${query}`)).body)

const FILE = 'sku,name,quantity\nMUG,Mug,10\nTEA,Tea,-1\nCUP,Cup,x\nJAR,Jar,2\n'

test('a file is taken in, checked, looked at, and its good rows applied', async () => {
  const taken = await upload('what=items&fileName=first.csv', FILE)
  expect(taken).toMatchObject({ status: 201, body: { what: 'items', name: 'first.csv', bytes: FILE.length } })
  const id = String(taken.body.importId)
  const checked = await settled(id)
  expect(checked).toMatchObject({ state: 'checked', rowsTotal: 4, rowsBad: 2, isWorkedOn: false })

  const first = await problems(id, '?limit=1')
  expect(first.rows).toMatchObject([
    { row: 3, column: 'quantity', value: '-1', message: 'quantity is negative', level: 'error' },
  ])
  const second = await problems(id, `?limit=1&cursor=${first.next}`)
  expect(second).toMatchObject({ rows: [{ row: 4, code: 'not-whole-number' }], next: null })

  const whole = await served.ask('POST', `/api/v1/imports/${id}/apply`, { mode: 'all-or-nothing' })
  expect(whole).toMatchObject({ status: 409, body: { code: 'import-has-errors' } })
  const applying = await served.ask('POST', `/api/v1/imports/${id}/apply`, { mode: 'good-rows' })
  expect(applying.status).toBe(202)
  expect(await settled(id)).toMatchObject({ state: 'done', applied: 2, skipped: 2, units: 12 })
  const again = await served.ask('POST', `/api/v1/imports/${id}/apply`, { mode: 'good-rows' })
  expect(again).toMatchObject({ status: 200, body: { state: 'done', applied: 2 } })

  const wrong = await served.ask('GET', `/api/v1/imports/${id}/problem-rows/csv`)
  expect(wrong.type).toBe('text/csv')
  expect(wrong.text.split('\r\n').slice(0, 2)).toEqual([
    '\uFEFFsku,name,quantity,row of the file,problem,cure',
    `TEA,Tea,'-1,3,quantity is negative,Write a number within the range named.`,
  ])
  expect((await served.ask('GET', `/api/v1/imports/${id}/problem-rows/xlsx`)).text.slice(0, 2)).toBe('PK')
})

test('the rows that were wrong, corrected in the file with their reasons, can be imported as they are', async () => {
  const { importId } = (await upload('what=items', FILE)).body
  await settled(importId)
  const { text } = await served.ask('GET', `/api/v1/imports/${importId}/problem-rows/csv`)
  const corrected = text.replace("'-1", '1').replace(',x,', ',3,')
  const fixed = await settled((await upload('what=items&fileName=corrected.csv', corrected)).body.importId)
  expect(fixed).toMatchObject({ state: 'checked', rowsBad: 0, warnings: 3, rowsTotal: 2 })
})

test('the same file again is the import that there is', async () => {
  const one = await upload('what=items&name=weekly', 'sku,name\nPEN,Pen\n')
  const id = String(one.body.importId)
  expect(one.status).toBe(201)
  expect((await settled(id)).state).toBe('checked')
  const two = await upload('what=items&name=weekly', 'sku,name\nPEN,Pen\n', 'application/json')
  expect(two).toMatchObject({ status: 200, body: { importId: id } })
  const other = await upload('what=items&name=monthly', 'sku,name\nPEN,Pen\n')
  expect(other.body.importId).not.toBe(id)
  const { rows } = (await served.ask('GET', '/api/v1/imports?limit=200')).body as {
    rows: { importId: string }[]
  }
  expect(rows.filter(({ importId }) => importId === id)).toHaveLength(1)
})

test.each([
  ['nothing', 'what=items', Buffer.alloc(0), 422, 'file-empty'],
  ['an old Excel file', 'what=items', Buffer.from('d0cf11e0a1b11ae1', 'hex'), 422, 'file-old-excel'],
  [
    'a text of another code page',
    'what=items',
    Buffer.from('sku,name\nA,Th\xe9', 'latin1'),
    422,
    'file-not-text',
  ],
  ['a table that there is not', 'what=people', Buffer.from('a'), 422, 'invalid-request'],
])('%s is refused, and nothing of it is kept', async (_what, query, file, status, code) => {
  const count = async () =>
    (await sql<{ jobs: number }>`select count(*) as jobs from import_job`.execute(served.database.kysely))
      .rows
  const before = await count()
  expect(await upload(query, file, 'application/octet-stream')).toMatchObject({ status, body: { code } })
  expect(await count()).toEqual(before)
})

test('an upload that breaks off in the middle leaves nothing', async () => {
  const { server } = served.hub
  const broken = new Readable({ read: () => undefined })
  broken.push('sku,name\n')
  const asked = server?.inject({
    method: 'POST',
    url: '/api/v1/imports?what=items',
    headers: { host: '127.0.0.1', 'content-type': 'text/csv' },
    payload: broken,
  })
  broken.destroy(new Error('the client went away'))
  await asked?.catch(() => undefined)
  // What was begun is taken back when the stream has ended, which nobody is told of.
  await expect
    .poll(async () => {
      const left = await sql`select from import_job where state = 'uploading'`.execute(served.database.kysely)
      return left.rows
    })
    .toEqual([])
})

test('an import that nobody needs any more is forgotten; one that there is not is not found', async () => {
  const { importId } = (await upload('what=locations', 'code,name\nNORTH,North\n')).body
  await settled(importId)
  expect((await served.ask('DELETE', `/api/v1/imports/${importId}`)).status).toBe(200)
  for (const path of ['', '/problems', '/problem-rows/csv']) {
    const gone = await served.ask('GET', `/api/v1/imports/${importId}${path}`)
    expect(gone, path).toMatchObject({ status: 404, body: { code: 'unknown-import' } })
  }
  expect(await served.ask('GET', '/api/v1/imports/x')).toMatchObject({ status: 422 })
})

test('exports are files that browsers save, with what the query asks for', async () => {
  await settledApply('what=items', 'sku,name,quantity\nEXP-1,"=1+1",3\nEXP-2,Two,4\n')
  const items = await served.ask('GET', '/api/v1/exports/items/csv')
  expect(items).toMatchObject({ status: 200, type: 'text/csv' })
  expect(items.text).toContain("EXP-1,'=1+1,,,each,,,,plain,no\r\n")
  const balances = await served.ask('GET', '/api/v1/exports/balances/csv')
  expect(balances.text).toContain("EXP-1,'=1+1,MAIN,,3,0,0,0,3\r\n")
  const movements = await served.ask('GET', '/api/v1/exports/movements/csv?sku=EXP-2')
  expect(movements.text.trim().split('\r\n')).toHaveLength(2)
  expect(movements.text).toContain('EXP-2,MAIN,,receive,4,0,0,0,opening stock,api,,')
  const none = await served.ask('GET', '/api/v1/exports/movements/csv?until=2020-01-01T00:00:00Z')
  expect(none.text.trim().split('\r\n')).toHaveLength(1)
  await served.ask(
    'POST',
    '/api/v1/stock/reserve',
    { sku: 'EXP-2', location: 'MAIN', quantity: 3 },
    { 'idempotency-key': 'r' },
  )
  const reservations = await served.ask('GET', '/api/v1/exports/reservations/csv')
  expect(reservations.text).toMatch(/EXP-2,MAIN,,strict,api,[^,]+,3,0,0,0,3,/)
  expect(await served.ask('GET', '/api/v1/exports/secrets/csv')).toMatchObject({ status: 422 })
  expect(await served.ask('GET', '/api/v1/exports/movements/csv?from=May')).toMatchObject({ status: 422 })
})

async function settledApply(query: string, file: string): Promise<void> {
  const { importId } = (await upload(query, file)).body
  await settled(importId)
  await served.ask('POST', `/api/v1/imports/${importId}/apply`, { mode: 'all-or-nothing' })
  expect(await settled(importId)).toMatchObject({ state: 'done' })
}
