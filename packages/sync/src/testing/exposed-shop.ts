import fc from 'fast-check'
import {
  afterApplied,
  afterFence,
  afterOrders,
  afterReading,
  afterUncertain,
  type Exposure,
  exposureOf,
  UNBOUNDED,
  type WriteEffect,
} from '../load-line/exposure.ts'

const at = (ms: number) => new Date(ms)

/** What happens at a shop and on the way between it and the hub, one thing after the other. */
export type Act =
  | { kind: 'plan' | 'zero' | 'sell'; units: number }
  | { kind: 'act' | 'answer' | 'close' | 'cancel' | 'see' | 'see-stale'; pick: number }
  | { kind: 'look' | 'adopt' | 'read-orders' | 'see-all' | 'edit-down' | 'uncounted' | 'counted-again' }

export const anyAct: fc.Arbitrary<Act> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('plan' as const, 'sell' as const),
    units: fc.integer({ min: 1, max: 6 }),
  }),
  fc.record({ kind: fc.constant('sell' as const), units: fc.integer({ min: 1, max: 9 }) }),
  fc.record({ kind: fc.constant('zero' as const), units: fc.constant(0) }),
  fc.record({
    kind: fc.constantFrom(
      'act' as const,
      'act' as const,
      'answer' as const,
      'answer' as const,
      'close' as const,
      'cancel' as const,
      'see' as const,
      'see-stale' as const,
    ),
    pick: fc.nat(9),
  }),
  fc.record({
    kind: fc.constantFrom(
      'look' as const,
      'adopt' as const,
      'adopt' as const,
      'read-orders' as const,
      'see-all' as const,
      'edit-down' as const,
      'uncounted' as const,
      'counted-again' as const,
    ),
  }),
)

/** Two writes on the way at once, which act and are answered in any order. */
const anyRace: fc.Arbitrary<Act[]> = fc
  .record({
    units: fc.array(fc.nat(9), { minLength: 2, maxLength: 2 }),
    picks: fc.array(fc.nat(1), { minLength: 4, maxLength: 4 }),
  })
  .map(({ units, picks }) => [
    ...units.map((each): Act => ({ kind: each === 0 ? 'zero' : 'plan', units: each })),
    ...picks.map((pick, nth): Act => ({ kind: nth < 2 ? 'act' : 'answer', pick })),
  ])

/** Acts at a shop of which the hub knows the quantity at first, or does not. */
export const anyActs: fc.Arbitrary<Act[]> = fc
  .tuple(
    fc.boolean(),
    fc.array(
      fc.oneof({ arbitrary: anyAct.map((act) => [act]), weight: 12 }, { arbitrary: anyRace, weight: 1 }),
      { minLength: 1, maxLength: 40, size: '+1' },
    ),
  )
  .map(([isKnown, acts]) => (isKnown ? [{ kind: 'look' }, { kind: 'adopt' }, ...acts.flat()] : acts.flat()))

/** What the hub learns, one after the other; the `at` of each is when it is recorded. */
export type ExposedFact = { at: Date } & (
  | {
      kind: 'sent'
      writeId: string
      quantity: number
      expected: number | undefined
      isOverlapping: boolean
    }
  /** Its outcome is final, whatever it was. */
  | { kind: 'settled'; writeId: string }
  | {
      kind: 'applied' | 'uncertain'
      writeId: string
      expected: number | undefined
      quantity: number
      givenBackBefore: number
    }
  | {
      kind: 'read'
      quantity: number
      givenBackBefore: number
      boundBefore: number | undefined
      isFenced: boolean
    }
  | { kind: 'orders'; moved: { sold: number; givenBack: number; notBefore: Date | undefined } }
  | { kind: 'fence' }
  /** It is said not to count, or (after that) to count again. */
  | { kind: 'uncounted' | 'counted-again' }
)

type ModelOrder = {
  units: number
  placedAt: number
  /** What it takes off the shop's number now, and as the hub knows it; undefined: the hub does not know it. */
  takes: number
  known: number | undefined
}

type ModelWrite = {
  writeId: string
  quantity: number
  expected: number | undefined
  subtracted: number
  givenBack: number
  /** Another was under way when it was sent. */
  isOverlapping: boolean
  state: 'sent' | 'applied' | 'conflict'
}

/** A shop and a hub that keeps its exposure by the rules; every act a millisecond after the other. */
export class ExposedShop {
  readonly effect: WriteEffect
  readonly #uuid: () => string
  #facts: ExposedFact[] = []
  quantity = 9
  now = 0
  exposure: Exposure = UNBOUNDED
  orders: ModelOrder[] = []
  underWay: ModelWrite[] = []
  /** All that were ever sent, in order. */
  readonly sent: ModelWrite[] = []
  /** What the hub believes that the shop shows, as `expectedOf` has it. */
  acknowledged: number | undefined
  acknowledgedSubtracted = 0
  isCounted = true
  subtracted = 0
  givenBack = 0
  looked:
    | { quantity: number; givenBack: number; subtracted: number; bound: number | undefined; at: number }
    | undefined

  constructor(effect: WriteEffect, uuid: () => string = () => '') {
    this.effect = effect
    this.#uuid = uuid
  }

  get bound(): number | undefined {
    return exposureOf(this.exposure, this.mayAct, this.effect)
  }

  /** The same with one write more. */
  boundWith(quantity: number): number | undefined {
    const sent = { quantity, givenBack: 0, expected: this.expected }
    return exposureOf(this.exposure, [...this.mayAct, sent], this.effect)
  }

  /** What writes without a final outcome may set. */
  get mayAct() {
    return this.underWay.map((write) => ({ ...this.#shownBy(write), expected: write.expected }))
  }

  /** What it should show, by the orders that the hub knows. */
  get expected(): number | undefined {
    return this.acknowledged === undefined
      ? undefined
      : this.acknowledged - (this.subtracted - this.acknowledgedSubtracted)
  }

  get hasUnseenReturn(): boolean {
    return this.orders.some(({ takes, known = takes }) => takes < known)
  }

  /** What it could still sell, and has sold, without the hub having anything reserved for it. */
  get atLarge(): number {
    return this.orders.reduce((sum, order) => sum + order.takes - (order.known ?? 0), this.quantity)
  }

  /** @returns what the hub learned by it */
  do(act: Act): ExposedFact[] {
    this.now += 1
    this.#facts = []
    this.#do(act)
    return this.#facts
  }

  #do(act: Act): void {
    switch (act.kind) {
      case 'plan':
      case 'zero':
        this.#plan(act.units)
        return
      case 'sell':
        if (act.units > this.quantity) return
        this.quantity -= act.units
        this.orders.push({ units: act.units, placedAt: this.now, takes: act.units, known: undefined })
        return
      case 'cancel': {
        const order = this.#pick(this.orders, act.pick)
        if (order === undefined) return
        this.quantity += order.takes
        order.takes = 0
        return
      }
      case 'act':
        this.#act(this.#pick(this.underWay, act.pick))
        return
      case 'answer':
        this.#answer(this.#pick(this.underWay, act.pick))
        return
      case 'close':
        this.#close(this.#pick(this.underWay, act.pick))
        return
      case 'see':
        this.#see(this.#pick(this.orders, act.pick), false)
        return
      case 'see-stale':
        this.#see(this.#pick(this.orders, act.pick), true)
        return
      case 'see-all':
        for (const order of this.orders) this.#see(order, false)
        return
      case 'read-orders':
        // It begins now and takes its time; all that was there when it began is known then.
        for (const order of this.orders) this.#see(order, false)
        this.exposure = afterFence(this.exposure, at(this.now))
        this.#facts.push({ kind: 'fence', at: at(this.now) })
        return
      case 'look':
        // The lane does one thing after the other.
        if (this.underWay.length > 0) return
        this.looked = {
          quantity: this.quantity,
          givenBack: this.givenBack,
          subtracted: this.subtracted,
          bound: this.exposure.from === null ? undefined : (this.exposure.older ?? 0) + this.exposure.current,
          at: this.now,
        }
        return
      case 'adopt':
        this.#adopt()
        return
      case 'edit-down':
        // By chance to what a guarded write expects, with sales unseen: what people edit, no protocol can know.
        if (this.effect === 'guarded') return
        this.quantity = Math.floor(this.quantity / 2)
        return
      // Nothing changes at the shop: an answer may leave its number out, and a later one has it.
      case 'uncounted':
      case 'counted-again':
        if (this.isCounted === (act.kind === 'counted-again')) return
        this.isCounted = !this.isCounted
        this.exposure = UNBOUNDED
        this.#facts.push({ kind: act.kind, at: at(this.now) })
        return
    }
  }

  #pick<T>(list: readonly T[], pick: number): T | undefined {
    return list.length === 0 ? undefined : list[pick % list.length]
  }

  #plan(quantity: number): void {
    const { expected } = this
    if (this.effect === 'guarded' && expected === undefined) return
    const writeId = this.#uuid()
    const isOverlapping = this.underWay.length > 0
    this.#facts.push({ kind: 'sent', writeId, quantity, expected, isOverlapping, at: at(this.now) })
    const write: ModelWrite = {
      writeId,
      quantity,
      expected,
      subtracted: this.subtracted,
      givenBack: this.givenBack,
      isOverlapping,
      state: 'sent',
    }
    this.underWay.push(write)
    this.sent.push(write)
    this.looked = undefined
  }

  #act(write: ModelWrite | undefined): void {
    if (write === undefined || write.state !== 'sent') return
    if (this.effect === 'guarded' && write.expected !== this.quantity) {
      write.state = 'conflict'
      return
    }
    write.state = 'applied'
    this.quantity = write.quantity
  }

  #answer(write: ModelWrite | undefined): void {
    if (write === undefined || write.state === 'sent') return
    this.#settle(write)
    if (write.state === 'conflict') return
    const applied = { ...this.#shownBy(write), expected: write.expected }
    // Where another was under way with it nobody can say which of the two acted last, nor later, once that is answered too.
    const isLast = this.sent.slice(this.sent.indexOf(write) + 1).every((later) => later.state === 'conflict')
    this.exposure =
      this.underWay.length === 0 && isLast && !write.isOverlapping
        ? afterApplied(this.exposure, applied, this.effect)
        : afterUncertain(this.exposure, applied, this.effect)
    this.#facts.push({
      kind: isLast ? 'applied' : 'uncertain',
      writeId: write.writeId,
      expected: write.expected,
      quantity: write.quantity,
      givenBackBefore: write.givenBack,
      at: at(this.now),
    })
    this.acknowledged = write.quantity
    this.acknowledgedSubtracted = write.subtracted
  }

  /** So long after it was sent that it can act no more. */
  #close(write: ModelWrite | undefined): void {
    if (write === undefined) return
    this.#settle(write)
    const uncertain = { ...this.#shownBy(write), expected: write.expected }
    this.exposure = afterUncertain(this.exposure, uncertain, this.effect)
    this.#facts.push({
      kind: 'uncertain',
      writeId: write.writeId,
      expected: write.expected,
      quantity: write.quantity,
      givenBackBefore: write.givenBack,
      at: at(this.now),
    })
  }

  #settle(write: ModelWrite): void {
    this.underWay = this.underWay.filter((each) => each !== write)
    this.#facts.push({ kind: 'settled', writeId: write.writeId, at: at(this.now) })
  }

  #shownBy({ quantity, givenBack }: { quantity: number; givenBack: number }) {
    return { quantity, givenBack: this.givenBack - givenBack, at: at(this.now) }
  }

  #see(order: ModelOrder | undefined, isStale: boolean): void {
    if (order === undefined) return
    const shown = isStale && order.known === undefined ? order.units : order.takes
    const sold = order.known === undefined ? order.units : 0
    const givenBack = (order.known ?? order.units) - shown
    const notBefore = order.known === undefined ? at(order.placedAt) : undefined
    const moved = { sold, givenBack, notBefore }
    this.exposure = afterOrders(this.exposure, moved)
    this.#facts.push({ kind: 'orders', moved, at: at(this.now) })
    this.subtracted += sold - givenBack
    this.givenBack += givenBack
    order.known = shown
  }

  #adopt(): void {
    const { looked } = this
    if (looked === undefined) return
    this.looked = undefined
    const isFenced = this.orders.every((order) => order.placedAt > looked.at || order.known === order.takes)
    const { quantity, givenBack: givenBackBefore, bound: boundBefore } = looked
    this.exposure = afterReading(this.exposure, { ...this.#shownBy(looked), isFenced, boundBefore })
    this.#facts.push({ kind: 'read', quantity, givenBackBefore, boundBefore, isFenced, at: at(this.now) })
    this.acknowledged = looked.quantity
    this.acknowledgedSubtracted = this.subtracted
  }
}
