import { manualClock, type WriteCap } from '@plimsoll/connector-kit'
import { createTestDatabase, fromEnvironment, type TestDatabase } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { haltWrites, liftHalt } from '../safety/pauses.ts'
import { candidateOf } from '../testing/candidate.ts'
import { stepConnection, turns } from '../testing/steps.ts'
import { createWorld } from '../testing/world.ts'
import { decideWithinCap } from './write-cap.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 6 })
})
afterAll(() => database.drop())

const cap: WriteCap = {
  max: 6,
  keptForDecreases: 2,
  resets: { hour: 0, timeZone: 'UTC' },
  keyOf: ({ stockUnitId }) => stockUnitId.split('/')[0] ?? '',
  counts: 'rows',
}
const down = (unit: string) => candidateOf(3, { stockUnitId: unit, levelId: `${unit} down` })
const up = (unit: string) => candidateOf(20, { stockUnitId: unit, levelId: `${unit} up` })

test.each([
  ['nothing written today', 0, 'rows', 3, 1],
  ['four were: an increase leaves the last two', 4, 'rows', 2, 0],
  ['all were', 6, 'rows', 0, 0],
  ['four were, and rows of one call count once', 4, 'calls', 3, 1],
  ['five were, and rows of one call count once', 5, 'calls', 3, 1],
] as const)('%s', (_, used, counts, decreases, increases) => {
  const candidates = [up('lamp/red'), down('lamp/red'), down('lamp/blue'), down('lamp/green')]
  const { allowed, capped } = decideWithinCap(candidates, { ...cap, counts }, new Map([['lamp', used]]))
  expect(allowed.filter(({ desired }) => desired === 3)).toHaveLength(decreases)
  expect(allowed.filter(({ desired }) => desired === 20)).toHaveLength(increases)
  expect([...allowed, ...capped].map(({ levelId }) => levelId).sort()).toEqual(
    candidates.map(({ levelId }) => levelId).sort(),
  )
})

test('I7: never beyond the cap, and never an increase where a decrease of the same listing is left out', () => {
  const row = fc.record({ unit: fc.constantFrom('a/1', 'a/2', 'b/1'), isDown: fc.boolean() })
  fc.assert(
    fc.property(
      fc.array(row, { maxLength: 20 }),
      fc.nat({ max: 8 }),
      fc.constantFrom('rows' as const, 'calls' as const),
      (rows, used, counts) => {
        const candidates = rows.map(({ unit, isDown }) => (isDown ? down(unit) : up(unit)))
        const before = new Map([
          ['a', used],
          ['b', 0],
        ])
        const { allowed, capped } = decideWithinCap(candidates, { ...cap, counts }, before)
        for (const key of ['a', 'b']) {
          const own = allowed.filter(({ stockUnitId }) => stockUnitId.startsWith(key))
          const cost = counts === 'rows' ? own.length : Math.min(1, own.length)
          expect(cost).toBeLessThanOrEqual(Math.max(0, cap.max - (before.get(key) ?? 0)))
          const isLeftOut = capped.some((each) => each.stockUnitId.startsWith(key) && each.desired === 3)
          if (isLeftOut) expect(own.filter(({ desired }) => desired === 20)).toEqual([])
        }
      },
    ),
    fromEnvironment(300),
  )
})

test('I6: past the cap the level waits for the platform’s next day, and then shows what is wanted; two holders count together', async () => {
  const clock = manualClock(Date.UTC(2026, 10, 20, 12))
  const world = await createWorld(database, clock, { reconcileMs: 3_600_000 })
  await world.stock('bottle', 100)
  const { platform, connectionId } = await world.open('shop', { bottle: 100 }, { writeCap: cap })
  let stepped = await stepConnection(world, connectionId)
  await turns(clock, stepped, 2)
  for (let sale = 0; sale < 10; sale += 1) {
    await world.adjust('bottle', -1)
    // Another process takes the connection over half-way.
    if (sale === 3) {
      await clock.advance(2_000)
      stepped = await stepConnection(world, connectionId)
    }
    await turns(clock, stepped, 3)
  }
  expect(platform.writes).toHaveLength(6)
  expect(platform.urgencies).toContain('decrease')
  const { levelId, desired } = await world.level(connectionId, 'bottle')
  expect(desired).toBe(90)
  // 94 shown, 90 wanted: the task says for how many units, and until when.
  expect(await world.tasks('capped-decrease')).toMatchObject([
    { subject: levelId, units: 4, isOpen: true, detail: expect.stringContaining('2026-11-21T00:00:00.000Z') },
  ])
  await clock.advance(12 * 3_600_000)
  stepped = await stepConnection(world, connectionId)
  await turns(clock, stepped, 4)
  expect((await world.level(connectionId, 'bottle')).acknowledged).toBe(90)
  expect(await world.tasks('capped-decrease')).toMatchObject([{ isOpen: false }])
})

test('a decrease that waited for the next day and is not needed any more is no task', async () => {
  const clock = manualClock(Date.UTC(2026, 10, 20, 12))
  const world = await createWorld(database, clock, { reconcileMs: 3_600_000 })
  await world.stock('bottle', 100)
  const { connectionId } = await world.open('shop', { bottle: 100 }, { writeCap: { ...cap, max: 1 } })
  const stepped = await stepConnection(world, connectionId)
  await turns(clock, stepped, 2)
  await world.adjust('bottle', -1)
  await turns(clock, stepped, 3)
  await world.adjust('bottle', -5)
  await turns(clock, stepped, 3)
  expect(await world.tasks('capped-decrease')).toMatchObject([{ units: 5, isOpen: true }])
  await world.adjust('bottle', 5)
  await turns(clock, stepped, 3)
  expect(await world.tasks('capped-decrease')).toMatchObject([{ isOpen: false }])
})

test('I6: what a halt holds up spends nothing of what the platform takes in a day', async () => {
  const clock = manualClock(Date.UTC(2026, 10, 20, 12))
  const world = await createWorld(database, clock, { reconcileMs: 3_600_000 })
  await world.stock('bottle', 100)
  const { connectionId } = await world.open('shop', { bottle: 100 }, { writeCap: cap })
  const stepped = await stepConnection(world, connectionId)
  await turns(clock, stepped, 2)
  await haltWrites(world.context, 'organization', { reason: 'a look', actor: 'test', how: 'freeze' })
  await world.adjust('bottle', -1)
  await turns(clock, stepped, 20, 500)
  await liftHalt(world.context, 'organization', { reason: undefined, actor: 'test' })
  await turns(clock, stepped, 3, 500)
  const { acknowledged, desired } = await world.level(connectionId, 'bottle')
  expect([acknowledged, desired]).toEqual([99, 99])
  expect(await world.tasks('capped-decrease')).toEqual([])
})
