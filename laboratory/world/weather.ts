import type { Fault, Malformation } from '../plan/plan.ts'
import { LATEST_EFFECT_MS } from '../platforms/kinds.ts'
import type { DatabaseWeather } from './gated-database.ts'
import { createRandom, type Random } from './random.ts'

/** What the hub says of errors that the laboratory itself makes. */
export const SIMULATED = /simulated|another process has taken over|platform|503|Slow down|web page/i

/** What goes wrong with one call. */
export type CallFate = {
  requestMs: number
  answerMs: number
  isRequestLost: boolean
  isAnswerLost: boolean
  isPartitioned: boolean
  answer:
    | 'honest'
    | 'unavailable'
    | 'throttled'
    | 'batch-refused'
    | 'row-refused'
    | 'not-applied'
    | 'old-shown'
    | Malformation
}

/** One copy of a webhook on its way; its moment, or that it is lost. */
export type WebhookFate = { delaysMs: number[] }

/**
 * The faults of a plan as they stand now. Each kind of chance has a stream of its own for each platform or
 * process, so that what is taken out of a plan changes little else.
 */
export class Weather implements DatabaseWeather {
  #faults: readonly Fault[]
  readonly #seed: string
  readonly #elapsedMs: () => number
  readonly #streams = new Map<string, Random>()

  constructor(faults: readonly Fault[], seed: string, elapsedMs: () => number) {
    this.#faults = faults
    this.#seed = seed
    this.#elapsedMs = elapsedMs
  }

  /** Another day, with faults of its own. */
  turn(faults: readonly Fault[]): void {
    this.#faults = faults
  }

  callFate(process: string, platform: string, operation: string): CallFate {
    const random = this.#stream(`calls/${process}/${platform}/${operation}`)
    const slow = this.#now('network').filter((fault) => fault.platform === platform)
    const latencyMax = Math.max(30, ...slow.map((fault) => fault.latencyMaxMs))
    const fate: CallFate = {
      // Most are quick even then; a long tail is what hurts.
      requestMs: 3 + latencyMax * random.next() ** 3,
      answerMs: 3 + latencyMax * random.next() ** 3,
      isRequestLost: random.chance(Math.max(0, ...slow.map((fault) => fault.loss))),
      isAnswerLost: random.chance(Math.max(0, ...slow.map((fault) => fault.answerLoss))),
      isPartitioned: this.#now('partition').some(
        (fault) => fault.process === process && fault.platform === platform,
      ),
      answer: 'honest',
    }
    const isFor = (fault: { platform: string }) => fault.platform === platform
    const lost = this.#now('lost-answers').find((fault) => isFor(fault) && fault.of === operation)
    if (lost !== undefined && random.chance(lost.rate)) fate.isAnswerLost = true
    const isLate = lost !== undefined && random.chance(lost.lateRate)
    const late = this.#now('late-acting').find(isFor)
    if (late !== undefined && random.chance(late.rate)) {
      fate.requestMs = (LATEST_EFFECT_MS - 100) * (0.3 + 0.7 * random.next())
    }
    // Nobody waits for an answer any more when it arrives.
    if (isLate) fate.requestMs = LATEST_EFFECT_MS - 150 - 1_500 * random.next()
    // The network gives a request up in the end.
    fate.requestMs = Math.min(fate.requestMs, LATEST_EFFECT_MS - 100)
    const isOf = (of: string) =>
      of === 'all' || of === operation || (of === 'orders' && operation === 'order')
    const unavailable = this.#now('unavailable').find((fault) => isFor(fault) && isOf(fault.of))
    const throttle = this.#now('throttle').find(isFor)
    const malformed = this.#now('malformed').find(isFor)
    const batch = this.#now('batch').find(isFor)
    const silent = this.#now('writes-not-applied').find(isFor)
    // Each draws, whether it counts or not: taking one fault away leaves the others' chance as it was.
    const draws = [0, 1, 2, 3, 4].map(() => random.next())
    const isDue = (nth: number, fault: { rate: number } | undefined) =>
      fault !== undefined && (draws[nth] ?? 1) < fault.rate
    const isOut = this.#now('outage').some((fault) => isFor(fault) && isOf(fault.of))
    if (isOut || isDue(0, unavailable)) fate.answer = 'unavailable'
    else if (isDue(1, throttle)) fate.answer = 'throttled'
    else if (malformed !== undefined && isDue(2, malformed)) fate.answer = malformed.how
    else if (batch !== undefined && isDue(3, batch))
      fate.answer = batch.how === 'whole' ? 'batch-refused' : 'row-refused'
    else if (silent !== undefined && isDue(4, silent))
      fate.answer = silent.how === 'said-done' ? 'not-applied' : 'old-shown'
    return fate
  }

  /** Of an order it is the same each time, as long as the fault lasts. */
  isUnreadable(platform: string, orderId: string): boolean {
    const fault = this.#now('unreadable-orders').find((each) => each.platform === platform)
    return fault !== undefined && createRandom(`${this.#seed}/unreadable/${orderId}`).next() < fault.rate
  }

  webhookFate(platform: string): WebhookFate {
    const random = this.#stream(`webhooks/${platform}`)
    const fault = this.#now('webhooks').find((each) => each.platform === platform)
    const delayMax = fault?.delayMaxMs ?? 120
    const delay = () => 5 + delayMax * random.next() ** 2
    const first = delay()
    const second = delay()
    const isLost = random.chance(fault?.loss ?? 0)
    const isDoubled = random.chance(fault?.duplicates ?? 0)
    const isOut = this.#now('outage').some((each) => each.platform === platform)
    if (isLost || isOut) return { delaysMs: [] }
    return { delaysMs: isDoubled ? [first, second] : [first] }
  }

  latencyMs(process: string): number {
    const random = this.#stream(`database/${process}`)
    const slow = this.#now('database-slow').find((fault) => fault.process === process)
    return 0.2 + random.next() * 1.5 + (slow === undefined ? 0 : slow.latencyMaxMs * random.next() ** 3)
  }

  isAway(process: string): boolean {
    return this.#now('database-away').some((fault) => fault.process === process)
  }

  hintMs(process: string): number | undefined {
    const random = this.#stream(`hints/${process}`)
    const [fault] = this.#now('hints')
    const isLost = random.chance(fault?.loss ?? 0)
    const ms = 0.1 + random.next() * (fault?.delayMaxMs ?? 1)
    return isLost || this.isAway(process) ? undefined : ms
  }

  #now<Kind extends Fault['kind']>(kind: Kind): Extract<Fault, { kind: Kind; from: number }>[] {
    const elapsed = this.#elapsedMs()
    return this.#faults.filter(
      (fault): fault is Extract<Fault, { kind: Kind; from: number }> =>
        fault.kind === kind && 'from' in fault && fault.from <= elapsed && elapsed < fault.to,
    )
  }

  #stream(name: string): Random {
    const known = this.#streams.get(name)
    if (known !== undefined) return known
    const random = createRandom(`${this.#seed}/${name}`)
    this.#streams.set(name, random)
    return random
  }
}
