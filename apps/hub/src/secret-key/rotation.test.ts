import { randomBytes, randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { type KeptKeys, loadMasterKey, type MasterKey, noteHolder, rotateKeys } from '@plimsoll/accounts'
import { type Database, inTransaction } from '@plimsoll/database'
import {
  createTestDatabase,
  fromEnvironment,
  makeTemporaryFolder,
  type TestDatabase,
} from '@plimsoll/database/testing'
import fc from 'fast-check'
import { type KyselyPlugin, sql } from 'kysely'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import {
  emptyAll,
  readRows,
  sealEverywhere,
  sealMail,
  toSnake,
  unreadableBy,
} from '../testing/sealed-rows.ts'
import { sealedPlaces } from './sealed-places.ts'

// Several rotations, one after the other, with a statement for each row.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 60_000 })

let database: TestDatabase
const folders: string[] = []
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 6 })
  // What else there must be for a row of each is not what this is about.
  await inTransaction(database, async (tx) => {
    await sql`set local role none`.execute(tx)
    const found = await sql<{ at: string; name: string }>`
      select conrelid::regclass::text as at, conname as name from pg_constraint
      where contype = 'f' and conrelid = any(${sql.val(sealedPlaces.map(({ table }) => table))}::text[]::regclass[])`.execute(
      tx,
    )
    for (const { at, name } of found.rows)
      await sql`alter table ${sql.table(at)} drop constraint ${sql.ref(name)}`.execute(tx)
  })
})
afterAll(async () => {
  await database.drop()
  await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })))
})

test('every column that holds something sealed is sealed anew by a rotation, and refuses what a retired key seals', async () => {
  const columns = await sql<{ table: string; column: string }>`
    select case table_schema when 'public' then '' else table_schema || '.' end || table_name as table, column_name as column
    from information_schema.columns
    where table_schema in ('public', 'identity') and column_name like 'sealed%' and data_type = 'bytea'
    order by 1`.execute(database.kysely)
  const known = sealedPlaces.map(({ table, column = 'sealed' }) => ({ table, column }))
  expect(columns.rows).toEqual(known.toSorted((a, b) => (a.table < b.table ? -1 : 1)))

  const named = await sql<{ table: string }>`
    select case table_schema when 'public' then '' else table_schema || '.' end || table_name as table
    from information_schema.columns
    where table_schema in ('public', 'identity') and column_name = 'key_name'`.execute(database.kysely)
  expect(named.rows.map(({ table }) => table).toSorted()).toEqual(columns.rows.map(({ table }) => table))

  for (const { table, column = 'sealed', key } of sealedPlaces) {
    const found = await sql<{ columns: string[]; key: string[] }>`
      select
        array(select attname::text from pg_attribute where attrelid = tgrelid and attnum = any(tgattr::int2[])
          order by 1) as columns,
        array(select attname::text from pg_index join unnest(indkey) with ordinality as part (attnum, nth) on true
          join pg_attribute on attrelid = indrelid and pg_attribute.attnum = part.attnum
          where indrelid = tgrelid and indisprimary order by nth) as key
      from pg_trigger where tgrelid = ${table}::regclass and tgname = 'sealed_by_living_key' and tgenabled = 'O'`.execute(
      database.kysely,
    )
    expect(found.rows[0]?.columns, table).toEqual(['key_name', column].toSorted())
    expect(found.rows[0]?.key, table).toEqual(key.map(toSnake))
  }
})

test('broken off before any statement and begun again, everything opens at any time, and nothing is sealed by the old key in the end', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 90 }), { maxLength: 4 }),
      fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
      async (crashes, seals) => {
        await emptyAll(database.kysely)
        const folder = await newFolder()
        const old = loadMasterKey({ fromEnvironment: undefined, folder })
        const first: MasterKey = { name: old.name, bytes: old.bytes }
        // From before keys had names.
        const nameless: MasterKey = { name: 'file', bytes: old.bytes }
        for (const each of [first, nameless]) await sealEverywhere(database.kysely, each)

        const hub = runningHub(folder)
        await hub.look()
        // One that no longer says anything: it keeps the key that it had.
        const frozen = runningHub(folder)
        let nth = 0
        const meanwhile = async () => {
          nth += 1
          if (seals[nth % seals.length] !== true) return
          // One that is there is never refused.
          await sealMail(database.kysely, hub.keys)
          await sealMail(database.kysely, frozen.keys).catch((error: Error) => {
            expect(error.message).toContain('nothing may be sealed')
          })
        }
        for (const after of [...crashes, Number.POSITIVE_INFINITY]) {
          const keys = loadMasterKey({ fromEnvironment: undefined, folder })
          const faulty = breakAfter(after, keys, meanwhile)
          const rotated = await rotateKeys(
            { ...faulty, places: sealedPlaces, clock: hub.clock, say: () => undefined },
            { givesUp: false },
          ).catch((error) => error)
          expect(
            await unreadableBy(database.kysely, loadMasterKey({ fromEnvironment: undefined, folder })),
          ).toEqual([])
          if (rotated instanceof Crash) continue
          expect(rotated).toMatchObject({ kind: 'done' })
        }
        const last = loadMasterKey({ fromEnvironment: undefined, folder })
        expect(last.keys).toMatchObject({ next: undefined, former: [] })
        expect(last.name).not.toBe(first.name)
        const rows = await readRows(database.kysely)
        expect(new Set(rows.map(({ keyName }) => keyName))).toEqual(new Set([last.name]))
        expect(await unreadableBy(database.kysely, first), 'the old key opens nothing').toHaveLength(
          rows.length,
        )
        await expect(sealMail(database.kysely, first)).rejects.toThrow('nothing may be sealed')
      },
    ),
    fromEnvironment(4),
  )
})

test('what was sealed by the old key and is not committed yet is waited for, and sealed anew', async () => {
  await emptyAll(database.kysely)
  const folder = await newFolder()
  const old = loadMasterKey({ fromEnvironment: undefined, folder })
  const before: MasterKey = { name: old.name, bytes: old.bytes }
  let commit: () => void = () => undefined
  const held = new Promise<void>((resolve) => {
    commit = resolve
  })
  let inserted: () => void = () => undefined
  const isInserted = new Promise<void>((resolve) => {
    inserted = resolve
  })
  const late = inTransaction(database, async (tx) => {
    await sealMail(tx, before)
    inserted()
    await held
  })
  await isInserted
  const rotating = rotate(folder)
  await waitFor(async () => {
    const waiting = await sql`
      select from pg_locks join pg_stat_activity using (pid)
      where not granted and datname = current_database()`.execute(database.kysely)
    return waiting.rows.length > 0
  })
  commit()
  await late
  expect(await rotating).toMatchObject({ kind: 'done', resealed: 1 })
  expect(await unreadableBy(database.kysely, loadMasterKey({ fromEnvironment: undefined, folder }))).toEqual(
    [],
  )
})

test('a process that cannot open by the new key stops the rotation before anything is sealed by it', async () => {
  await emptyAll(database.kysely)
  const folder = await newFolder()
  const old = loadMasterKey({ fromEnvironment: undefined, folder })
  await sealMail(database.kysely, old)
  const elsewhere = { ...holder('elsewhere:7'), seals: old.name, opens: [old.name] }
  let now = 0
  const clock = {
    now: () => now,
    sleep: async (delayMs: number) => {
      now += delayMs
      await noteHolder(database.kysely, { ...elsewhere, seenAt: new Date(now) })
    },
  }
  await clock.sleep(0)
  const waits = await rotate(folder, clock)
  expect(waits).toMatchObject({ kind: 'behind', holders: [{ name: 'elsewhere:7' }] })
  const keys = loadMasterKey({ fromEnvironment: undefined, folder })
  expect([keys.name, keys.keys.former]).toEqual([old.name, []])
  expect(await unreadableBy(database.kysely, { name: old.name, bytes: old.bytes })).toEqual([])
  // It was stopped: nobody need wait for it.
  await sql`delete from identity.key_holder`.execute(database.kysely)
  expect(await rotate(folder, clock)).toMatchObject({ kind: 'done', resealed: 1 })
})

test('a row that no key opens keeps the old key, until somebody says that it is given up', async () => {
  await emptyAll(database.kysely)
  const folder = await newFolder()
  await sealMail(database.kysely, { name: 'lost', bytes: randomBytes(32) })
  const former = loadMasterKey({ fromEnvironment: undefined, folder }).name
  expect(await rotate(folder)).toMatchObject({ kind: 'unreadable', rows: [{ table: 'identity.mail' }] })
  expect(loadMasterKey({ fromEnvironment: undefined, folder }).keys.former.map(({ name }) => name)).toEqual([
    former,
  ])
  expect(await rotate(folder, undefined, true)).toMatchObject({ kind: 'done', resealed: 0, givenUp: 1 })
  expect(loadMasterKey({ fromEnvironment: undefined, folder }).keys.former).toEqual([])
  expect(await rotate(folder), 'and it is in nobody’s way any more').toMatchObject({
    kind: 'done',
    givenUp: 0,
  })
})

test('keys from the environment are changed by whoever sets it, step by step', async () => {
  await emptyAll(database.kysely)
  const [old, fresh] = ['a'.repeat(64), randomBytes(32).toString('hex')]
  const given = (text: string) => loadMasterKey({ fromEnvironment: text, folder: '' })
  const attempt = (text: string) =>
    rotateKeys(
      { database, keys: given(text), places: sealedPlaces, clock: systemClock, say: () => undefined },
      { givesUp: false },
    )
  await sealMail(database.kysely, given(old))
  expect(await attempt(old)).toMatchObject({ kind: 'by-hand', from: 'environment' })
  expect(await attempt(`${old},next ${fresh}`)).toMatchObject({ kind: 'by-hand' })
  expect(await attempt(`${fresh},${old}`)).toMatchObject({
    kind: 'done',
    resealed: 1,
    formerStaysIn: 'environment',
  })
  expect(await unreadableBy(database.kysely, given(fresh))).toEqual([])
})

const systemClock = { now: () => Date.now(), sleep: async () => undefined }

function rotate(
  folder: string,
  clock: { now(): number; sleep(delayMs: number): Promise<void> } = systemClock,
  givesUp = false,
) {
  const keys = loadMasterKey({ fromEnvironment: undefined, folder })
  return rotateKeys({ database, keys, places: sealedPlaces, clock, say: () => undefined }, { givesUp })
}

async function newFolder(): Promise<string> {
  const folder = await makeTemporaryFolder()
  folders.push(folder)
  return folder
}

const holder = (name: string) => ({ holderId: randomUUID(), name })

/** A process that runs: it looks at the file while the rotation waits, as `KeyKeeper` does. */
function runningHub(folder: string) {
  const keys = loadMasterKey({ fromEnvironment: undefined, folder })
  const own = holder('hub:1')
  const look = async () => {
    keys.refresh()
    const opens = [keys.name, ...(keys.others ?? []).map(({ name }) => name)]
    await noteHolder(database.kysely, { ...own, seals: keys.name, opens, seenAt: new Date() })
  }
  return { keys, look, clock: { now: () => Date.now(), sleep: look } }
}

class Crash extends Error {}

/** A database and keys that fail once before the nth statement or writing of the file, or after that writing. */
function breakAfter(steps: number, keys: KeptKeys, meanwhile: () => Promise<void>) {
  let left = steps
  const tick = () => {
    left -= 1
    if (left === 0) throw new Crash()
  }
  const count: KyselyPlugin['transformQuery'] = ({ node }) => {
    // With the process its connection ends, and the lock with it.
    if (!JSON.stringify(node).includes('pg_advisory_unlock')) tick()
    return node
  }
  const plugin: KyselyPlugin = {
    transformQuery: count,
    transformResult: async ({ result }) => {
      await meanwhile()
      return result
    },
  }
  // What others seal in the middle of a transaction that retires a key waits for its end: not here.
  const inside: KyselyPlugin = { transformQuery: count, transformResult: async ({ result }) => result }
  const faulty: Database = {
    ...database,
    kysely: database.kysely.withPlugin(plugin),
    runTransaction: (work, level) =>
      database.runTransaction(async (tx) => await work(tx.withPlugin(inside)), level),
  }
  const kept: KeptKeys = {
    from: keys.from,
    get keys() {
      return keys.keys
    },
    get name() {
      return keys.name
    },
    get bytes() {
      return keys.bytes
    },
    get others() {
      return keys.others ?? []
    },
    refresh: () => keys.refresh(),
    write: (wanted) => {
      tick()
      keys.write?.(wanted)
      tick()
    },
  }
  return { database: faulty, keys: kept }
}

async function waitFor(holds: () => Promise<boolean>): Promise<void> {
  const until = performance.now() + 10_000
  while (performance.now() < until) if (await holds()) return
  throw new Error('it did not come about')
}
