// A plain replay of all that was recorded says what history must answer, whatever was closed, archived or restored.
import { rm } from 'node:fs/promises'
import type { Database } from '@plimsoll/database'
import { createTestDatabase, fromEnvironment, makeTemporaryFolder } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { UNALLOCATED_LOT } from '../context.ts'
import type { Balance, NewMovement } from '../movements.ts'
import { createHistoryWorld, type HistoryWorld, replay, type Told } from '../testing/history-world.ts'
import { findBrokenBalances } from '../verify.store.ts'
import { archiveMonths, restoreMonth, verifyArchive } from './archive.ts'
import { findItemAsOf, findLocationAsOf } from './as-of.store.ts'
import type { AsOfMode } from './as-of.ts'
import { closeMonths, prepareMonths } from './months.store.ts'
import { monthText, parseMonth, startOfMonth } from './months.ts'
import { findMovementEntries } from './movement-page.store.ts'

let folder: string
beforeAll(async () => {
  folder = await makeTemporaryFolder()
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const HOUR_MS = 3_600_000
const BEGINNING = new Date('2024-11-20T00:00:00Z')
const SKUS = ['A', 'B']
const CODES = ['MAIN', 'EAST']
const LOTS = [UNALLOCATED_LOT, '01890000-0000-7000-8000-000000000001']

type Step = {
  /** Since the step before; 0 records at the same moment. */
  hours: number
  lateHours: number
  sku: string
  code: string
  lot: number
  onHand: number
  incoming: number
  /** What the hub does just before: makes months ahead, closes what is over. */
  chore: 'none' | 'prepare' | 'close'
}

const anyStep: fc.Arbitrary<Step> = fc.record({
  hours: fc.oneof(fc.constantFrom(0, 0.25, 1), fc.integer({ min: 0, max: 500 })),
  lateHours: fc.oneof(fc.constant(0), fc.constantFrom(0.5, 1, 1.5), fc.integer({ min: 0, max: 1500 })),
  sku: fc.constantFrom(...SKUS),
  code: fc.constantFrom(...CODES),
  lot: fc.integer({ min: 0, max: 1 }),
  onHand: fc.integer({ min: -5, max: 9 }).filter((units) => units !== 0),
  incoming: fc.integer({ min: 0, max: 3 }),
  chore: fc.constantFrom('none', 'none', 'prepare', 'close'),
})

test('I1: stock as of any moment is a plain replay, before and after months are closed, archived and restored', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyStep, { minLength: 3, maxLength: 25 }),
      fc.array(fc.double({ min: 0, max: 1.1, noNaN: true }), { minLength: 3, maxLength: 4 }),
      async (steps, shares) => {
        const database = await createTestDatabase()
        try {
          const world = await createHistoryWorld(database, { skus: SKUS, locationCodes: CODES })
          const end = await play(database, world, steps)
          // Anywhere, at the movements themselves, and at both sides of a month's end.
          const moments = [
            ...shares.map(
              (share) => new Date(BEGINNING.getTime() + share * (end.getTime() - BEGINNING.getTime())),
            ),
            ...world.told.slice(0, 3).map(({ recordedAt }) => recordedAt),
            startOfMonth(end),
            new Date(startOfMonth(end).getTime() - 1),
          ]
          await compare(world, moments)
          await closeMonths(database, new Date(end.getTime() + 40 * 24 * HOUR_MS))
          await compare(world, moments)

          const before = startOfMonth(new Date((BEGINNING.getTime() + end.getTime()) / 2))
          const now = new Date(end.getTime() + 41 * 24 * HOUR_MS)
          const place = `${folder}/${world.context.organizationId}`
          const outcome = await archiveMonths(database, { before, folder: place, now })
          expect(outcome.kind).toBe('archived')
          const archived = outcome.months.map(({ month }) => month)
          await compare(world, moments, archived)
          expect(await findBrokenBalances(database.kysely)).toEqual([])
          expect((await verifyArchive(database, place)).problems).toEqual([])

          for (const month of archived.toReversed()) {
            expect(await restoreMonth(database, place, monthOf(month))).toMatchObject({
              kind: 'restored',
              month,
            })
          }
          await compare(world, moments)
          expect(await findBrokenBalances(database.kysely)).toEqual([])
        } finally {
          await database.drop()
        }
      },
    ),
    fromEnvironment(4),
  )
}, 300_000)

async function play(database: Database, world: HistoryWorld, steps: readonly Step[]): Promise<Date> {
  let at = BEGINNING
  for (const step of steps) {
    at = new Date(at.getTime() + step.hours * HOUR_MS)
    if (step.chore === 'prepare') await prepareMonths(database.kysely, at)
    if (step.chore === 'close') await closeMonths(database, at)
    await world.record(at, [toMovement(world, step, at)])
  }
  return at
}

function toMovement(world: HistoryWorld, step: Step, at: Date): NewMovement {
  return {
    itemId: world.itemId(step.sku),
    locationId: world.locationId(step.code),
    lotId: LOTS[step.lot] ?? UNALLOCATED_LOT,
    kind: step.onHand > 0 ? 'receive' : 'ship',
    onHandDelta: step.onHand,
    reservedDelta: 0,
    heldDelta: 0,
    incomingDelta: step.incoming,
    commandKey: 'test',
    referenceKind: null,
    referenceId: null,
    reason: null,
    actor: 'test',
    effectiveAt: new Date(at.getTime() - step.lateHours * HOUR_MS),
  }
}

const counts: Record<AsOfMode, (at: Date) => (movement: Told) => boolean> = {
  recorded: (at) => (movement) => movement.recordedAt <= at,
  effective: (at) => (movement) => movement.effectiveAt <= at,
}

async function compare(world: HistoryWorld, moments: readonly Date[], archived: readonly string[] = []) {
  const { database, context, told } = world
  for (const by of ['recorded', 'effective'] as const) {
    for (const at of moments) {
      const expected = replay(told, counts[by](at))
      for (const sku of SKUS) {
        const itemId = world.itemId(sku)
        const found = await findItemAsOf(database.kysely, context.organizationId, itemId, { at, by })
        if (found.kind === 'refused') {
          expect(found.code).toBe('month-archived')
          const isNeeded =
            by === 'recorded'
              ? archived.includes(monthText(at))
              : archived.some((month) => at < startOfMonth(monthOf(month), 1))
          expect(isNeeded, `${by} ${at.toISOString()} lies in a file`).toBe(true)
          continue
        }
        const figures = new Map(
          found.places.map(({ locationId, lotId, figures }) => [`${itemId} ${locationId} ${lotId}`, figures]),
        )
        const wanted = new Map([...expected].filter(([key]) => key.startsWith(itemId)))
        expect(figures, `${by} ${at.toISOString()} ${sku}`).toEqual(wanted)
      }
      for (const code of by === 'effective' ? CODES : []) {
        const locationId = world.locationId(code)
        const found = await findLocationAsOf(
          database.kysely,
          context.organizationId,
          { at, by, locationId },
          { afterSku: undefined, limit: 10 },
        )
        if (found.kind === 'refused') continue
        for (const row of found.rows) {
          const wanted = [...expected].filter(([key]) => key.startsWith(`${row.itemId} ${locationId}`))
          expect(row.figures.onHand).toBe(wanted.reduce((sum, [, each]) => sum + each.onHand, 0))
        }
      }
    }
  }
  for (const sku of SKUS) await comparePages(world, sku, archived)
}

/** Every movement that is in the table stands once, newest first, with the figures that a replay gives right after it. */
async function comparePages(world: HistoryWorld, sku: string, archived: readonly string[]) {
  const itemId = world.itemId(sku)
  const { database, context } = world
  for (const scope of [{}, { locationId: world.locationId('MAIN') }, { kind: 'ship' as const }]) {
    const rows: { recordedAt: Date; after: Balance; kind: string }[] = []
    let cursor: { recordedAt: string; movementId: string } | undefined
    do {
      const page = await findMovementEntries(database.kysely, context.organizationId, itemId, {
        ...scope,
        cursor,
        limit: 4,
      })
      rows.push(...page.rows)
      cursor = page.next
    } while (cursor !== undefined)
    const mine = world.told.filter(
      (movement) =>
        movement.itemId === itemId && (!('locationId' in scope) || movement.locationId === scope.locationId),
    )
    const totals = mine.map((movement, index) => ({
      recordedAt: movement.recordedAt,
      kind: movement.kind,
      onHand: mine.slice(0, index + 1).reduce((sum, each) => sum + each.onHandDelta, 0),
    }))
    const wanted = totals.filter(
      ({ recordedAt, kind }) =>
        !archived.includes(monthText(recordedAt)) && (!('kind' in scope) || kind === scope.kind),
    )
    expect(rows.map(({ recordedAt, kind, after }) => ({ recordedAt, kind, onHand: after.onHand }))).toEqual(
      wanted.toReversed(),
    )
  }
}

function monthOf(text: string): Date {
  const month = parseMonth(text)
  if (month === undefined) throw new Error(`${text} is no month`)
  return month
}
