import { systemClock } from '@plimsoll/connector-kit'
import type pg from 'pg'
import { LOCATION } from '../../apps/hub/src/demo/brand.ts'
import { type ClerkBook, workAsClerk } from '../../apps/hub/src/demo/clerk.ts'
import { replayShoppers } from '../../apps/hub/src/demo/shoppers.ts'
import { systemTiming } from '../../packages/database/src/clock.ts'
import { createRandom, createUuids } from '../world/random.ts'
import type { PlatformBooks } from './books.ts'
import { type Brand, type Judged, judgeStorm, type OutOfStep } from './judge.ts'
import { LeaseWatch, type Moves } from './lease-watch.ts'
import { LogDigest } from './log-digest.ts'
import { createSeedStreams } from './seed-streams.ts'
import { countKinds, drawTroubles, type Kind } from './troubles.ts'
import { watchLeases } from './watch-leases.ts'
import { Weather } from './weather.ts'
import { makeWorld, type StormWorld, type WorldOptions } from './world.ts'

export type StormOptions = WorldOptions & {
  minutes: number
  ordersPerSecond: number
  /** Which troubles may come; all unless given. */
  kinds?: readonly Kind[]
  meanGapMs?: number
  /** Every so many items is sold under a guarantee; 5 unless given. */
  guaranteedEvery?: number
  /** Convergence is owed within this, once the storm is over. */
  settleMsMax: number
  signal: AbortSignal
}

export type StormResult = {
  seed: number
  minutes: number
  ordersPlaced: number
  /** Known exactly as their platforms have them. */
  ordersApplied: number
  lost: number
  doubled: number
  /** `kill -9` of hubs, of the server and of its backends. */
  kills: number
  converged: boolean
  conservation: boolean
  settledMs: number
  parked: number
  /** Levels that do not show what they should. */
  drift: number
  oversold: Judged['oversold']
  guaranteed: { items: number; oversoldUnits: number; oversold: string[] }
  /** By kind, those that found somebody to trouble. */
  troubles: Record<string, number>
  processes: {
    starts: number
    failedStarts: number
    unclearStarts: string[]
    stops: number
    hungStops: string[]
  }
  moves: Moves
  /** What hubs logged as errors, by message. */
  errors: Record<string, number>
  /** Where something is wrong, which; at most a few of each. */
  wrong: Partial<Record<'lost' | 'doubled' | 'behind' | 'outOfStep' | 'broken' | 'parked', string[]>>
}

const CLERK_MS = 250
const NAMED_MAX = 20
/** By way of zero, with an order read in between, on a busy machine. */
const DEALT_MS = 15_000

/** A storm from its calm beginning to the verdict. */
export async function runStorm(options: StormOptions): Promise<StormResult> {
  const digest = new LogDigest()
  const onLog = (line: string) => {
    digest.hear(line)
    options.onLog(line)
  }
  const world = await makeWorld({ ...options, onLog })
  try {
    return await blow(world, options, digest)
  } finally {
    await world.close()
  }
}

async function blow(world: StormWorld, options: StormOptions, digest: LogDigest): Promise<StormResult> {
  const { say, seed } = options
  const { history, fleet, server } = world
  const durationMs = options.minutes * 60_000
  const streams = createSeedStreams(seed)
  const guaranteed = new Set(
    history.items.filter((_, at) => at % (options.guaranteedEvery ?? 5) === 0).map(({ sku }) => sku),
  )
  say(`Asking for a guarantee on ${guaranteed.size} of ${history.items.length} items…`)
  await guarantee(world, guaranteed)

  const over = new AbortController()
  const signal = AbortSignal.any([over.signal, options.signal])
  const opening = new Map(history.items.map(({ sku, opening }) => [sku, opening]))
  const book: ClerkBook = { changes: [], received: new Map(opening) }
  const leases = new LeaseWatch()
  const weather = new Weather(world, leases, say)
  const work = [
    replayShoppers({
      history,
      shops: world.platforms.map(({ control }) => control),
      ordersPerSecond: options.ordersPerSecond,
      refundedShare: 0.03,
      clock: systemClock,
      random: streams('shoppers'),
      signal,
    }),
    workAsClerk(
      {
        hubUrl: () => world.deskUrl,
        skus: history.items.map(({ sku }) => sku),
        // What the world takes away breaks a guarantee by right; what is guaranteed here must hold without that excuse.
        mayBreak: (sku) => !guaranteed.has(sku),
        timeoutMs: 5_000,
        locationCode: LOCATION.code,
        everyMs: CLERK_MS,
        clock: systemClock,
        random: streams('clerk'),
        uuid: createUuids(`storm ${seed} clerk`, () => Date.now()),
        signal,
      },
      book,
    ),
    watchLeases(world, weather, leases, signal),
  ]
  const troubles = drawTroubles({
    durationMs,
    hubs: fleet.hubs.length,
    platforms: world.platforms.length,
    links: [...world.links.keys()],
    random: createRandom(`storm ${seed} troubles`).next,
    ...(options.kinds !== undefined && { kinds: options.kinds }),
    ...(options.meanGapMs !== undefined && { meanGapMs: options.meanGapMs }),
  })
  say(`A storm of ${options.minutes} minutes: ${JSON.stringify(countKinds(troubles))}`)
  const stormy = weather.blow(troubles, signal)
  await systemTiming.sleep(durationMs, options.signal)
  over.abort()
  await stormy
  say('The storm is over. Waiting until every number is what the books say…')
  const calmMs = performance.now()
  await weather.calm()
  await Promise.all(work)
  const brand: Brand = { organizationId: world.organizationId, opening, stock: book.changes, guaranteed }
  const { judged, isSettled } = await settle(world, brand, calmMs, options)
  const settledMs = Math.round(performance.now() - calmMs)
  server.thaw()
  return toResult(options, { judged, isSettled, settledMs, weather, leases, world, digest })
}

/** Sets the protection over the API and waits until the hub says that it holds, before anybody buys. */
async function guarantee(world: StormWorld, skus: ReadonlySet<string>): Promise<void> {
  // Said, since protection is automatic where nothing is: the rest shows all that is available.
  await protect(world, { mode: 'open' })
  for (const item of skus) await protect(world, { item, mode: 'guaranteed' })
  // A write whose outcome is unknown may act for as long as its platform declares: two minutes on WooCommerce.
  const deadlineMs = performance.now() + 300_000
  for (;;) {
    const { rows } = await world.server.ask((client) =>
      client.query<{ state: string; obstacles: string[] }>(
        `select state, obstacles from item_protection where organization_id = $1 and state <> 'guaranteed'`,
        [world.organizationId],
      ),
    )
    if (rows.length === 0) return
    if (performance.now() > deadlineMs)
      throw new Error(`not guaranteed in time: ${JSON.stringify(rows.slice(0, 3))}`)
    await systemTiming.sleep(200)
  }
}

async function protect({ deskUrl }: StormWorld, change: { item?: string; mode: string }): Promise<void> {
  const answer = await fetch(`${deskUrl}/api/v1/protections`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(change),
  })
  const text = await answer.text()
  if (answer.status !== 200) throw new Error(`protecting ${change.item ?? 'all'}: ${text}`)
}

/**
 * Three looks in a row at which all is right: a write on its way must not be mistaken for peace. What is guaranteed is
 * dealt anew as demand fades, also when nobody buys any more: such a level counts once it has been out of step for long.
 */
async function settle(
  world: StormWorld,
  brand: Brand,
  calmMs: number,
  { settleMsMax, say, signal }: StormOptions,
): Promise<{ judged: Judged; isSettled: boolean }> {
  const since = new Map<string, number>()
  let told = ''
  for (let calm = 0; ; ) {
    const seen = await judgeNow(world, brand)
    const judged = { ...seen, outOfStep: withoutDealt(seen.outOfStep, since, performance.now()) }
    const { lost, doubled, behind, outOfStep, broken, waiting } = judged
    const counts = { lost, doubled, behind, outOfStep, broken }
    const isRight = waiting === 0 && Object.values(counts).every(({ length }) => length === 0)
    calm = isRight ? calm + 1 : 0
    const line = Object.entries(counts)
      .map(([name, { length }]) => `${name} ${length}`)
      .join(', ')
    if (line !== told)
      say(`  ${((performance.now() - calmMs) / 1_000).toFixed(1)} s  ${line}, waiting ${waiting}`)
    told = line
    if (calm === 3) return { judged, isSettled: true }
    if (performance.now() - calmMs > settleMsMax || signal.aborted) return { judged, isSettled: false }
    await systemTiming.sleep(400)
  }
}

/** @param since of each level that is out of step, when it was first seen so */
function withoutDealt(
  outOfStep: readonly OutOfStep[],
  since: Map<string, number>,
  nowMs: number,
): OutOfStep[] {
  const now = new Set(outOfStep.map(({ level }) => level))
  for (const level of [...since.keys()]) if (!now.has(level)) since.delete(level)
  for (const level of now) if (!since.has(level)) since.set(level, nowMs)
  return outOfStep.filter(({ level, isDealt }) => !isDealt || nowMs - (since.get(level) ?? nowMs) > DEALT_MS)
}

async function judgeNow(world: StormWorld, brand: Brand): Promise<Judged> {
  const books = await Promise.all(
    world.platforms.map(async ({ connectionId, name, control }): Promise<PlatformBooks> => {
      const [state, orders, writes] = await Promise.all([control.state(), control.orders(), control.writes()])
      return { connectionId, name, state, orders, writes, steps: control.steps }
    }),
  )
  return await world.server.ask((client: pg.Client) => judgeStorm(client, brand, books))
}

type Ended = {
  judged: Judged
  isSettled: boolean
  settledMs: number
  weather: Weather
  leases: LeaseWatch
  world: StormWorld
  digest: LogDigest
}

function toResult(
  { seed, minutes }: StormOptions,
  { judged, isSettled, settledMs, weather, leases, world, digest }: Ended,
): StormResult {
  const { lost, doubled, behind, broken, parked } = judged
  const outOfStep = judged.outOfStep.map(({ text }) => text)
  const { counts } = weather
  const { fleet } = world
  const named = Object.entries({ lost, doubled, behind, outOfStep, broken, parked }).filter(
    ([, { length }]) => length > 0,
  )
  return {
    seed,
    minutes,
    ordersPlaced: judged.ordersPlaced,
    ordersApplied: judged.ordersApplied,
    lost: lost.length,
    doubled: doubled.length,
    kills: (counts['hub-kill'] ?? 0) + (counts['server-kill'] ?? 0) + (counts['backend-kill'] ?? 0),
    converged: isSettled,
    conservation: broken.length === 0,
    settledMs,
    parked: parked.length,
    drift: outOfStep.length,
    oversold: judged.oversold,
    guaranteed: {
      items: judged.guaranteed.items,
      oversoldUnits: judged.guaranteed.oversold.length,
      oversold: judged.guaranteed.oversold.slice(0, NAMED_MAX),
    },
    troubles: { ...counts },
    processes: {
      starts: fleet.starts,
      failedStarts: fleet.failedStarts.length,
      unclearStarts: fleet.unclearStarts.slice(0, NAMED_MAX),
      stops: fleet.stops.length,
      hungStops: fleet.stops
        .filter(({ code }) => code !== 0)
        .map(({ hub, ms, code }) => `hub ${hub} ended with ${code} after ${ms} ms`),
    },
    moves: leases.moves,
    errors: digest.errors(),
    wrong: Object.fromEntries(named.map(([name, found]) => [name, found.slice(0, NAMED_MAX)])),
  }
}

/** What the exit code says. */
export function isGood(result: StormResult): boolean {
  const { lost, doubled, converged, conservation, guaranteed } = result
  return lost === 0 && doubled === 0 && converged && conservation && guaranteed.oversoldUnits === 0
}
