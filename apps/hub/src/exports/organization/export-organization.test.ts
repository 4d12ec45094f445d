import { createHash, randomUUID } from 'node:crypto'
import { inflateRawSync } from 'node:zlib'
import { sql } from 'kysely'
import { request } from 'undici'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type ServedHub, type Shop, serveHub } from '../../testing/served-hub.ts'
import { type ExportManifest, exportOrganization } from './export-organization.ts'

// One hub with a shop.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let served: ServedHub
let shop: Shop
beforeAll(async () => {
  served = await serveHub()
  await served.stock('MUG', 10)
  shop = await served.openShop([{ sku: 'MUG', quantity: 4 }])
})
afterAll(() => served.close())

test('everything of an organization is in its export, but for what the manifest names; no secret and nothing of others is', async () => {
  const { kysely } = served.database
  const { organizationId } = served.hub.context
  const other = randomUUID()
  await sql`insert into organization (organization_id, name, created_at) values (${other}, 'Zebra', now())`.execute(
    kysely,
  )
  await sql`insert into item (organization_id, item_id, sku, name, created_at)
    select ${other}, item_id, 'ZEBRA-1', 'Zebra', created_at from item limit 1`.execute(kysely)
  const key = await served.ask('POST', '/api/v1/api-keys', {
    name: 'Robot',
    role: 'viewer',
    scopes: ['stock:read'],
  })
  const invited = await served.ask('POST', '/api/v1/invitations', {
    email: 'bo@brand.example',
    role: 'viewer',
  })

  const answer = await request(`${served.url}/api/v1/organization/export`)
  expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'application/zip'])
  const archive = Buffer.from(await answer.body.arrayBuffer())
  const files = unzip(archive)
  const manifest: ExportManifest = JSON.parse(files.get('manifest.json')?.toString() ?? '')
  expect(manifest).toMatchObject({
    format: 1,
    organization: { organizationId },
    schema: expect.stringMatching(/^\d{4}-/),
  })

  const tables = await sql<{ table: string; columns: string[] }>`
    select c.table_name as table,
      array(
        select column_name::text from information_schema.columns as each
        where each.table_schema = 'public' and each.table_name = c.table_name
      ) as columns
    from information_schema.columns as c
    join information_schema.tables as t using (table_schema, table_name)
    where c.table_schema = 'public' and c.column_name = 'organization_id' and t.table_type = 'BASE TABLE'
      and not exists (
        select from pg_class
        where relname = c.table_name and relnamespace = 'public'::regnamespace and relispartition
      )
    order by 1`.execute(kysely)
  const leftOut = new Set(manifest.leftOut.map(({ table }) => table))
  const wanted = tables.rows.filter(({ table }) => !leftOut.has(table))
  expect([...files.keys()].toSorted()).toEqual(
    [...wanted.map(({ table }) => `${table}.ndjson`), 'people.ndjson', 'manifest.json'].toSorted(),
  )
  expect(leftOut).toEqual(new Set(['secret', 'access_token', 'connection_grant', 'import_piece']))

  for (const { table, columns } of wanted) {
    const name = `${table}.ndjson`
    const file = manifest.files.find((each) => each.file === name)
    const content = files.get(name) ?? Buffer.of()
    const lines = content
      .toString()
      .split('\n')
      .filter((line) => line !== '')
    const found = await sql<{ rows: number }>`
      select count(*)::int as rows from ${sql.table(table)} where organization_id = ${organizationId}`.execute(
      kysely,
    )
    // The export itself has been asked for; calls are written down a moment later, and the hub’s own figures go on.
    const moves = ['audit_entry', 'hub_process', 'overview_clock', 'platform_call', 'stock_sample'].includes(
      table,
    )
    if (!moves) expect([table, lines.length]).toEqual([table, found.rows[0]?.rows])
    expect(file).toMatchObject({
      rows: lines.length,
      bytes: content.length,
      sha256: createHash('sha256').update(content).digest('hex'),
    })
    expect(file?.leftOut.every((each) => /^sealed|^key_name$|_hash$/.test(each))).toBe(true)
    const [first] = lines
    if (first !== undefined) {
      expect([...Object.keys(JSON.parse(first)), ...(file?.leftOut ?? [])].toSorted(), table).toEqual(
        columns.toSorted(),
      )
    }
  }
  const rowsOf = (name: string) => manifest.files.find(({ file }) => file === name)?.rows
  expect([rowsOf('connection.ndjson'), rowsOf('listing.ndjson'), rowsOf('api_key.ndjson')]).toEqual([1, 1, 1])

  const all = [...files.values()].map(String).join('\n')
  for (const secret of [...secretsOf(shop), String(key.body.secret), tokenOf(String(invited.body.url))]) {
    expect(all.includes(secret), 'a secret is in the export').toBe(false)
  }
  for (const [table, column] of [
    ['secret', 'sealed'],
    ['invitation', 'sealed_email'],
    ['api_key', 'secret_hash'],
  ] as const) {
    const kept = await sql<{ hex: string }>`
      select encode(${sql.ref(column)}, 'hex') as hex from ${sql.table(table)}`.execute(kysely)
    expect(kept.rows.length).toBeGreaterThan(0)
    for (const { hex } of kept.rows)
      expect(all.includes(hex), `${table}.${column} is in the export`).toBe(false)
  }
  expect(all).not.toMatch(/zebra/i)
  expect(all).not.toContain(other)
})

test('an export is of one moment; whoever stops reading it ends it', async () => {
  const { context } = served.hub
  const parts = exportOrganization(context, { name: 'Brand' })
  const read = [await next(parts)]
  await served.stock('LATE', 1)
  for await (const part of parts) read.push(part)
  const files = unzip(Buffer.concat(read))
  expect(files.get('item.ndjson')?.toString()).toContain('"sku":"MUG"')
  for (const [name, content] of files) expect(content.toString(), name).not.toContain('LATE')

  const { pool } = context.database
  const broken = exportOrganization(context, { name: 'Brand' })
  await next(broken)
  await broken.return(undefined)
  const held = await sql`
    select from pg_stat_activity where datname = current_database() and backend_xmin is not null
      and pid <> pg_backend_pid()`.execute(served.database.kysely)
  expect([held.rows.length, pool.waitingCount]).toEqual([0, 0])
})

async function next(parts: AsyncGenerator<Buffer>): Promise<Buffer> {
  const { value } = await parts.next()
  return Buffer.from(value ?? [])
}

function secretsOf({ simulator }: Shop): string[] {
  const found = Object.values(simulator.credentials as Record<string, string>).filter(
    (each) => each.length > 8,
  )
  expect(found.length).toBeGreaterThan(0)
  return found
}

function tokenOf(url: string): string {
  const token = new URL(url).searchParams.get('token')
  if (token === null) throw new Error('the invitation has no token')
  return token
}

/** The files of an archive, by the list at its end. */
function unzip(archive: Buffer): Map<string, Buffer> {
  const files = new Map<string, Buffer>()
  const end = archive.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'))
  const count = archive.readUInt16LE(end + 10)
  let at = archive.readUInt32LE(end + 16)
  for (let nth = 0; nth < count; nth += 1) {
    const [size, nameLength] = [archive.readUInt32LE(at + 20), archive.readUInt16LE(at + 28)]
    const name = archive.subarray(at + 46, at + 46 + nameLength).toString()
    const local = archive.readUInt32LE(at + 42)
    const begins = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28)
    files.set(name, inflateRawSync(archive.subarray(begins, begins + size)))
    at += 46 + nameLength + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32)
  }
  return files
}
