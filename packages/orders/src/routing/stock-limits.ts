import type { Holding } from './free-stock.ts'
import { fitsChannel } from './place-limits.ts'
import type { RoutingItem, RoutingOrder, RoutingPlace } from './routing-plan.ts'
import { fitsItem, type RoutingRule, type RoutingRules } from './routing-rules.ts'

/** What rules keep orders from taking, of what is there: too short a life, and units for safety. */
export class StockLimits {
  readonly #shelfLives: Extract<RoutingRule, { kind: 'minimum-shelf-life' }>[]
  readonly #safeties: Extract<RoutingRule, { kind: 'safety-stock' }>[]

  constructor(rules: RoutingRules) {
    this.#shelfLives = rules.filter((rule) => rule.kind === 'minimum-shelf-life')
    this.#safeties = rules.filter((rule) => rule.kind === 'safety-stock')
  }

  /** How many days, from the day at the place, units must last; 0: they may leave on their last day. */
  shelfLifeDays(order: RoutingOrder, item: RoutingItem): number {
    if (this.#shelfLives.length === 0) return 0
    const rule = this.#shelfLives.find((each) => fitsChannel(each.connections, order) && fitsItem(each, item))
    return rule?.days ?? 0
  }

  /** Units that stay at a place whatever comes. */
  safetyOf(holding: Holding, { code }: RoutingPlace, itemOf: () => RoutingItem): number {
    if (holding.safety === undefined) {
      const item = itemOf()
      const rule = this.#safeties.find(
        (each) => each.locations?.includes(code) !== false && fitsItem(each, item),
      )
      holding.safety = rule?.units ?? 0
    }
    return holding.safety
  }
}
