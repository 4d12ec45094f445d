import { rm } from 'node:fs/promises'
import { processContext } from '../apps/hub/src/process-context.ts'
import { migrate, openDatabase } from '../packages/database/src/index.ts'
import {
  CommandWriter,
  runStockCommands,
  type StockCommand,
  verifyStock,
} from '../packages/stock/src/index.ts'
import { makeDataFolder } from './data-folder.ts'
import { seedLedgerBrand } from './ledger/brand.ts'
import type { Bench } from './main.ts'

const CLIENTS = 64
const LAST_UNITS = 10
const HUBS = 2

/**
 * 64 clients of two hubs, each a call of its own, fight for the last 10 units of one item: exactly 10 are granted, round after
 * round.
 */
export const bench: Bench = async ({ quick, say }) => {
  const rounds = quick ? 5 : 200
  const folder = await makeDataFolder()
  const database = await openDatabase({ dataFolder: folder, keep: 'stop-with-process', poolMax: 16 })
  try {
    await migrate(database)
    const brand = await seedLedgerBrand(database, { items: 1, locations: 1 }, { unitsEach: LAST_UNITS })
    // As hubs apply what API clients ask for, each with a writer of its own.
    const writers = Array.from(
      { length: HUBS },
      () => new CommandWriter((commands) => runStockCommands(database, brand.context, commands)),
    )
    const fight = () => oneRound(writers)
    await fight()
    const granted: number[] = []
    let fightingMs = 0
    for (let round = 0; round < rounds; round += 1) {
      const outcome = await fight()
      granted.push(outcome.granted)
      fightingMs += outcome.ms
      if (round % 50 === 49) say(`${round + 1} rounds`)
    }
    say('verifying')
    const problems: unknown[] = []
    await verifyStock(database, (problem) => problems.push(problem))
    const seconds = fightingMs / 1_000
    return {
      hubs: HUBS,
      clients: CLIENTS,
      units: LAST_UNITS,
      rounds,
      grantedPerRound: { min: Math.min(...granted), max: Math.max(...granted) },
      grantsPerSecond: Math.round(granted.reduce((sum, each) => sum + each, 0) / seconds),
      askedPerSecond: Math.round((rounds * CLIENTS) / seconds),
      deadlocks: database.counters.deadlocks,
      verified: problems.length === 0,
    }
  } finally {
    await database.close()
    await rm(folder, { recursive: true, force: true })
  }
}

async function oneRound(writers: readonly CommandWriter[]): Promise<{ granted: number; ms: number }> {
  const startedAt = performance.now()
  const answers = await Promise.all(
    Array.from({ length: CLIENTS }, (_, client) =>
      writerOf(writers, client).run([
        { ...head(), kind: 'reserve', sku: 'SKU-1', locationCode: 'L1', quantity: 1 },
      ]),
    ),
  )
  const ms = performance.now() - startedAt
  const reservations = answers
    .flat()
    .flatMap((outcome) =>
      outcome.kind === 'applied' && outcome.result.reservationId !== null
        ? [outcome.result.reservationId]
        : [],
    )
  // Given back, so that the next round fights for the same ten.
  const releases = reservations.map(
    (reservationId): StockCommand => ({ ...head(), kind: 'release', reservationId, quantity: 1 }),
  )
  await writerOf(writers, 0).run(releases)
  return { granted: reservations.length, ms }
}

function writerOf(writers: readonly CommandWriter[], client: number): CommandWriter {
  const writer = writers[client % writers.length]
  if (writer === undefined) throw new Error('there are writers')
  return writer
}

function head() {
  return { key: processContext.uuid(), actor: 'bench', reason: null, effectiveAt: undefined }
}
