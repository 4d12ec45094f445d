import { latestOf } from '../invariants/books.ts'
import type { Act, Day, Fault, Plan } from '../plan/plan.ts'
import type { Order, Platform } from '../platforms/platform.ts'
import type { Warehouse } from '../warehouses/warehouse.ts'
import type { HubProcess } from './hub-process.ts'
import type { People } from './people.ts'
import type { Postman } from './postman.ts'
import type { Scheduler } from './scheduler.ts'
import type { Trace } from './trace.ts'

type World = {
  plan: Plan
  scheduler: Scheduler
  trace: Trace
  processes: readonly HubProcess[]
  platforms: ReadonlyMap<string, Platform>
  warehouses: ReadonlyMap<string, Warehouse>
  people: People
  postman: Postman
}

/** Brings about what the plan says: shoppers and people act, processes die and freeze, credentials expire. */
export class Calendar {
  readonly #world: World
  #startMs = 0
  #faults: readonly Fault[] = []
  #actsLeft = 0
  /** When processes were held up in the middle of a write. */
  readonly #held: { process: string; from: number; forMs: number }[] = []

  constructor(world: World) {
    this.#world = world
  }

  /** The first day: what is in shadow goes live on it. */
  begin(): void {
    const { plan } = this.#world
    this.beginDay(plan)
    for (const { name, shadowMs } of plan.platforms) {
      if (shadowMs === undefined) continue
      this.#later(shadowMs, 'go live', () => this.#world.people.stops.goLive(this.#platform(name)))
    }
  }

  beginDay({ acts, faults }: Day): void {
    this.#startMs = this.#world.scheduler.now
    this.#faults = faults
    for (const act of acts) {
      this.#later(act.at, `${act.kind}`, () => this.#act(act))
    }
    for (const fault of faults) this.#planFault(fault)
  }

  /** Everybody has done what they were going to. */
  get isOver(): boolean {
    return this.#actsLeft === 0 && this.#world.people.waiting === 0
  }

  /** The storm is over: what is down comes up. */
  calm(): void {
    for (const process of this.#world.processes) {
      process.onNextWrite = undefined
      if (process.life !== undefined) process.life.cut = undefined
      process.thaw()
      process.start()
      process.listenAgain()
    }
    // What webhooks have not told of counts is told once more.
    for (const warehouse of this.#world.warehouses.values()) warehouse.count()
  }

  /** For how long something a process does now may have been held up by a fault. */
  heldUpMs(name: string): number {
    const elapsed = this.#world.scheduler.now - this.#startMs
    const held = this.#held
      .filter((each) => each.process === name)
      .filter(({ from, forMs }) => from <= elapsed && elapsed <= from + forMs + 5_000)
    const lengths = this.#faults.flatMap((fault) => {
      if (!('process' in fault) || fault.process !== name) return []
      if (fault.kind === 'freeze')
        return fault.at <= elapsed && elapsed <= fault.at + fault.forMs + 5_000 ? [fault.forMs] : []
      if (fault.kind !== 'database-slow' && fault.kind !== 'database-away') return []
      const length = fault.kind === 'database-slow' ? 4 * fault.latencyMaxMs : fault.to - fault.from
      return fault.from <= elapsed && elapsed <= fault.to + 5_000 ? [length] : []
    })
    return [...lengths, ...held.map(({ forMs }) => forMs)].reduce((sum, ms) => sum + ms, 0)
  }

  #later(ms: number, what: string, run: () => void): void {
    this.#actsLeft += 1
    this.#world.scheduler.after(ms, {
      what,
      run: () => {
        this.#actsLeft -= 1
        run()
      },
    })
  }

  #act(act: Act): void {
    switch (act.kind) {
      case 'sell':
        this.#sell(act)
        return
      case 'stock':
        this.#world.people.stock(act.sku, act.units)
        return
      case 'deliver':
        this.#world.warehouses.get(act.warehouse)?.deliver(act.sku, act.units)
        return
      case 'reserve':
        this.#world.people.reserve(act.sku, act.units)
        return
      case 'edit':
        this.#platform(act.platform).edit(act.listing, act.quantity ?? undefined)
        return
      case 'policy':
        this.#world.people.setPolicy(act.policy)
        return
      case 'pause': {
        const platform = this.#platform(act.platform)
        this.#world.people.stops.pause(platform)
        this.#later(act.forMs, 'go on', () => this.#world.people.stops.goOn(platform))
        return
      }
      case 'halt':
        this.#world.people.stops.halt()
        this.#later(act.forMs, 'go on', () => this.#world.people.stops.lift())
        return
      case 'mistake':
        this.#mistake(act)
        return
      case 'forge':
        this.#world.postman.forge(this.#platform(act.platform), act.listing, act.units)
        return
      default: {
        const never: never = act
        throw new Error(`unknown act ${String(never)}`)
      }
    }
  }

  #mistake(act: Extract<Act, { kind: 'mistake' }>): void {
    const mistake = { how: act.how, at: Math.floor(this.#world.scheduler.now) }
    if (act.how === 'zeros') {
      this.#platform(act.platform).mistake = mistake
      this.#world.people.setPolicy({ platform: act.platform, listing: undefined, paused: true })
      return
    }
    for (const platform of this.#world.platforms.values()) platform.mistake = mistake
    for (const sku of act.skus) this.#world.people.stock(sku, act.units)
  }

  #sell(act: Extract<Act, { kind: 'sell' }>): void {
    const platform = this.#platform(act.platform)
    const order = platform.sell(act.listing, act.units, { evenIfNone: act.evenIfNone })
    if (order === undefined) return
    const payMs = latestOf(order).state === 'pending' ? act.payAfterMs : 0
    if (payMs > 0) this.#later(payMs, 'a shopper pays', () => platform.pay(order))
    this.#follow(act, platform, order, payMs)
  }

  #follow(act: Extract<Act, { kind: 'sell' }>, platform: Platform, order: Order, payMs: number): void {
    const then = (ms: number, what: string, run: () => void) =>
      this.#later(payMs + act.afterwardsMs + ms, what, run)
    switch (act.afterwards) {
      case 'wait':
        return
      case 'ship':
        then(0, 'a parcel leaves', () => platform.ship(order))
        return
      case 'cancel':
        then(0, 'a shopper cancels', () => platform.cancel(order))
        return
      case 'ship-one-and-cancel':
        then(0, 'one parcel leaves', () => platform.shipOne(order))
        then(Math.min(900, act.afterwardsMs), 'the rest is cancelled', () => platform.cancel(order))
        return
      case 'refund-one-and-cancel':
        then(0, 'one unit is refunded', () => platform.refundOne(order))
        then(Math.min(700, act.afterwardsMs), 'the rest is cancelled', () => platform.cancel(order))
        return
      case 'ship-and-return-one':
        then(0, 'a parcel leaves', () => platform.ship(order))
        then(1_300, 'one unit comes back', () => platform.giveBackOne(order))
        return
      default: {
        const never: never = act.afterwards
        throw new Error(`unknown ${String(never)}`)
      }
    }
  }

  #planFault(fault: Fault): void {
    const { scheduler, trace } = this.#world
    const during = (ms: number, run: () => void) => scheduler.after(ms, { what: fault.kind, run })
    switch (fault.kind) {
      case 'crash':
        during(fault.at, () => this.#process(fault.process).crash())
        during(fault.at + fault.downMs, () => this.#process(fault.process).start())
        return
      case 'crash-in-transaction': {
        const { statements } = fault
        during(fault.at, () => {
          const { life } = this.#process(fault.process)
          if (life !== undefined) life.cut = { statements, onCommit: 'before', isCrash: true }
        })
        during(fault.at + fault.downMs, () => this.#process(fault.process).start())
        return
      }
      case 'database-cut': {
        const { statements, about, asHolder, onCommit } = fault
        during(fault.at, () => {
          const { life } = this.#process(fault.process)
          if (life !== undefined) life.cut = { statements, about, asHolder, onCommit, isCrash: false }
        })
        return
      }
      case 'gone-while-writing': {
        const { how, forMs } = fault
        during(fault.at, () => {
          const process = this.#process(fault.process)
          process.onNextWrite = () => {
            process.onNextWrite = undefined
            this.#held.push({ process: fault.process, from: scheduler.now - this.#startMs, forMs })
            during(0, () => (how === 'crash' ? process.crash() : process.freeze()))
            during(forMs, () => (how === 'crash' ? process.start() : process.thaw()))
          }
        })
        return
      }
      case 'freeze':
        during(fault.at, () => this.#process(fault.process).freeze())
        during(fault.at + fault.forMs, () => this.#process(fault.process).thaw())
        return
      case 'database-away':
        during(fault.from, () => trace.tell(fault.process, 'cannot reach the database'))
        during(fault.to, () => {
          trace.tell(fault.process, 'reaches the database again')
          this.#process(fault.process).listenAgain()
        })
        return
      case 'credentials':
        during(fault.at, () => {
          const platform = this.#platform(fault.platform)
          platform.key = `${platform.key}+`
          trace.tell(platform.name, 'no longer takes the credentials')
        })
        return
      default:
        if (!('from' in fault)) return
        during(fault.from, () => trace.tell('weather', `${wordsOf(fault)} begins`))
        during(fault.to, () => trace.tell('weather', `${wordsOf(fault)} ends`))
    }
  }

  #process(name: string): HubProcess {
    const process = this.#world.processes.find((each) => each.name === name)
    if (process === undefined) throw new Error(`there is no process ${name}`)
    return process
  }

  #platform(name: string): Platform {
    const platform = this.#world.platforms.get(name)
    if (platform === undefined) throw new Error(`there is no platform ${name}`)
    return platform
  }
}

function wordsOf(fault: Fault): string {
  const { kind, from: _from, to: _to, ...others } = fault as Fault & { from: number; to: number }
  const rest = Object.entries(others).map(([name, value]) =>
    typeof value === 'number' ? `${name} ${Math.round(value * 100) / 100}` : value,
  )
  return `${kind} (${rest.join(', ')})`
}
