import { lastResetBefore, nextResetAfter } from '@plimsoll/connector-kit'
import { ebayDay } from '../budgets.ts'

/** Calls of eBay's day, for each of its APIs. */
export type DayQuotas = ReturnType<typeof createDayQuotas>

/** @param limits by API; what is not named has none */
export function createDayQuotas(limits: Readonly<Record<string, number>>, now: () => number) {
  let dayMs = 0
  let counts = new Map<string, number>()
  const turn = () => {
    const began = lastResetBefore(now(), ebayDay)
    if (began === dayMs) return
    dayMs = began
    counts = new Map()
  }
  return {
    /** Counts a call; false where the day has had too many. */
    spend(api: string): boolean {
      turn()
      const count = (counts.get(api) ?? 0) + 1
      if (count > (limits[api] ?? Number.POSITIVE_INFINITY)) return false
      counts.set(api, count)
      return true
    },
    rates() {
      turn()
      return Object.entries(limits).map(([api, limit]) => {
        const count = counts.get(api) ?? 0
        return {
          api,
          rate: {
            count,
            limit,
            remaining: Math.max(0, limit - count),
            reset: new Date(nextResetAfter(now(), ebayDay)).toISOString(),
            timeWindow: 86_400,
          },
        }
      })
    },
  }
}
