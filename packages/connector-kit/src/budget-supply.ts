import type { Bucket } from './budget-buckets.ts'
import type { BudgetSpec, SeenBucket } from './budgets.ts'
import type { Clock } from './clock.ts'

/**
 * Where the buckets of a budget are kept that several processes spend from. A process draws from a bucket in chunks of
 * a moment's refill, so that most calls need no round trip; all that it has drawn and that is not both spent and
 * answered is its holding.
 */
export type BudgetSupply = {
  /** Never rejects: what cannot be had now is asked for again after `againAfterMs`. Undefined: nobody could be asked. */
  draw(request: DrawRequest): Promise<Drawn | undefined>
  /** What is held now has become less: unspent units go back, answered ones are spent. */
  giveBack(back: { spec: BudgetSpec; unspent: number; held: number }): void
  learn(spec: BudgetSpec, seen: Partial<SeenBucket>): void
  /** The platform throttled calls that spend these: nobody calls before then, and all go more slowly. */
  throttled(blockedForMs: number, names: readonly string[]): void
}

export type DrawRequest = {
  spec: BudgetSpec
  /** Less than this is of no use. */
  need: number
  /** What is welcome beyond it. */
  want: number
  /** Share of the bucket that must be left, for what is more urgent. */
  reserve: number
  /** What this process holds already, unspent and in flight. */
  held: number
}

export type Drawn = {
  granted: number
  /** Milliseconds until it is worth asking again, where nothing was granted. */
  againAfterMs: number
  /** What the bucket holds now, for whoever looks; and what it has learned. */
  left: number
  capacity: number
  pace: number
}

/** Drawn at once beyond what is needed: so much of a second's refill. */
const chunkSeconds = 0.25
/** Of a daily quota at most this share is drawn at once. */
const dailyChunk = 1 / 200
/** What has not been spent for so long goes back: others may need it. */
const keptMs = 500
const unansweredMs = 500

/**
 * One bucket as a process sees it that shares it: `readyAt` answers from what is in its hand, and sends for more where
 * that is too little. While it waits for the answer nothing is ready (Infinity); `onChange` says that something may be.
 */
export function createSuppliedBucket(
  spec: BudgetSpec,
  supply: BudgetSupply,
  clock: Clock,
  onChange: () => void,
): Bucket {
  const priceOf = (cost: number) => (spec.kind === 'cost-bucket' ? cost : 1)
  let hand = 0
  let inFlight = 0
  let drawnAt = 0
  let isDrawing = false
  let denied: { reserve: number; until: number } | undefined
  let state = { left: capacityOf(spec), capacity: capacityOf(spec), pace: 1 }
  let returning: AbortController | undefined
  /** What the supply was told last that is held here. */
  let told = 0

  const held = () => Math.max(0, hand) + inFlight

  const draw = (price: number, reserve: number): void => {
    isDrawing = true
    const need = price - hand
    supply
      .draw({ spec, need, want: Math.max(need, chunkOf(spec, state)), reserve, held: held() })
      .then((drawn) => {
        const now = clock.monotonic()
        const granted = drawn?.granted ?? 0
        if (drawn !== undefined) state = drawn
        hand += granted
        told = held()
        if (granted > 0) drawnAt = now
        const againAfterMs = Math.max(1, drawn?.againAfterMs ?? unansweredMs)
        denied = granted > 0 ? undefined : { reserve, until: now + againAfterMs }
        isDrawing = false
        scheduleReturn()
        onChange()
      })
  }

  /** Unspent units go back after a while; one timer at a time. */
  const scheduleReturn = (): void => {
    if (returning !== undefined || (hand <= 0 && held() >= told)) return
    const mine = new AbortController()
    returning = mine
    clock.sleep(keptMs, mine.signal).then(
      () => {
        returning = undefined
        giveBackUnspent(clock.monotonic())
        scheduleReturn()
      },
      (error: unknown) => {
        if (!mine.signal.aborted) throw error
      },
    )
  }

  const giveBackUnspent = (now: number): void => {
    if (isDrawing || now - drawnAt < keptMs) return
    if (hand <= 0 && held() >= told) return
    const unspent = Math.max(0, hand)
    hand = Math.min(hand, 0)
    told = held()
    supply.giveBack({ spec, unspent, held: told })
  }

  return {
    kind: spec.kind,
    name: spec.name,
    readyAt(cost, now, reserve) {
      giveBackUnspent(now)
      const price = priceOf(cost)
      // Dearer than the whole bucket: it goes when the bucket is full, and what it lacks is a debt.
      if (hand + 1e-9 >= Math.min(price, state.capacity)) return now
      if (isDrawing) return Number.POSITIVE_INFINITY
      // What a sweep was denied a decrease may have.
      if (denied !== undefined && denied.until > now && reserve >= denied.reserve) return denied.until
      draw(Math.min(price, state.capacity), reserve)
      return Number.POSITIVE_INFINITY
    },
    take(cost) {
      const price = priceOf(cost)
      hand -= price
      inFlight += price
    },
    settle({ cost, actual, now }) {
      const price = priceOf(cost)
      inFlight = Math.max(0, inFlight - price)
      // A place among the concurrent calls comes back as it is; of points, what the call did not cost.
      hand += spec.kind === 'concurrency' || actual === 'never-sent' ? price : price - priceOf(actual)
      giveBackUnspent(now)
      scheduleReturn()
    },
    left: () => ({
      name: spec.name,
      ...state,
      left: Math.min(state.capacity, state.left + Math.max(0, hand)),
    }),
    learn(seen) {
      const { capacity = state.capacity, available = state.left } = seen
      state = { ...state, capacity, left: Math.min(state.left, available) }
      supply.learn(spec, seen)
    },
    slowDown() {
      // What is in the hand was counted by a pace that was too fast.
      hand = Math.min(hand, 0)
    },
  }
}

export function capacityOf(spec: BudgetSpec): number {
  switch (spec.kind) {
    case 'concurrency':
    case 'daily':
      return spec.max
    case 'token-bucket':
    case 'cost-bucket':
      return spec.capacity
    default: {
      const never: never = spec
      return never
    }
  }
}

function chunkOf(spec: BudgetSpec, { capacity }: { capacity: number }): number {
  switch (spec.kind) {
    case 'concurrency':
      return 1
    case 'daily':
      return Math.max(1, Math.floor(capacity * dailyChunk))
    case 'token-bucket':
    case 'cost-bucket':
      return Math.min(capacity, spec.refillPerSecond * chunkSeconds)
    default: {
      const never: never = spec
      return never
    }
  }
}
