import type { Connector } from '@plimsoll/connector-kit'
import { afterApplied } from './exposure.ts'
import { type LineBasis, type PlannedLevel, type Promised, weighedGroups } from './line-plan.ts'
import { drawLoadLine, type LineLevel, type LoadLine } from './load-line.ts'

/** What a dealt level comes to show. */
export type SettledLevel = Pick<PlannedLevel, 'levelId' | 'units' | 'because' | 'protection'> & {
  /** False: where it ends depends on the order in which the platforms answer, or on what nobody knows. */
  isSure: boolean
}

/** A line that does not come to rest is followed so far; where one level moves at a time, so far for each. */
const ROUNDS_MAX = 40
/** So many lines are followed in several orders; of more, what depends on the order is not sure. */
const FOLLOWED_MAX = 100

/**
 * What dealt levels come to show once every write has been answered and every order is known: the line is drawn, what it
 * asks for takes effect, and it is drawn again, until nothing changes. What a level comes to may depend on which platform
 * answers first, and on how fast things sell at that moment, which says what a pause is worth; it is sure only where all
 * of them get their shares at once, or nothing sells and they get them whatever the order. Pure.
 */
export function settleLines(
  context: { connectors: ReadonlyMap<string, Connector> },
  dealt: readonly Promised[],
  { basis, now }: { basis: LineBasis; now: Date },
): Map<string, SettledLevel> {
  const groups = weighedGroups(context, dealt, basis, now)
  const orders = groups.length > FOLLOWED_MAX ? [] : ORDERS
  const settled = groups.flatMap((group) => settle(group, basis, orders))
  return new Map(settled.map((level) => [level.levelId, level]))
}

function settle(
  group: readonly LineLevel[],
  { free }: Pick<LineBasis, 'free'>,
  orders: readonly Order[],
): SettledLevel[] {
  const levels = group.map(toBeginWith)
  const { line, isAtRest } = follow(levels, free, TOGETHER)
  const others =
    isAtOnce(drawLoadLine(levels, free)) || levels.length < 2
      ? undefined
      : levels.some(({ perHour }) => perHour > 0)
        ? []
        : orders.map((order) => follow(levels, free, order))
  const ends = [line, ...(others ?? []).map((other) => other.line)]
  const isSure =
    isAtRest &&
    others?.length !== 0 &&
    others?.every((other) => other.isAtRest) !== false &&
    ends.every((end) => end.levels.every(({ because }) => because === 'granted'))
  return line.levels.map(({ levelId, units, because }, nth) => ({
    levelId,
    units,
    because,
    protection: line.isBounded ? 'guaranteed' : 'tightening',
    isSure: isSure && ends.every((end) => end.levels[nth]?.units === units),
  }))
}

/** Each has its share backed already: whoever answers first, nobody has to wait for it. */
function isAtOnce({ isBounded, levels }: LoadLine): boolean {
  return isBounded && levels.every(({ because }) => because === 'granted')
}

type Order = {
  /** Which of the levels that are moving gets on next: as positions among them; undefined: all of them. */
  next(moving: number, round: number): number | undefined
  isKnownLater: boolean
  /** Nothing is sent to the others before: their lanes are slow, and what they are asked for may be another number by then. */
  isAlone?: boolean
}

const TOGETHER: Order = { isKnownLater: false, next: () => undefined }
/**
 * All at once, and their orders are known later; one after the other, from the first or from the last, while what was
 * sent to the others may still act, or before anything is; and a few in no order at all, a step at a time.
 */
const ORDERS: readonly Order[] = [
  { isKnownLater: true, next: () => undefined },
  ...[false, true].flatMap((isAlone): Order[] => [
    { isKnownLater: false, isAlone, next: () => 0 },
    { isKnownLater: false, isAlone, next: (moving) => moving - 1 },
  ]),
  ...[7, 11, 13].map((step) => ({
    isKnownLater: true,
    next: (moving: number, round: number) => (round * step + (round >> 2)) % moving,
  })),
]

function follow(
  group: readonly LineLevel[],
  free: LineBasis['free'],
  order: Order,
): { line: LoadLine; isAtRest: boolean } {
  const roundsMax = order === TOGETHER ? ROUNDS_MAX : ROUNDS_MAX * group.length
  let levels = [...group]
  for (let round = 1; ; round += 1) {
    const line = drawLoadLine(levels, free)
    const asked = levels.map((level, nth) => afterSending(level, line.levels[nth]))
    const moving = asked.filter((level) => level.mayWrite && isMoving(level))
    if (moving.length === 0 || round === roundsMax) return { line, isAtRest: moving.length === 0 }
    const turn = order.next(moving.length, round)
    const next = turn === undefined ? undefined : moving[turn]
    const isWaiting = moving.some(({ underWay }) => underWay.length > 0)
    levels = asked.map((level, nth) => {
      const { underWay } = levels[nth] ?? level
      if (next !== undefined && level !== next) return order.isAlone ? { ...level, underWay } : level
      if (!isMoving(level)) return level
      const isKnown = !order.isKnownLater || (next === undefined ? !isWaiting : level.underWay.length === 0)
      return isKnown ? toKnown(afterApplying(level)) : afterApplying(level)
    })
  }
}

/** Sent and not answered, never shown, or answered with orders that may not be known yet. */
function isMoving({ underWay, bound, shown }: LineLevel): boolean {
  return underWay.length > 0 || bound.older !== 0 || shown === undefined
}

/** What is asked for is sent; while a write is not answered, none is sent behind it. */
function afterSending(level: LineLevel, told: LineLevel['told']): LineLevel {
  const { mayWrite, shown, underWay } = level
  if (!mayWrite || told === undefined || told.units === shown || underWay.length > 0)
    return { ...level, told }
  return { ...level, told, underWay: [{ quantity: told.units, givenBack: 0, expected: shown }] }
}

function afterApplying(level: LineLevel): LineLevel {
  const [write] = level.underWay
  if (write === undefined) return level
  const bound = afterApplied(level.bound, { ...write, at: EVER }, level.effect)
  return { ...level, shown: write.quantity, underWay: [], bound }
}
/** When it was is of no account: the next step knows all orders. */
const EVER = new Date(0)

/** Everything that was sold by then is known. */
function toKnown(level: LineLevel): LineLevel {
  const { bound, shown } = level
  return { ...level, bound: { ...bound, older: 0, current: shown ?? bound.current } }
}

/** What is under way now has acted, and everything that was sold by then is known. */
function toBeginWith(level: LineLevel): LineLevel {
  const { bound, underWay, shown } = level
  // What was ever read or confirmed is fenced with time; a level of which nothing is known stays so until it is written.
  const isKnown = bound.older !== null || bound.from !== null || shown !== undefined
  const older = isKnown ? 0 : null
  const mayShow = underWay.map(({ quantity, givenBack }) => quantity + givenBack)
  const current = Math.max(bound.current, bound.from === null ? (shown ?? 0) : 0, ...mayShow)
  return { ...level, underWay: [], bound: { ...bound, older, current } }
}
