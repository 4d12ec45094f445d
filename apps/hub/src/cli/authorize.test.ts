import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { StartedSimulator } from '@plimsoll/connectors'
import { createTestDatabase } from '@plimsoll/database/testing'
import { sql } from 'kysely'
import { request } from 'undici'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { lastJson, runHere, startRaw } from '../testing/run-cli.ts'
import { type ServedHub, serveHub, startShop } from '../testing/served-hub.ts'

// Each command is a process of its own: a second and more where the machine is busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

/** Grants begun on the command line, given on the simulators' own pages by a browser that this file plays. */
let served: ServedHub
let shopify: StartedSimulator
let woo: StartedSimulator
let name = ''
const app = { clientId: 'plimsoll-client-id', clientSecret: 'plimsoll-client-secret' }

beforeAll(async () => {
  served = await serveHub()
  shopify = await startShop('shopify', [{ sku: 'MUG', quantity: 4 }])
  woo = await startShop('woocommerce', [{ sku: 'MUG', quantity: 4 }])
  await served.stock('MUG', 4)
})
afterAll(async () => {
  await Promise.all([shopify.close(), woo.close()])
  await served.close()
})
beforeEach(async () => {
  name = `Shop ${randomUUID()}`
  // One account is connected once.
  await sql`update connection set account_id = null where account_id is not null`.execute(
    served.database.kysely,
  )
})

/** A command beside the hub, and the address that it asks to be opened. */
function begin(args: readonly string[], input: object | undefined = app) {
  const place = ['--database-url', served.database.url, '--data', served.folder]
  const started = startRaw([...args, '--port', new URL(served.url).port, ...place], {
    input: input === undefined ? '' : JSON.stringify(input),
  })
  const address = new Promise<string>((resolve, reject) => {
    let said = ''
    started.process.stdout?.on('data', (text: string) => {
      said += text
      const found = /https?:\/\/\S*\/start\?ticket=[\w-]+/.exec(said)
      if (found !== null) resolve(found[0])
    })
    started.ended.then(({ stderr }) => reject(new Error(`it ended without an address: ${stderr}`)), reject)
  })
  address.catch(() => undefined) // some commands are refused before
  return { ...started, address }
}

const settingsOf = ({ settings }: StartedSimulator) =>
  Object.entries(settings as Record<string, string>).flatMap(([key, value]) =>
    value === '' ? [] : ['--set', `${key}=${value}`],
  )
const connectShopify = (...more: string[]) =>
  begin([
    'connect',
    'shopify',
    '--name',
    name,
    ...settingsOf(shopify),
    '--authorize',
    '--credentials',
    '-',
    ...more,
  ])

async function visit(url: string, cookie?: string) {
  const { statusCode, headers, body } = await request(url, {
    headers: cookie === undefined ? {} : { cookie },
  })
  const page = await body.text()
  return {
    status: statusCode,
    page,
    location: String(headers.location),
    cookie: String(headers['set-cookie']).split(';')[0] ?? '',
  }
}

/** What the browser does: the hub's page, the platform's, where the owner agrees, and back. */
async function agree(address: string, change: (back: URL) => void = () => undefined) {
  const sent = await visit(address)
  const agreed = await visit(sent.location)
  const back = new URL(agreed.location)
  change(back)
  return await visit(back.href, sent.cookie)
}

async function grants() {
  const found = await sql<{ standing: string }>`select standing from connection_grant`.execute(
    served.database.kysely,
  )
  return found.rows
}

async function connectionsCalled(wanted: string) {
  const found = await sql<{ connectionId: string; secretId: string; state: string }>`
    select connection_id, secret_id, state from connection where name = ${wanted}`.execute(
    served.database.kysely,
  )
  return found.rows
}

test('connect --authorize: the address, granted on Shopify’s page, then imported as with credentials', async () => {
  const running = connectShopify()
  expect(await agree(await running.address)).toMatchObject({ status: 200 })
  const { code, stdout, stderr } = await running.ended
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(/^Open this address in a browser .*\n {2}http\S+\nWaiting until it is granted/)
  expect(stdout).toContain(`Connected to `)
  expect(stdout).toContain(`here it is called "${name}".`)
  expect(stdout).toContain('1 of 1 listings are tied to items by SKU.')
  expect(stdout).toContain('It is in shadow mode')
  expect(stdout).not.toContain(app.clientSecret)
  expect(await connectionsCalled(name)).toMatchObject([{ state: 'shadow' }])
})

test('connect --authorize --json: one line with the address, and the result on the last', async () => {
  const running = begin(
    ['connect', 'woocommerce', '--name', name, ...settingsOf(woo), '--authorize', '--json'],
    undefined,
  )
  const address = await running.address
  expect(await agree(address)).toMatchObject({ status: 200 })
  const ended = await running.ended
  expect(ended).toMatchObject({ code: 0, stderr: '' })
  const [first = ''] = ended.stdout.split('\n')
  expect(JSON.parse(first)).toEqual({ url: address, expiresAt: expect.any(String) })
  expect(lastJson(ended)).toMatchObject({ name, listings: 1, mappedBySku: 1, state: 'shadow' })
})

test('refused on the page: ends with 4 and what the platform says, and nothing is there', async () => {
  const running = connectShopify()
  await agree(await running.address, (back) => {
    back.searchParams.set('error', 'access_denied')
    back.searchParams.set('error_description', 'The owner said no')
  })
  const { code, stderr } = await running.ended
  expect({ code, stderr }).toEqual({
    code: 4,
    stderr: 'plimsoll: Shopify says: The owner said no. Nothing was changed; run the command again.\n',
  })
  expect(await connectionsCalled(name)).toEqual([])
})

test('expired: ends with 3 and how to go on', async () => {
  const running = connectShopify()
  await running.address
  await sql`update connection_grant set expires_at = now() - interval '1 second' where standing = 'begun'`.execute(
    served.database.kysely,
  )
  const { code, stderr } = await running.ended
  expect(code).toBe(3)
  expect(stderr).toContain(
    'not granted within a quarter of an hour: nothing was changed. Run the command again',
  )
  expect(await connectionsCalled(name)).toEqual([])
})

test.each(['before the page was opened', 'while the browser is at the platform'])(
  'Ctrl-C %s leaves no grant and no connection, and the address leads nowhere',
  async (when) => {
    const before = await grants()
    const running = connectShopify()
    const address = await running.address
    const isSent = when.startsWith('while')
    const sent = isSent ? await visit(address) : undefined
    running.process.kill('SIGINT')
    const { code, stderr } = await running.ended
    expect({ code, stderr }).toEqual({
      code: 3,
      stderr: 'plimsoll: Given up: nothing was changed, and the address leads nowhere now.\n',
    })
    expect(await grants()).toEqual(before)
    if (sent === undefined) expect(await visit(address)).toMatchObject({ status: 409 })
    else {
      const agreed = await visit(sent.location)
      expect(await visit(agreed.location, sent.cookie)).toMatchObject({ status: 409 })
    }
    expect(await connectionsCalled(name)).toEqual([])
  },
)

test('connection authorize: new credentials, the same mappings; the wrong shop is refused, and both are named', async () => {
  const made = connectShopify()
  await agree(await made.address)
  await made.ended
  const [before] = await connectionsCalled(name)
  const mappings = async () => {
    const found = await sql<{ listingId: string }>`
      select listing_id, item_id, mapped_by from listing where item_id is not null order by listing_id`.execute(
      served.database.kysely,
    )
    return found.rows
  }
  const mapped = await mappings()
  expect(mapped.length).toBeGreaterThan(0)

  // What the page needs is known from the first time.
  const again = begin(['connection', 'authorize', name], undefined)
  expect(await agree(await again.address)).toMatchObject({ status: 200 })
  const renewed = await again.ended
  expect(renewed).toMatchObject({ code: 0, stderr: '' })
  expect(renewed.stdout).toContain(`"${name}" has access to `)
  const [after] = await connectionsCalled(name)
  expect(after?.secretId).not.toBe(before?.secretId)
  expect(await mappings()).toEqual(mapped)

  await sql`update connection set account_id = 'other', account = 'Other shop' where name = ${name}`.execute(
    served.database.kysely,
  )
  const wrong = begin(['connection', 'authorize', name, '--json'], undefined)
  await agree(await wrong.address)
  const refused = await wrong.ended
  expect(refused.code).toBe(2)
  expect(refused.stderr).toMatch(
    new RegExp(`These credentials are of .+; "${name}" is Other shop. Sign in to the account`),
  )
  expect(lastJson(refused)).toMatchObject({ code: 'wrong-account', exitCode: 2 })
  expect(await connectionsCalled(name)).toEqual([after])
})

test('what the hub refuses is said once, with its cure', async () => {
  const { ended } = connectShopify('--location', 'MOON')
  expect(await ended).toEqual({
    code: 2,
    stdout: '',
    stderr: 'plimsoll: There is no location with the code "MOON". Use the code of one of your locations.\n',
  })
})

test('without a hub, with another program at its port, or with another brand’s hub, nothing is told to it', async () => {
  const credentials = join(served.folder, 'app.json')
  await writeFile(credentials, JSON.stringify(app))
  const run = async (port: string, database = served.database.url) =>
    await runHere([
      ...['connect', 'shopify', ...settingsOf(shopify), '--authorize', '--credentials', credentials],
      ...['--location', 'MAIN', '--database-url', database, '--data', served.folder, '--port', port],
    ])
  const gone = await run('1')
  expect(gone).toMatchObject({ code: 1, stderr: expect.stringContaining('start it with plimsoll serve') })
  const shop = await run(new URL(shopify.url).port)
  expect(shop).toMatchObject({ code: 2, stderr: expect.stringContaining('is not this hub') })
  const other = await createTestDatabase()
  try {
    const elsewhere = await run(new URL(served.url).port, other.url)
    expect(elsewhere).toMatchObject({ code: 2, stderr: expect.stringContaining('works on another database') })
  } finally {
    await other.drop()
  }
})
