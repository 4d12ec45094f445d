import fc from 'fast-check'
import type { LineFacts, OrderFacts } from '../order-facts.ts'
import { factsOf, lineOf } from './order-states.ts'

/** What a shop did to one order: every state with a version of its own, and which of them reached the hub when. */
export type OrderHistory = { newest: OrderFacts; arrivals: OrderFacts[] }

type Deed = {
  kind: 'ship' | 'refund' | 'return' | 'add-line' | 'remove-line' | 'pay' | 'close' | 'cancel'
  line: number
  units: number
}

/**
 * Histories as a shop could write them: lines are added, shipped, refunded, returned and taken out, the
 * order is paid, closed or cancelled. What arrives is any selection of the states with the newest in it,
 * in any order, with repeats.
 */
export function anyOrderHistory(): fc.Arbitrary<OrderHistory> {
  const deed = fc.record<Deed>({
    kind: fc.constantFrom(
      'ship',
      'ship',
      'refund',
      'return',
      'add-line',
      'remove-line',
      'pay',
      'close',
      'cancel',
    ),
    line: fc.nat(3),
    units: fc.integer({ min: 1, max: 3 }),
  })
  return fc
    .record({
      deeds: fc.array(deed, { maxLength: 8 }),
      order: fc.array(fc.nat(20), { maxLength: 12 }),
      last: fc.nat(12),
    })
    .map(({ deeds, order, last }) => {
      const states = statesAfter(deeds)
      const newest = states.at(-1) ?? factsOf()
      const arrivals = order.map((pick) => states[pick % states.length] ?? newest)
      return { newest, arrivals: arrivals.toSpliced(last % (arrivals.length + 1), 0, newest) }
    })
}

/** The same state with each line's item looked up by name. */
export function mapTo(facts: OrderFacts, itemIdOf: (name: string) => string): OrderFacts {
  return {
    ...facts,
    lines: facts.lines.map((line) => ({
      ...line,
      itemId: line.itemId === undefined ? undefined : itemIdOf(line.itemId),
    })),
  }
}

const SKUS = ['A', 'B', 'C']

function statesAfter(deeds: readonly Deed[]): OrderFacts[] {
  const states = [factsOf({ state: 'pending', lines: [newLine(0, 3)] })]
  for (const deed of deeds) {
    const now = states.at(-1)
    if (now === undefined || now.state === 'cancelled') break
    states.push({ ...afterDeed(now, deed), version: states.length + 1 })
  }
  return states
}

function afterDeed(now: OrderFacts, { kind, line, units }: Deed): OrderFacts {
  const at = line % Math.max(1, now.lines.length)
  const change = (next: (line: LineFacts) => Partial<LineFacts>): OrderFacts => ({
    ...now,
    lines: now.lines.map((each, index) => (index === at ? { ...each, ...next(each) } : each)),
  })
  switch (kind) {
    case 'ship':
      return change(({ shipped, current }) => ({ shipped: Math.min(current, shipped + units) }))
    case 'refund':
      return change(({ shipped, current }) => ({ current: Math.max(shipped, current - units) }))
    case 'return':
      return change(({ shipped, returned }) => ({ returned: Math.min(shipped, returned + units) }))
    case 'add-line':
      return { ...now, lines: [...now.lines, newLine((now.version ?? 0) + 1, units)] }
    case 'remove-line':
      return { ...now, lines: now.lines.filter((each, index) => index !== at || each.shipped > 0) }
    case 'pay':
      return { ...now, state: 'open', lines: now.lines.map((each) => ({ ...each, subtracted: 'yes' })) }
    case 'close':
      return { ...now, state: 'closed' }
    case 'cancel':
      return { ...now, state: 'cancelled' }
    default: {
      const never: never = kind
      return never
    }
  }
}

/** Each listing has an item and a size of its own: the second sells six-packs. */
function newLine(number: number, units: number): LineFacts {
  const sku = SKUS[number % SKUS.length] ?? 'A'
  return lineOf({
    externalId: `line-${number}`,
    listingExternalId: `listing-${sku}`,
    stockUnitId: `unit-${sku}`,
    itemId: sku,
    sku,
    unitsPerListing: sku === 'B' ? 6 : 1,
    current: units,
    subtracted: 'no',
  })
}
