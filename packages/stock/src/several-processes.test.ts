// Three processes write one ledger and are killed with -9 again and again; whatever was not acknowledged is sent again
// under its keys, some of it to two processes at once. Which commands and when a kill falls follow from the seed.
import {
  type Child,
  createTestDatabase,
  fromEnvironment,
  startChild,
  type TestDatabase,
} from '@plimsoll/database/testing'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { CommandOutcome } from './commands/apply-commands.ts'
import type { StockCommand } from './commands/command.ts'
import { commandOf, createStockWorld, type StockWorld } from './testing/stock-world.ts'
import { findBrokenBalances, findBrokenReservations } from './verify.store.ts'

const WRITERS = 3
const BATCHES_PER_WRITER = 40
const UNDER_WAY_MAX = 4

let database: TestDatabase
let world: StockWorld
beforeAll(async () => {
  database = await createTestDatabase()
  world = await createStockWorld(database, {
    skus: ['A', 'B', 'C', 'MILK'],
    locationCodes: ['MAIN', 'EAST'],
    tracking: { MILK: 'lot' },
  })
})
afterAll(() => database.drop())

test('I1, I3, I4, I5: what several processes write while they are killed is applied exactly once, and never over-granted', async () => {
  const [batches = [], kills = []] = sampled()
  const queue = batches.map((commands, id) => ({ id, commands }))
  // Every fifth batch is sent twice, to whoever takes it: two processes may be at it at once.
  const jobs = queue.flatMap((job) => (job.id % 5 === 0 ? [job, { ...job }] : [job]))
  const outcomes = new Map<number, CommandOutcome[][]>()
  let deadlocks = 0

  await Promise.all(
    Array.from({ length: WRITERS }, async (_, writer) => {
      const killAfter = kills.filter((_kill, nth) => nth % WRITERS === writer)
      let child = start()
      let underWay: typeof jobs = []
      for (;;) {
        while (underWay.length < UNDER_WAY_MAX && jobs.length > 0) send(child, underWay, jobs.shift())
        if (underWay.length === 0) break
        if (killAfter[0] === 0) {
          killAfter.shift()
          child.kill('SIGKILL')
          await child.ended
          child = start()
          // It does not know what became of these.
          const again = underWay
          underWay = []
          for (const job of again) send(child, underWay, job)
          continue
        }
        if (killAfter[0] !== undefined) killAfter[0] -= 1
        const answer = JSON.parse(await child.line()) as {
          id: number
          outcomes: CommandOutcome[]
          deadlocks: number
        }
        deadlocks += answer.deadlocks
        underWay = underWay.filter((job) => job.id !== answer.id)
        outcomes.set(answer.id, [...(outcomes.get(answer.id) ?? []), answer.outcomes])
      }
      child.endInput()
      await child.ended
    }),
  )

  expect(outcomes.size).toBe(queue.length)
  expect(deadlocks).toBe(0)
  for (const { id, commands } of queue) expectConsistent(commands, outcomes.get(id) ?? [])
  await expectAppliedOnce(queue.flatMap(({ commands }) => commands))
  expect(await findBrokenBalances(database.kysely)).toEqual([])
  expect(await findBrokenReservations(database.kysely)).toEqual([])
}, 120_000)

function start(): Child {
  return startChild(new URL('./testing/ledger-writer.ts', import.meta.url), [
    database.url,
    world.context.organizationId,
  ])
}

function send<Job extends { id: number; commands: StockCommand[] }>(
  child: Child,
  underWay: Job[],
  job: Job | undefined,
): void {
  if (job === undefined) return
  underWay.push(job)
  child.write(JSON.stringify(job))
}

/** Only receipts and promises: then nothing may ever be promised that was not there. */
function sampled(): [StockCommand[][], number[]] {
  const command = fc
    .record({
      kind: fc.constantFrom('receive' as const, 'reserve' as const, 'reserve' as const, 'reserve' as const),
      sku: fc.constantFrom('A', 'A', 'B', 'C', 'MILK', 'MILK'),
      // Lots are made, and filled, while others wait for those that are there.
      lot: fc.constantFrom('L1', 'L2', 'L3', 'L4', 'L5', 'L6'),
      place: fc.constantFrom('MAIN', 'MAIN', 'EAST'),
      quantity: fc.integer({ min: 1, max: 6 }),
    })
    .map(({ kind, sku, lot, place, quantity }) =>
      commandOf(kind, sku, quantity, {
        locationCode: place,
        ...(sku === 'MILK' && kind === 'receive' && { lot }),
      }),
    )
  const { seed } = fromEnvironment<unknown>()
  const batches = fc.array(fc.array(command, { minLength: 1, maxLength: 4 }), {
    minLength: WRITERS * BATCHES_PER_WRITER,
    maxLength: WRITERS * BATCHES_PER_WRITER,
  })
  const kills = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 9, maxLength: 9 })
  const [sample] = fc.sample(fc.tuple(batches, kills), {
    numRuns: 1,
    ...(seed === undefined ? {} : { seed }),
  })
  if (sample === undefined) throw new Error('a sample was asked for')
  return sample
}

/** Whoever answered, and however often: an applied command has one result. */
function expectConsistent(commands: readonly StockCommand[], answers: readonly CommandOutcome[][]): void {
  expect(answers.length).toBeGreaterThan(0)
  for (const [index] of commands.entries()) {
    const results = answers.flatMap((outcomes) => {
      const outcome = outcomes[index]
      return outcome === undefined || outcome.kind === 'refused' ? [] : [textOf(outcome.result)]
    })
    expect(new Set(results).size).toBeLessThanOrEqual(1)
  }
}

/** The database keeps fields in an order of its own. */
function textOf(result: object): string {
  return JSON.stringify(result, (_, value: unknown) =>
    isFields(value) ? Object.fromEntries(Object.entries(value).toSorted()) : value,
  )
}

function isFields(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

async function expectAppliedOnce(commands: readonly StockCommand[]): Promise<void> {
  const { rows } = await sql<{ commandKey: string; onHand: number; reserved: number }>`
    select command_key, on_hand_delta as on_hand, reserved_delta as reserved
    from movement where organization_id = ${world.context.organizationId}`.execute(database.kysely)
  expect(new Set(rows.map((row) => row.commandKey)).size).toBe(rows.length)
  const receipts = commands.filter((command) => command.kind === 'receive').map((command) => command.key)
  const moved = new Set(rows.map((row) => row.commandKey))
  expect(receipts.filter((key) => !moved.has(key))).toEqual([])
  for (const sku of ['A', 'B', 'C', 'MILK']) {
    for (const place of ['MAIN', 'EAST']) {
      const { onHand, reserved } = await world.balance(sku, place)
      expect(reserved).toBeLessThanOrEqual(onHand)
    }
  }
}
