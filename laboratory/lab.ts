import { changeGuard, changeProtection } from '@plimsoll/sync'
import pg from 'pg'
import type { AcknowledgedWebhook, Books, StartedCall, Violation } from './invariants/books.ts'
import { Checker } from './invariants/checker.ts'
import { isMistaken, SUDDEN_MIN } from './plan/draw-policies.ts'
import { type Day, type Plan, stepsMaxOf } from './plan/plan.ts'
import type { Feeds } from './platforms/connector.ts'
import { PLATFORM_KINDS } from './platforms/kinds.ts'
import { Platform } from './platforms/platform.ts'
import type { RunResult } from './running/run-result.ts'
import { showWhatLiesAt } from './warehouses/connect.ts'
import { Calendar } from './world/calendar.ts'
import { createFeeds } from './world/feeds.ts'
import { Floors } from './world/floors.ts'
import { HubProcess, type Surroundings } from './world/hub-process.ts'
import { passNight } from './world/night.ts'
import { People } from './world/people.ts'
import { Postman } from './world/postman.ts'
import { createUuids } from './world/random.ts'
import { Scheduler, untilQuiet } from './world/scheduler.ts'
import type { LabServer } from './world/server.ts'
import { SetPolicies } from './world/set-policies.ts'
import { openSharedConnection } from './world/shared-connection.ts'
import { connectPlatform, letGoLive, signUp } from './world/sign-up.ts'
import { Trace } from './world/trace.ts'
import { SIMULATED, Weather } from './world/weather.ts'

const START_MS = Date.UTC(2026, 2, 2, 9)
/** Nothing that the hub waits for takes longer: the latest effect, the life of a ticket, a deep read, all in turn. */
const CALM_MS_MAX = 150_000
/** So often it is asked whether all has converged, once the world is calm. */
const ASK_MS = 1_000
/** Longer than the hub leaves between two looks at a number. */
const STAYS_MS = 2_500

/** Plays one plan to its end, or to the first broken invariant. */
export async function runPlan(
  plan: Plan,
  server: Pick<LabServer, 'clone'>,
  options: { marks?: boolean } = {},
): Promise<RunResult> {
  const database = await server.clone()
  const lab = await Lab.open(plan, database.url, options.marks ?? false)
  try {
    await lab.play()
  } finally {
    await lab.close()
    await database.drop()
  }
  return lab.result()
}

class Lab {
  readonly #plan: Plan
  readonly #scheduler: Scheduler
  readonly #trace: Trace
  readonly #platforms = new Map<string, Platform>()
  readonly #floors: Floors
  readonly #processes: HubProcess[]
  readonly #world: Surroundings
  readonly #postman: Postman
  readonly #people: People
  readonly #calendar: Calendar
  readonly #books: Books
  readonly #checker: Checker
  readonly #policies: SetPolicies
  readonly #reader: pg.Client
  readonly #stocked = new Map<string, number>()
  readonly #underWay = new Set<Books['underWay'][number]>()
  #calls: StartedCall[] = []
  #violation: Violation | undefined
  #isSettled = false
  /** Faults and acts count from here; undefined while the brand is being set up. */
  #stormFrom: number | undefined
  readonly #close: () => Promise<void>

  static async open(plan: Plan, url: string, marks: boolean): Promise<Lab> {
    // What is asked together travels together: a run waits for the server most of its time.
    const reader = new pg.Client({ connectionString: url, pipeline: true })
    await reader.connect()
    const scheduler = new Scheduler(plan.seed, START_MS)
    const trace = new Trace(() => scheduler.now - START_MS, { marks })
    const shared = await openSharedConnection(url, trace)
    const close = async () => {
      await shared.close()
      await reader.end()
    }
    return new Lab(plan, { reader, scheduler, trace, shared, close })
  }

  private constructor(
    plan: Plan,
    parts: { reader: pg.Client; close(): Promise<void> } & Pick<
      Surroundings,
      'scheduler' | 'trace' | 'shared'
    >,
  ) {
    const { reader, scheduler, trace } = parts
    const { seed } = plan
    this.#plan = plan
    this.#scheduler = scheduler
    this.#trace = trace
    this.#close = parts.close
    this.#reader = reader
    this.#policies = new SetPolicies(this.#platforms)
    const now = () => Math.floor(scheduler.now)
    const weather = new Weather(plan.faults, seed, () =>
      this.#stormFrom === undefined ? -1 : scheduler.now - this.#stormFrom,
    )
    const feeds = new Map<string, Feeds>()
    for (const planned of plan.platforms) {
      const { name, kind, clockMs = 0, neverFalls = false } = planned
      const platform: Platform = new Platform({
        name,
        kind: PLATFORM_KINDS[kind],
        clockMs,
        shipsByHub: plan.warehouses.length > 0,
        neverFalls,
        now,
        tell: (text) => trace.tell(name, text),
        onOrder: (order) => this.#postman.tellOfOrder(platform, order),
        onLevel: (level) => this.#postman.tellOfLevel(platform, level),
      })
      for (const { quantity, ...listing } of planned.listings) platform.list(listing, quantity ?? undefined)
      this.#platforms.set(name, platform)
      feeds.set(name, createFeeds(platform, seed, scheduler))
    }
    this.#floors = new Floors(plan, { scheduler, trace, postman: () => this.#postman })
    this.#world = {
      seed,
      organizationId: createUuids(`${seed}/organization`, now)(),
      scheduler,
      shared: parts.shared,
      trace,
      weather,
      listeners: new Set(),
      platforms: this.#platforms,
      feeds,
      others: (callOf) => this.#floors.connectors(callOf),
      onCall: ({ life, holder, platform, operation, writes, told }) => {
        this.#calls.push({ process: life.process, holder, platform, operation, writes, told })
        const request = { holder, platform, writes }
        if (writes.length > 0) this.#underWay.add(request)
        return { arrived: () => void this.#underWay.delete(request) }
      },
      onError: (life, message, error) => this.#judgeError(life.process, message, error),
    }
    this.#processes = plan.processes.map(({ name, skewMs }) => new HubProcess(this.#world, name, skewMs))
    const processes = this.#processes
    this.#postman = new Postman({ seed, scheduler, trace, weather, processes })
    const { organizationId } = this.#world
    this.#people = new People({
      seed,
      organizationId,
      scheduler,
      trace,
      processes,
      platforms: this.#platforms,
      reader,
      stocked: this.#stocked,
      policies: this.#policies,
    })
    this.#calendar = new Calendar({
      plan,
      scheduler,
      trace,
      processes,
      platforms: this.#platforms,
      warehouses: this.#floors.warehouses,
      people: this.#people,
      postman: this.#postman,
    })
    const policies = this.#policies
    const underWay = this.#underWay
    const stocked = () => this.#floors.stockedWith(this.#stocked)
    this.#books = {
      organizationId,
      get stocked() {
        return stocked()
      },
      platforms: [...this.#platforms.values()],
      warehouses: this.#floors.all,
      kits: new Map(plan.kits.map(({ sku, parts }) => [sku, parts])),
      get policies() {
        return policies.books
      },
      suddenMin: isMistaken(plan) ? SUDDEN_MIN : undefined,
      now,
      clockErrorMs: 2 * Math.max(0, ...plan.processes.map(({ skewMs }) => Math.abs(skewMs))) + 5,
      isProtected: plan.protection.mode !== 'open',
      get underWay() {
        return [...underWay]
      },
    }
    this.#checker = new Checker(reader, this.#books, {
      heldUpMs: (process) => this.#calendar.heldUpMs(process),
    })
  }

  async play(): Promise<void> {
    await this.#setUp()
    await this.#playDay(this.#plan, () => this.#calendar.begin())
    for (const day of this.#plan.laterDays ?? []) {
      if (this.#violation !== undefined) return
      await passNight({ scheduler: this.#scheduler, processes: this.#processes }, (is) => this.#stepUntil(is))
      this.#isSettled = false
      this.#trace.tell('weather', 'another day begins')
      this.#world.weather.turn(day.faults)
      await this.#playDay(day, () => this.#calendar.beginDay(day))
    }
  }

  async #playDay({ stormMs }: Day, begin: () => void): Promise<void> {
    if (this.#violation !== undefined) return
    this.#stormFrom = this.#scheduler.now
    begin()
    await this.#stepUntil(() => this.#elapsed() >= stormMs)
    if (this.#violation !== undefined) return
    this.#trace.tell('weather', 'turns calm')
    this.#calendar.calm()
    await this.#converge()
  }

  result(): RunResult {
    const { marks, lines, steps, statements, calls } = this.#trace
    return {
      plan: this.#plan,
      violation: this.#violation,
      digest: this.#trace.digest(),
      marks,
      story: lines,
      startMs: START_MS,
      simulatedMs: this.#scheduler.now - START_MS,
      steps,
      statements,
      calls,
    }
  }

  async close(): Promise<void> {
    for (const { life } of this.#processes) life?.die()
    await this.#close()
  }

  #elapsed(): number {
    return this.#scheduler.now - (this.#stormFrom ?? this.#scheduler.now)
  }

  /** One happening, everything that follows from it at once, and what the invariants say to that. */
  async #step(): Promise<void> {
    const happening = this.#scheduler.next()
    if (happening === undefined) throw new Error('Nothing will ever happen again.')
    this.#trace.note('step', happening.what)
    await happening.run()
    await untilQuiet()
    const process = this.#processes.find(({ life }) => life !== undefined && life === happening.owner)
    await this.#judge(process, this.#postman.takeAcknowledged())
    this.#trace.endStep()
    if (this.#trace.steps > stepsMaxOf(this.#plan))
      this.#break({ invariant: 'progress', text: 'the run does not end' })
  }

  async #judge(process: HubProcess | undefined, acknowledged: readonly AcknowledgedWebhook[]): Promise<void> {
    const calls = this.#calls.splice(0)
    const [needless] = this.#isSettled ? calls.filter(({ writes }) => writes.length > 0) : []
    if (needless !== undefined) {
      const text = `${needless.process} writes to ${needless.platform}, though all had converged`
      this.#break({ invariant: 'I6', text })
    }
    const [violation] = await this.#checker.afterStep({
      touched: this.#world.shared.takeTouched(),
      process: process?.name,
      holder: process?.holder,
      calls,
      acknowledged,
    })
    if (violation !== undefined) this.#break(violation)
  }

  #break(violation: Violation): void {
    if (this.#violation !== undefined) return
    this.#violation = violation
    this.#trace.tell('BROKEN', `${violation.invariant}: ${violation.text}`)
  }

  async #stepUntil(isReached: () => boolean): Promise<void> {
    while (!isReached() && this.#violation === undefined) {
      await this.#people.look()
      await this.#step()
    }
  }

  /** Steps until something that a process does has been done. */
  async #stepThrough<T>(work: Promise<T>): Promise<T> {
    let isDone = false
    const done = work.finally(() => {
      isDone = true
    })
    done.catch(() => undefined) // thrown below, once it is reached
    await untilQuiet()
    while (!isDone) await this.#step()
    return await done
  }

  /** The brand signs up: items, stock, connections; what a person does once, in fine weather. */
  async #setUp(): Promise<void> {
    const { shared, organizationId } = this.#world
    await shared.belongTo(organizationId)
    const insert = `insert into organization (organization_id, name, created_at) values ($1, 'Laboratory', $2)`
    await shared.query('laboratory', insert, [organizationId, new Date(START_MS)])
    const desk = new HubProcess(this.#world, 'desk', 0)
    desk.start({ worker: false })
    const { context, life } = desk
    if (context === undefined) throw new Error('The desk has just been started.')
    await this.#stepThrough(signUp(context, this.#plan))
    const { mode, settleMs } = this.#plan.protection
    if (mode === 'open') await this.#stepThrough(changeProtection(context, {}, { mode }))
    const { suddenMin } = this.#books
    const guard = { zeroMinimum: suddenMin, raiseMinimum: suddenMin }
    if (suddenMin !== undefined) await this.#stepThrough(changeGuard(context, undefined, guard, 'people'))
    for (const { sku, units } of this.#plan.items) this.#stocked.set(sku, units)
    for (const process of this.#processes) process.start()
    await this.#stepThrough(this.#floors.connect(context))
    const places = this.#floors.locationCodes
    for (const platform of this.#platforms.values()) {
      await this.#stepThrough(connectPlatform(context, platform, this.#plan))
      if (places.length > 0) await this.#stepThrough(showWhatLiesAt(context, platform.connectionId, places))
      platform.isLive = false
      platform.stoppedSince = this.#scheduler.now
    }
    await this.#policies.learn(this.#reader, this.#world.organizationId)
    for (const policy of this.#plan.policies) await this.#stepThrough(this.#policies.set(context, policy))
    for (const { name, shadowMs } of this.#plan.platforms) {
      const platform = this.#platforms.get(name)
      if (platform === undefined || shadowMs !== undefined) continue
      platform.isLive = true
      platform.stoppedSince = undefined
      await this.#stepThrough(letGoLive(context, platform))
    }
    if (mode !== 'open') await this.#stepThrough(changeProtection(context, {}, { mode }))
    if (places.length > 0) await this.#untilCounted()
    const until = this.#scheduler.now + settleMs
    if (mode !== 'open') await this.#stepUntil(() => this.#scheduler.now >= until)
    life?.die()
  }

  /** Until the hub has counted what lies at the warehouses. */
  async #untilCounted(): Promise<void> {
    const until = this.#scheduler.now + CALM_MS_MAX
    for (;;) {
      const uncounted = await this.#checker.uncounted()
      if (this.#violation !== undefined || uncounted.length === 0) return
      if (this.#scheduler.now > until) return this.#break({ invariant: 'I6', text: uncounted.join('; ') })
      const next = this.#scheduler.now + ASK_MS
      await this.#stepUntil(() => this.#scheduler.now >= next)
    }
  }

  /** I6: in a calm world everything comes to be as it should, and then stays so. */
  async #converge(): Promise<void> {
    const calmFrom = this.#scheduler.now
    let differences: string[] = ['not asked yet']
    while (this.#violation === undefined) {
      const askAt = this.#scheduler.now + ASK_MS
      await this.#stepUntil(() => this.#scheduler.now >= askAt)
      if (this.#violation !== undefined) return
      differences = this.#calendar.isOver
        ? await this.#checker.differences(new Date(this.#scheduler.now))
        : ['people are not done yet']
      if (differences.length === 0 && !(await this.#checker.isDemandMeasured()))
        differences = ['what sold last is to be measured']
      if (differences.length === 0) {
        if (await this.#staysSo()) return
        differences = ['it comes to no rest']
      }
      if (this.#scheduler.now - calmFrom > CALM_MS_MAX) {
        this.#break({ invariant: 'I6', text: `it does not converge: ${differences.join('; ')}` })
      }
    }
  }

  /** What has converged is left alone: a round of everything later nothing has been written, and nothing differs. */
  async #staysSo(): Promise<boolean> {
    const until = this.#scheduler.now + STAYS_MS
    this.#isSettled = true
    await this.#stepUntil(() => this.#scheduler.now >= until)
    if (this.#violation !== undefined) return false
    const differences = await this.#checker.differences(new Date(this.#scheduler.now))
    if (differences.length > 0)
      this.#break({ invariant: 'I6', text: `it had converged, and then: ${differences.join('; ')}` })
    return true
  }

  /** What the hub itself calls an error is one, unless the laboratory has made it. */
  #judgeError(process: string, message: string, error: unknown): void {
    const text = error instanceof Error ? error.message : String(error)
    if (!SIMULATED.test(text))
      this.#break({ invariant: 'no surprise', text: `${process}: ${message}: ${text}` })
  }
}
