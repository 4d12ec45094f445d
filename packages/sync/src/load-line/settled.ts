import type { Connector } from '@plimsoll/connector-kit'
import { type LineBasis, type PlannedLevel, type Promised, weighedGroups } from './line-plan.ts'
import { drawLoadLine, type LineLevel } from './load-line.ts'

/** What a dealt level comes to show. */
export type SettledLevel = Pick<PlannedLevel, 'levelId' | 'units' | 'because' | 'protection'> & {
  /** False: where it ends depends on the order in which the platforms answer, or on what nobody knows. */
  isSure: boolean
}

/** A line that does not come to rest is followed so far. */
const ROUNDS_MAX = 40

/**
 * What dealt levels come to show once every write has been answered and every order is known: the line is drawn, what it
 * asks for takes effect, and it is drawn again, until nothing changes. Where all get their shares, these do not depend on
 * the way there: they follow from demand, policies and what is there. Pure.
 */
export function settleLines(
  context: { connectors: ReadonlyMap<string, Connector> },
  dealt: readonly Promised[],
  { basis, now }: { basis: LineBasis; now: Date },
): Map<string, SettledLevel> {
  const settled = weighedGroups(context, dealt, basis, now).flatMap((group) => settle(group, basis))
  return new Map(settled.map((level) => [level.levelId, level]))
}

function settle(group: readonly LineLevel[], { free }: Pick<LineBasis, 'free'>): SettledLevel[] {
  let levels = group.map((level) => afterAnswers(level, undefined))
  for (let round = 1; ; round += 1) {
    const line = drawLoadLine(levels, free)
    const asked = new Map(line.levels.map((level) => [level.levelId, level.units]))
    const isAtRest = levels.every(
      ({ levelId, mayWrite, shown }) => !mayWrite || (shown !== undefined && shown === asked.get(levelId)),
    )
    if (isAtRest || round === ROUNDS_MAX) {
      return line.levels.map(({ levelId, units, because }) => ({
        levelId,
        units,
        because,
        protection: line.isBounded ? 'guaranteed' : 'tightening',
        isSure: isAtRest && because === 'granted',
      }))
    }
    levels = levels.map((level) => afterAnswers(level, asked.get(level.levelId)))
  }
}

/** Everything that was sold by then is known, and what was asked for is shown. */
function afterAnswers(level: LineLevel, asked: number | undefined): LineLevel {
  const { bound, underWay, mayWrite, shown } = level
  if (mayWrite && asked !== undefined) {
    return { ...level, shown: asked, underWay: [], bound: { ...bound, older: 0, current: asked } }
  }
  // What was ever read or confirmed is fenced with time; a level of which nothing is known stays so until it is written.
  const isKnown = bound.older !== null || bound.from !== null || shown !== undefined
  const older = isKnown ? 0 : null
  const mayShow = underWay.map(({ quantity, givenBack }) => quantity + givenBack)
  const current = Math.max(bound.current, bound.from === null ? (shown ?? 0) : 0, ...mayShow)
  return { ...level, underWay: [], bound: { ...bound, older, current } }
}
