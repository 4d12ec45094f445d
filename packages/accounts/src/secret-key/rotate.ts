import { randomBytes } from 'node:crypto'
import type { Database, Db } from '@plimsoll/database'
import { sql } from 'kysely'
import { findHolders, type KeyHolder } from './key-holders.store.ts'
import { nameKey } from './key-text.ts'
import { type KeptKeys, KeysNotWritable } from './master-key.ts'
import { decideRotation, findBehind } from './rotation.ts'
import type { SealedPlace } from './sealed-place.ts'
import {
  closeOthers,
  countSealed,
  NAMELESS,
  registerKey,
  resealTable,
  retireClosed,
  type SealedCount,
  type Unreadable,
} from './sealed-rows.store.ts'

export type RotationContext = {
  database: Database
  keys: KeptKeys
  places: readonly SealedPlace[]
  clock: { now(): number; sleep(delayMs: number): Promise<void> }
  say(line: string): void
  random?(size: number): Buffer
}

export type Rotation =
  | { kind: 'done'; sealedBy: string; resealed: number; givenUp: number; formerStaysIn?: string }
  /** They come from where this program cannot write: a person puts the new key there. */
  | { kind: 'by-hand'; from: string; sealedBy: string }
  | { kind: 'behind'; holders: KeyHolder[]; wanted: string }
  | { kind: 'unreadable'; rows: Unreadable[] }
  | { kind: 'still-sealed'; rows: SealedCount[] }
  | { kind: 'busy' }

/** Processes look at the file every second and say so at once. */
const BEHIND_MS_MAX = 20_000
const LOOK_MS = 250
/** A row that another changed in the same moment is left to the next. */
const PASSES_MAX = 5

/**
 * Puts a new secret key in the place of the present one, and seals everything anew by it. Broken off at any point and begun
 * again, it goes on; a key is given up only once the database has shown that nothing is sealed by it.
 * @param options.givesUp rows that no key opens are named so, and no longer counted
 */
export async function rotateKeys(context: RotationContext, options: { givesUp: boolean }): Promise<Rotation> {
  // Held by its connection: with that, it ends. Two at once would each make a key.
  return await context.database.kysely.connection().execute(async (lock) => {
    const got = await sql<{ isMine: boolean }>`
      select pg_try_advisory_lock(hashtext('plimsoll secret key')) as is_mine`.execute(lock)
    if (got.rows[0]?.isMine !== true) return { kind: 'busy' }
    try {
      return await rotateAlone(context, options)
    } finally {
      await sql`select pg_advisory_unlock(hashtext('plimsoll secret key'))`.execute(lock)
    }
  })
}

async function rotateAlone(context: RotationContext, options: { givesUp: boolean }): Promise<Rotation> {
  const { keys, say, random = randomBytes } = context
  for (;;) {
    keys.refresh()
    const step = decideRotation(keys.keys, nameKey(random(32)))
    const behind = await waitForHolders(context, step)
    if (behind.length > 0) {
      return { kind: 'behind', holders: behind, wanted: step.kind === 'promote' ? step.opens : keys.name }
    }
    if (step.kind !== 'reseal') {
      if (!tryToWrite(keys, step.keys)) return { kind: 'by-hand', from: keys.from, sealedBy: keys.name }
      say(
        step.kind === 'add'
          ? `${step.keys.next?.name} was made; it opens and seals nothing yet.`
          : `${keys.name} seals from now on.`,
      )
      continue
    }
    return await finish(context, options, step.keys)
  }
}

/** Seals anew what former keys sealed, retires them, and only then takes them out of where they are kept. */
async function finish(
  context: RotationContext,
  options: { givesUp: boolean },
  last: KeptKeys['keys'],
): Promise<Rotation> {
  const { database, keys, places, clock, say } = context
  const keep = [last.seals.name, ...(last.next === undefined ? [] : [last.next.name])]
  await registerKey(database.kysely, keys.name)
  // First, so that no process that was forgotten can go on sealing what is then never done.
  const former = keys.keys.former.map(({ name }) => name)
  await closeOthers(database.kysely, { keep, former, at: new Date(clock.now()) })
  let resealed = 0
  let givenUp = 0
  let inTheWay: SealedCount[] = []
  for (let pass = 1; pass <= PASSES_MAX; pass += 1) {
    const found = await resealAll(context, options)
    resealed += found.resealed
    if (found.unreadable.length > 0 && !options.givesUp) return { kind: 'unreadable', rows: found.unreadable }
    givenUp += found.unreadable.length
    inTheWay = await retireClosed(database, places, { keep, at: new Date(clock.now()) })
    if (inTheWay.length === 0) break
  }
  if (inTheWay.length > 0) return { kind: 'still-sealed', rows: inTheWay }
  say('Nothing is sealed by a former key any more; they are retired.')
  const done = { kind: 'done', sealedBy: keys.name, resealed: resealed - givenUp, givenUp } as const
  return tryToWrite(keys, last) ? done : { ...done, formerStaysIn: keys.from }
}

async function resealAll(
  { database, keys, places, say }: RotationContext,
  { givesUp }: { givesUp: boolean },
): Promise<{ resealed: number; unreadable: Unreadable[] }> {
  const unreadable: Unreadable[] = []
  let resealed = 0
  for (const place of places) {
    const found = await resealTable(database, keys, place, {
      givesUp,
      onRows: (rows) => {
        resealed += rows
        if (rows > 0) say(`${place.table}: ${rows} sealed anew (${resealed} in all)`)
      },
    })
    unreadable.push(...found.unreadable)
  }
  return { resealed, unreadable }
}

/** @returns those that have still not taken up what the step needs */
async function waitForHolders(
  { database, clock, say }: RotationContext,
  step: ReturnType<typeof decideRotation>,
): Promise<KeyHolder[]> {
  const began = clock.now()
  let told = false
  for (;;) {
    const holders = await findHolders(database.kysely, new Date(clock.now()))
    const behind = findBehind(step, holders)
    if (behind.length === 0) return []
    const names = new Set(behind.map(({ name }) => name))
    if (clock.now() - began > BEHIND_MS_MAX) return holders.filter(({ name }) => names.has(name))
    if (!told) say(`Waiting until ${[...names].join(', ')} has read the keys…`)
    told = true
    await clock.sleep(LOOK_MS)
  }
}

function tryToWrite(keys: KeptKeys, wanted: KeptKeys['keys']): boolean {
  if (keys.write === undefined) return false
  try {
    keys.write(wanted)
    return true
  } catch (error) {
    if (error instanceof KeysNotWritable) return false
    throw error
  }
}

/** What is sealed by which key, and who has which. */
export async function readKeyStatus(
  db: Db,
  { keys, places, now }: { keys: KeptKeys; places: readonly SealedPlace[]; now: Date },
) {
  const counts = await countSealed(db, places)
  const holders = await findHolders(db, now)
  const retired = await sql<{ name: string; retiredAt: Date }>`
    select name, retired_at from identity.sealing_key
    where retired_at is not null and name <> all(${sql.val([...NAMELESS])}::text[])
    order by retired_at, name`.execute(db)
  const { seals, next, former } = keys.keys
  const own = [
    { name: seals.name, use: 'seals' as const },
    ...former.map(({ name }) => ({ name, use: 'opens' as const })),
    ...(next === undefined ? [] : [{ name: next.name, use: 'next' as const }]),
  ]
  const unknown = [...new Set(counts.map(({ keyName }) => keyName))]
    .filter((name) => own.every((each) => each.name !== name))
    .map((name) => ({ name, use: 'elsewhere' as const }))
  return {
    from: keys.from,
    keys: [...own, ...unknown].map((each) => {
      const tables = counts.filter(({ keyName }) => keyName === each.name)
      return {
        ...each,
        rows: tables.reduce((sum, { rows }) => sum + rows, 0),
        tables: tables.map(({ table, rows }) => ({ table, rows })),
      }
    }),
    retired: retired.rows,
    processes: holders.map(({ name, seals: sealsBy, opens, seenAt }) => ({
      name,
      seals: sealsBy,
      opens,
      seenAt,
    })),
  }
}
