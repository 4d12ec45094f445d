// A ten-line ledger in memory says what the real one must answer: first command by command, then for
// batches that run at once, whose answers must be those of some order of the batches one after another.
import { randomUUID } from 'node:crypto'
import { isTransient } from '@plimsoll/database'
import {
  createTestDatabase,
  cutConnections,
  fromEnvironment,
  type Scissors,
  type TestDatabase,
} from '@plimsoll/database/testing'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { CommandOutcome } from './commands/apply-commands.ts'
import type { PlacedKind, StockCommand } from './commands/command.ts'
import { runStockCommands } from './commands/run-commands.ts'
import { commandOf, createStockWorld, releaseOf, type StockWorld } from './testing/stock-world.ts'
import { findBrokenBalances, findBrokenReservations } from './verify.store.ts'

let database: TestDatabase
let scissors: Scissors
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 4 })
  // Those behind the walls, which all organizations share.
  scissors = cutConnections(database.forOrganization(randomUUID()))
})
afterAll(() => database.drop())

/** A command as the model knows it: reservations are named by the key of the command that made them. */
type Step = {
  key: string
  kind: PlacedKind | 'release'
  sku: string
  place: string
  quantity: number
  reservedBy: string
}
type Answer = string

const PLACES = ['A MAIN', 'A EAST', 'B MAIN', 'B EAST']

test('I1, I3, I5: commands one after another answer as a ledger of ten lines does, and balances end where it ends', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep(), { minLength: 1, maxLength: 25 }), async (steps) => {
      const world = await newWorld()
      const model = new Model()
      const real = new RealLedger(world)
      for (const step of steps) {
        expect(await real.run([step])).toEqual([model.apply(step)])
      }
      expect(await balancesOf(world)).toEqual(model.figures())
    }),
    fromEnvironment(25),
  )
})

test('I1, I3, I5: batches that run at once answer as in some order one after another, and none deadlocks', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyStep(), { maxLength: 10 }),
      fc.array(fc.array(anyStep(), { minLength: 1, maxLength: 6 }), { minLength: 2, maxLength: 4 }),
      async (before, proposed) => {
        const world = await newWorld()
        const start = new Model()
        const real = new RealLedger(world)
        for (const step of before) expect(await real.run([step])).toEqual([start.apply(step)])

        const batches = proposed.map((batch) => batch.map((step) => asNamed(step, start)))
        const answers = await Promise.all(batches.map((batch) => real.run(batch)))

        const ended = await balancesOf(world)
        const explained = ordersOf(batches.map((_, index) => index)).some((order) => {
          const model = start.copy()
          const told = new Map(
            order.map((index) => [index, batches[index]?.map((step) => model.apply(step))]),
          )
          return (
            answers.every((answer, index) => isExplained(answer, told.get(index) ?? [])) &&
            JSON.stringify(model.figures()) === JSON.stringify(ended)
          )
        })
        expect(explained, `no order explains ${JSON.stringify({ answers, ended })}`).toBe(true)
      },
    ),
    fromEnvironment(40),
  )
  expect(database.counters.deadlocks).toBe(0)
})

test('I1, I3, I4, I5: crashes between any two statements lose nothing and do nothing twice', async () => {
  let cuts = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(anyStep(), { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 8 }),
      fc.array(fc.nat(25), { maxLength: 6 }),
      async (batches, plan) => {
        const world = await newWorld()
        const model = new Model()
        const real = new RealLedger(world)
        await whileCutting(plan, 'before', async () => {
          // Sent again under the same keys until it is answered, as every caller must.
          for (const proposed of batches) {
            const batch = proposed.map((step) => asNamed(step, model))
            expect(await untilAnswered(() => real.run(batch))).toEqual(batch.map((step) => model.apply(step)))
          }
        })
        cuts += scissors.cuts
        expect(await balancesOf(world)).toEqual(model.figures())
      },
    ),
    fromEnvironment(40),
  )
  expect(cuts).toBeGreaterThan(0)
})

test('I1, I3, I4, I5: crashes among batches that run at once are as if in some order, too', async () => {
  await fc.assert(
    fc.asyncProperty(
      // One command each: of a batch whose answer was lost, what it refused is decided anew, and the rest is not.
      fc.array(anyStep(), { minLength: 2, maxLength: 5 }),
      fc.array(fc.nat(40), { maxLength: 6 }),
      async (proposed, plan) => {
        const world = await newWorld()
        const real = new RealLedger(world)
        const start = new Model()
        const filled: Step = { ...FILLED, key: 'filled' }
        expect(await real.run([filled])).toEqual([start.apply(filled)])
        const steps = proposed.map((step) => ({ ...step, reservedBy: '-' }))
        const answers = await whileCutting(plan, 'after', () =>
          Promise.all(steps.map((step) => untilAnswered(() => real.run([step])))),
        )
        const ended = await balancesOf(world)
        const explained = ordersOf(steps.map((_, index) => index)).some((order) => {
          const model = start.copy()
          const told = new Map(order.map((index) => [index, steps[index] && model.apply(steps[index])]))
          return (
            answers.every((answer, index) => isExplained(answer, [told.get(index) ?? ''])) &&
            JSON.stringify(model.figures()) === JSON.stringify(ended)
          )
        })
        expect(explained, `no order explains ${JSON.stringify({ answers, ended })}`).toBe(true)
      },
    ),
    fromEnvironment(40),
  )
  expect(database.counters.deadlocks).toBe(0)
})

test('I1: after all of the above, balances are the sums of movements and reservations match', async () => {
  expect(await findBrokenBalances(database.kysely)).toEqual([])
  expect(await findBrokenReservations(database.kysely)).toEqual([])
})

/** Few keys, so that many repeat or are used again; figures near each other, so that many are refused. */
function anyStep(): fc.Arbitrary<Step> {
  const key = fc.integer({ min: 0, max: 14 }).map((number) => `K${number}`)
  return fc.record({
    key,
    kind: fc.constantFrom('receive', 'adjust', 'count', 'hold', 'unhold', 'reserve', 'reserve', 'release'),
    sku: fc.constantFrom('A', 'A', 'A', 'B', 'X'),
    place: fc.constantFrom('MAIN', 'MAIN', 'EAST'),
    quantity: fc.integer({ min: -3, max: 9 }),
    reservedBy: key,
  })
}

const FILLED: Omit<Step, 'key'> = { kind: 'receive', sku: 'A', place: 'MAIN', quantity: 7, reservedBy: '-' }

/** Nobody can name a reservation that is only now being made. */
function asNamed(step: Step, model: Model): Step {
  return { ...step, reservedBy: model.open.has(step.reservedBy) ? step.reservedBy : '-' }
}

async function whileCutting<T>(
  plan: readonly number[],
  onCommit: 'before' | 'after',
  work: () => Promise<T>,
): Promise<T> {
  scissors.plan(plan, onCommit)
  try {
    return await work()
  } finally {
    scissors.stop()
  }
}

async function untilAnswered<T>(run: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await run()
    } catch (error) {
      if (!isTransient(error)) throw error
    }
  }
}

class Model {
  balances = new Map<string, { onHand: number; reserved: number; held: number }>()
  open = new Map<string, { at: string; units: number }>()
  answered = new Map<string, { content: string; answer: Answer }>()

  copy(): Model {
    return Object.assign(new Model(), structuredClone({ ...this }))
  }

  figures(): string[] {
    return PLACES.map((at) => {
      const { onHand, reserved, held } = this.balances.get(at) ?? { onHand: 0, reserved: 0, held: 0 }
      return `${at} = ${onHand} ${reserved} ${held}`
    })
  }

  apply(step: Step): Answer {
    const content = contentOf(step, this.open.has(step.reservedBy))
    const earlier = this.answered.get(step.key)
    if (earlier !== undefined) return earlier.content === content ? earlier.answer : 'key-reused'
    const answer = this.decide(step)
    if (answer.includes('=')) this.answered.set(step.key, { content, answer })
    return answer
  }

  decide({ key, kind, sku, place, quantity, reservedBy }: Step): Answer {
    if (kind === 'adjust' && quantity === 0) return 'quantity-zero'
    if (kind === 'count' && quantity < 0) return 'quantity-negative'
    if (kind !== 'adjust' && kind !== 'count' && quantity < 1) return 'quantity-not-positive'
    const reservation = this.open.get(reservedBy)
    if (kind === 'release' && reservation === undefined) return 'unknown-reservation'
    if (kind !== 'release' && sku === 'X') return 'unknown-sku'
    const at = kind === 'release' ? (reservation?.at ?? '') : `${sku} ${place}`
    const balance = this.balances.get(at) ?? { onHand: 0, reserved: 0, held: 0 }
    const available = balance.onHand - balance.reserved - balance.held
    if (kind === 'unhold' && quantity > balance.held) return 'insufficient-held'
    if (kind === 'reserve' && quantity > available) return 'insufficient-stock'
    if (reservation !== undefined && kind === 'release' && quantity > reservation.units)
      return 'insufficient-open'
    if (kind === 'receive' || kind === 'adjust') balance.onHand += quantity
    if (kind === 'count') balance.onHand = quantity
    if (kind === 'hold') balance.held += quantity
    if (kind === 'unhold') balance.held -= quantity
    if (kind === 'reserve') balance.reserved += quantity
    if (kind === 'reserve') this.open.set(key, { at, units: quantity })
    if (kind === 'release') balance.reserved -= quantity
    if (kind === 'release' && reservation !== undefined) reservation.units -= quantity
    this.balances.set(at, balance)
    return `${at} = ${balance.onHand} ${balance.reserved} ${balance.held}`
  }
}

class RealLedger {
  private reservationIds = new Map<string, string>()
  private readonly world: StockWorld
  constructor(world: StockWorld) {
    this.world = world
  }

  async run(steps: readonly Step[]): Promise<Answer[]> {
    const outcomes = await runStockCommands(
      this.world.database,
      this.world.context,
      steps.map((step) => this.toCommand(step)),
    )
    for (const outcome of outcomes) {
      if (outcome.kind === 'refused' || outcome.result.reservationId === null) continue
      if (!this.reservationIds.has(outcome.key)) {
        this.reservationIds.set(outcome.key, outcome.result.reservationId)
      }
    }
    return outcomes.map(toAnswer)
  }

  private toCommand({ key, kind, sku, place, quantity, reservedBy }: Step): StockCommand {
    if (kind !== 'release') return commandOf(kind, sku, quantity, { key, locationCode: place })
    return releaseOf(this.reservationIds.get(reservedBy) ?? NOT_RESERVED, quantity, key)
  }
}

const NOT_RESERVED = '01890000-0000-7000-8000-000000000000'

/**
 * A key used for two different commands at once, on different balances, meets no lock before it is claimed:
 * the one that is refused anyway may hear its own reason instead of `key-reused`. Nothing else may differ.
 */
function isExplained(answers: readonly Answer[], told: readonly Answer[]): boolean {
  return answers.every((answer, index) => {
    const isRefused = !answer.includes('=')
    return answer === told[index] || (isRefused && told[index] === 'key-reused')
  })
}

function contentOf({ kind, sku, place, quantity, reservedBy }: Step, reserved: boolean): string {
  return kind === 'release'
    ? `release ${reserved ? reservedBy : '-'} ${quantity}`
    : `${kind} ${sku} ${place} ${quantity}`
}

function toAnswer(outcome: CommandOutcome): Answer {
  if (outcome.kind === 'refused') return outcome.code
  const { sku, locationCode, onHand, reserved, held } = outcome.result
  return `${sku} ${locationCode} = ${onHand} ${reserved} ${held}`
}

async function newWorld(): Promise<StockWorld> {
  return createStockWorld(database, { skus: ['A', 'B'], locationCodes: ['MAIN', 'EAST'] })
}

async function balancesOf(world: StockWorld): Promise<string[]> {
  const told: string[] = []
  for (const at of PLACES) {
    const [sku = '', place = ''] = at.split(' ')
    const { onHand, reserved, held } = await world.balance(sku, place)
    told.push(`${at} = ${onHand} ${reserved} ${held}`)
  }
  return told
}

function ordersOf(indexes: readonly number[]): number[][] {
  if (indexes.length === 0) return [[]]
  return indexes.flatMap((first) =>
    ordersOf(indexes.filter((index) => index !== first)).map((rest) => [first, ...rest]),
  )
}
