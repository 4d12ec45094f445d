import type { LevelWrite } from '../canonical.ts'
import type { Capabilities } from '../capabilities.ts'
import type { ControlLevel } from '../simulator/control.ts'
import { type ConformanceCase, refusalOf } from './conformance-case.ts'
import { expect } from './expect.ts'
import { type FinalOutcome, setLevelsToTheEnd } from './final-outcomes.ts'
import type { ConformanceWorld } from './world.ts'

/** Reading and writing the platform's numbers. */
export function levelCases(capabilities: Capabilities): ConformanceCase[] {
  const cases: ConformanceCase[] = [
    {
      title: 'levels: read by key; those the platform does not have are left out',
      async story({ operations, addProducts, unknown }) {
        const seeded = await addProducts(3, 7)
        const read = await operations.levels([...seeded, unknown.level])
        expect(read.map(({ stockUnitId }) => stockUnitId).sort()).toEqual(
          seeded.map(({ stockUnitId }) => stockUnitId).sort(),
        )
        for (const level of read) expect(level.quantity).toBe(7)
        expect(await operations.levels([])).toEqual([])
      },
    },
    {
      title: 'I12: levels: what the platform does not count is undefined, never 0',
      async story({ operations, seed }) {
        const [level] = await seed([
          { sku: 'GIFT', title: 'Gift', price: 1, quantity: 0, unitsTracked: false },
        ])
        if (level === undefined) return // a platform that keeps no level at all for it reads none either
        const read = await operations.levels([level])
        for (const one of read) expect(one.quantity).toBeUndefined()
      },
    },
    {
      title: 'I12: levels: nought is nought',
      async story({ operations, addProducts }) {
        const seeded = await addProducts(1, 0)
        expect((await operations.levels(seeded)).map((level) => level.quantity)).toEqual([0])
      },
    },
    {
      title: 'setLevels: applied is what the platform shows',
      async story(world) {
        const [level] = await world.addProducts(1, 10)
        if (level === undefined) throw new Error('no level came')
        for (const [shown, quantity] of [
          [10, 4],
          [4, 0],
          [0, 25],
        ] as const) {
          const outcomes = await setLevelsToTheEnd(world, [world.write(level, quantity, shown)])
          expect(outcomes).toMatchObject([{ kind: 'applied', quantity }])
          expect(await world.quantityOf(level)).toBe(quantity)
        }
      },
    },
    {
      title: 'setLevels: writing what is shown already is applied',
      async story(world) {
        const [level] = await world.addProducts(1, 10)
        if (level === undefined) throw new Error('no level came')
        expect(await setLevelsToTheEnd(world, [world.write(level, 10)])).toMatchObject([{ kind: 'applied' }])
        expect(await world.quantityOf(level)).toBe(10)
      },
    },
    {
      title: `setLevels: a batch of ${capabilities.batchMax} is applied, with one outcome for every write`,
      async story(world) {
        const levels = await world.addProducts(capabilities.batchMax, 10)
        const writes = levels
          .slice(0, capabilities.batchMax)
          .map((level, index) => world.write(level, index % 50))
        const outcomes = await setLevelsToTheEnd(world, writes)
        expectOneOutcomeEach(writes, outcomes)
        expect(outcomes.filter(({ kind }) => kind !== 'applied')).toEqual([])
        const shown = await world.quantities()
        for (const write of writes) expect(shown(write)).toBe(write.quantity)
      },
    },
    {
      title:
        'setLevels: one bad row is named; the others are applied, or untouched and applied when sent again',
      async story(world) {
        const levels = await world.addProducts(5, 10)
        const writes = levels.map((level) => world.write(level, 3))
        const bad: LevelWrite = { writeId: 'bad-row', ...world.unknown.level, quantity: 3, expected: 10 }
        const all = [...writes.slice(0, 2), bad, ...writes.slice(2)]
        const outcomes = await setLevelsToTheEnd(world, all)
        expectOneOutcomeEach(all, outcomes)
        const refused = outcomes.filter((outcome) => outcome.kind === 'refused')
        expect(refused.map(({ writeId }) => writeId)).toEqual(['bad-row'])
        expect(['not-found', 'invalid']).toContain(refused[0]?.error.kind)
        const untouched = writes.filter(({ writeId }) =>
          outcomes.some((outcome) => outcome.writeId === writeId && outcome.kind === 'untouched'),
        )
        for (const write of untouched) expect(await world.quantityOf(write)).toBe(10)
        if (untouched.length > 0) await setLevelsToTheEnd(world, untouched)
        for (const write of writes) expect(await world.quantityOf(write)).toBe(3)
      },
    },
    ...[-1, capabilities.quantityMax + 1].map(
      (quantity): ConformanceCase => ({
        title: `setLevels: ${quantity} is refused as Invalid and changes nothing`,
        async story(world) {
          const [level] = await world.addProducts(1, 10)
          if (level === undefined) throw new Error('no level came')
          const [outcome] = await setLevelsToTheEnd(world, [world.write(level, quantity)])
          if (outcome?.kind !== 'refused') throw new Error(`expected a refusal, got ${outcome?.kind}`)
          expect(outcome.error.kind).toBe('invalid')
          expect(await world.quantityOf(level)).toBe(10)
        },
      }),
    ),
    {
      title: `setLevels: ${capabilities.quantityMax}, the most there may be, is applied`,
      async story(world) {
        const [level] = await world.addProducts(1, 10)
        if (level === undefined) throw new Error('no level came')
        const outcomes = await setLevelsToTheEnd(world, [world.write(level, capabilities.quantityMax)])
        expect(outcomes).toMatchObject([{ kind: 'applied', quantity: capabilities.quantityMax }])
      },
    },
    {
      title: 'setLevels: no writes, no call',
      async story({ operations, calls }) {
        expect(await operations.setLevels([])).toEqual([])
        expect(calls).toEqual([])
      },
    },
    {
      title:
        'I3: setLevels: after a lost answer the write is unknown; the same write sent again leaves one effect',
      async story(world) {
        const [level] = await world.addProducts(1, 10)
        if (level === undefined) throw new Error('no level came')
        // Tokens, and what a write needs to know, are fetched before: a read that fails has sent nothing.
        await world.operations.check()
        await world.operations.levels([level])
        const write = world.write(level, 4)
        world.simulator.faults.set({ dropResponseRate: 1 })
        const error = await refusalOf(world.operations.setLevels([write]), 'unavailable')
        expect(error).toMatchObject({ sent: true })
        expect(world.simulator.faults.counts().dropResponse).toBeGreaterThan(0)
        world.simulator.faults.set({ dropResponseRate: 0 })
        const [again] = await setLevelsToTheEnd(world, [write])
        // A lost compare-and-set is an honest answer too: the number is read then.
        const isConflict = again?.kind === 'refused' && again.error.kind === 'conflict'
        expect(again?.kind === 'applied' || isConflict, JSON.stringify(again)).toBe(true)
        expect(await world.quantityOf(level)).toBe(4)
      },
    },
  ]
  if (capabilities.writeStyle === 'compare-and-set') cases.push(...compareAndSetCases())
  return cases
}

function compareAndSetCases(): ConformanceCase[] {
  return [
    {
      title: 'setLevels: a lost compare-and-set is Conflict and changes nothing',
      async story(world) {
        const [level] = await world.addProducts(1, 10)
        if (level === undefined) throw new Error('no level came')
        const [outcome] = await setLevelsToTheEnd(world, [world.write(level, 4, 9)])
        if (outcome?.kind !== 'refused') throw new Error(`expected a refusal, got ${outcome?.kind}`)
        expect(outcome.error.kind).toBe('conflict')
        expect(await world.quantityOf(level)).toBe(10)
      },
    },
    {
      title: 'setLevels: an unseen sale makes the compare-and-set lose',
      async story(world) {
        const [level] = await world.addProducts(1, 10)
        if (level === undefined) throw new Error('no level came')
        await sellUntilItFalls(world, level)
        const [outcome] = await setLevelsToTheEnd(world, [world.write(level, 10, 10)])
        expect(outcome?.kind).toBe('refused')
        expect(await world.quantityOf(level)).toBe(9)
      },
    },
  ]
}

async function sellUntilItFalls(world: ConformanceWorld, level: ControlLevel): Promise<void> {
  const id = await world.buy([{ sku: level.sku, quantity: 1 }])
  if ((await world.quantityOf(level)) === 10) await world.tryStep(id, 'pay')
  expect(await world.quantityOf(level)).toBe(9)
}

function expectOneOutcomeEach(writes: readonly LevelWrite[], outcomes: readonly FinalOutcome[]): void {
  expect(outcomes.map(({ writeId }) => writeId).sort()).toEqual(writes.map(({ writeId }) => writeId).sort())
}
