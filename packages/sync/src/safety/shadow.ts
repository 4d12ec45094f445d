/**
 * What a connection would write if it were live, and how that differs from what its platform shows. Pure.
 */

export type ShadowLevel = {
  levelId: string
  listing: string
  sku: string | null
  title: string
  location: string
  /** Null: tied to no item, so nothing is ever written to it. */
  itemId: string | null
  tracked: boolean
  writable: boolean
  /** What the platform shows, as far as is known. */
  shows: number | null
  /** Null: nothing has been worked out. */
  wouldShow: number | null
  because: string | null
  version: number
}

export type ShadowDifference = 'up' | 'down' | 'zero' | 'same' | 'unknown' | 'untouched'

/** @returns `unknown`: it is read before it is written; `untouched`: nothing would be written */
export function differenceOf(
  level: Pick<ShadowLevel, 'itemId' | 'tracked' | 'writable' | 'shows' | 'wouldShow'>,
): ShadowDifference {
  const { shows, wouldShow } = level
  if (level.itemId === null || !level.tracked || !level.writable || wouldShow === null) return 'untouched'
  if (shows === null) return 'unknown'
  if (shows === wouldShow) return 'same'
  if (wouldShow === 0) return 'zero'
  return wouldShow > shows ? 'up' : 'down'
}

export type ShadowTotals = Record<ShadowDifference, number> & {
  levels: number
  /** Units that the platform shows of listings that are tied to items, and of those that are not. */
  unitsMapped: number
  unitsUnmapped: number
  /** Units that all tied ones would show. */
  unitsWouldShow: number
}

export function totalsOf(levels: readonly ShadowLevel[]): ShadowTotals {
  const totals: ShadowTotals = {
    levels: levels.length,
    up: 0,
    down: 0,
    zero: 0,
    same: 0,
    unknown: 0,
    untouched: 0,
    unitsMapped: 0,
    unitsUnmapped: 0,
    unitsWouldShow: 0,
  }
  for (const level of levels) {
    totals[differenceOf(level)] += 1
    if (level.itemId === null) totals.unitsUnmapped += level.shows ?? 0
    else totals.unitsMapped += level.shows ?? 0
    totals.unitsWouldShow += level.wouldShow ?? 0
  }
  return totals
}

/** Whether going live would write to it. */
export function isWritten(level: ShadowLevel): level is ShadowLevel & { wouldShow: number } {
  return ['up', 'down', 'zero', 'unknown'].includes(differenceOf(level))
}

export type Previewed = { levelId: string; shows: number | null; wouldShow: number }
export type PreviewDifference = {
  levelId: string
  listing: string
  previewed: number | null
  now: number
}

/** Sales go on while somebody looks at a preview: so many listings may have sold out since, or this share. */
const ZEROS_MIN = 2
const ZEROS_SHARE = 0.01
const RAISE_UNITS = 2
const RAISE_SHARE = 0.1

/**
 * What would be written now and was not in the preview, as far as it matters: numbers that rise beyond it, and more new
 * zeros than a few sales explain. That a number fell since is what sales do, and harmless.
 */
export function findMaterialDifferences(
  previewed: readonly Previewed[],
  now: readonly ShadowLevel[],
): PreviewDifference[] {
  const before = new Map(previewed.map((level) => [level.levelId, level.wouldShow]))
  const written = now.filter(isWritten)
  const toDifference = ({ levelId, listing, wouldShow }: ShadowLevel & { wouldShow: number }) => ({
    levelId,
    listing,
    previewed: before.get(levelId) ?? null,
    now: wouldShow,
  })
  const raised = written.filter(({ levelId, shows, wouldShow }) => {
    const seen = before.get(levelId) ?? shows ?? 0
    return wouldShow > seen + Math.max(RAISE_UNITS, Math.floor(seen * RAISE_SHARE))
  })
  const zeroed = written.filter(({ levelId, wouldShow }) => wouldShow === 0 && before.get(levelId) !== 0)
  const isTooMany = zeroed.length > Math.max(ZEROS_MIN, now.length * ZEROS_SHARE)
  return [...raised, ...(isTooMany ? zeroed : [])].map(toDifference)
}
