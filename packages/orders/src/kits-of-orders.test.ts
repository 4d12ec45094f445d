// Orders of virtual kits: what they hold are the parts.
import { fromEnvironment } from '@plimsoll/database/testing'
import { openOf, type Part } from '@plimsoll/stock'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decideOrders } from './incoming-orders.ts'
import { decideOrderChange } from './order-change.ts'
import { type OrderFacts, openUnitsOf } from './order-facts.ts'
import { anyOrderHistory } from './testing/order-histories.ts'
import { factsOf, lineOf } from './testing/order-states.ts'

const NOW = new Date('2026-06-01T12:00:00Z')

/** By item: what it is made of where it is a kit. */
type Kits = Partial<Record<string, Part[]>>

function anyKits(): fc.Arbitrary<Kits> {
  const part = fc.record({
    itemId: fc.constantFrom('C', 'P', 'Q', 'R'),
    unitsEach: fc.integer({ min: 1, max: 4 }),
  })
  const parts = fc.uniqueArray(part, { minLength: 1, maxLength: 3, selector: ({ itemId }) => itemId })
  // C is sold by itself and within kits.
  return fc.record({ A: parts, B: parts }, { requiredKeys: ['A'] })
}

test('I3: any states of an order of kits, in any order, end where the newest alone ends, and each part is held as often as the line needs it', () => {
  fc.assert(
    fc.property(anyOrderHistory(), anyKits(), ({ newest, arrivals }, kits) => {
      const { decided, moved } = play(arrivals, kits)
      expect(moved).toEqual(play([newest], kits).moved)

      const rows = [...decided.savedReservations.added, ...decided.savedReservations.changed]
      for (const line of [...decided.savedLines.added, ...decided.savedLines.changed]) {
        const parts = kits[line.itemId ?? ''] ?? [{ itemId: line.itemId ?? '', unitsEach: 1 }]
        const state = newest.lines.find(({ externalId }) => externalId === line.externalId)
        const open = state === undefined ? 0 : openUnitsOf(newest.state, state)
        const own = rows.filter((row) => row.ownerId === line.lineId)
        expect(own.map((row) => [row.itemId, openOf(row)])).toEqual(
          own.length === 0 && open === 0
            ? []
            : parts.map(({ itemId, unitsEach }) => [itemId, open * unitsEach * line.unitsPerListing]),
        )
      }
    }),
    fromEnvironment(300),
  )
})

test('a line keeps the parts that it reserved when its kit or listing changes; one that holds nothing yet follows', () => {
  const of = (version: number, current: number, itemId: string, parts?: Part[]) =>
    factsOf({ version, lines: [{ ...lineOf({ current, ordered: 3 }), itemId, parts }] })
  const pair = [{ itemId: 'CUP', unitsEach: 2 }]
  const reserved = (...states: OrderFacts[]) => play(states, {}).moved
  expect(reserved(of(1, 3, 'PAIR', pair), of(2, 1, 'PAIR', [{ itemId: 'TIN', unitsEach: 1 }]))).toEqual({
    CUP: [0, 2],
  })
  expect(reserved(of(1, 3, 'PAIR', pair), of(2, 1, 'MUG'))).toEqual({ CUP: [0, 2] })
  expect(reserved(of(1, 0, 'PAIR', pair), of(2, 1, 'MUG'))).toEqual({ MUG: [0, 1] })
})

test('a kit without parts reserves nothing and is told as unmapped', () => {
  const line = { ...lineOf(), itemId: undefined, parts: [] }
  const change = decideOrderChange(undefined, new Map(), factsOf({ lines: [line] }), {
    locationId: 'MAIN',
    commandKey: 'key',
    actor: 'webhook',
    orderId: 'order-1',
    effectiveAt: NOW,
    uuid: () => 'id',
  })
  expect(change).toMatchObject({ movements: [], reservations: [], unmapped: [{ parts: [] }] })
})

function play(states: readonly OrderFacts[], kits: Kits) {
  let ids = 0
  const uuid = () => {
    ids += 1
    return `id-${ids}`
  }
  const decided = decideOrders(
    { organizationId: 'organization', uuid, now: () => NOW },
    { connectionId: 'connection', defaultLocationId: 'MAIN' },
    { rows: [], lines: new Map(), reservations: [] },
    states.map((facts) => ({
      facts: {
        ...facts,
        lines: facts.lines.map((line) => ({ ...line, parts: kits[line.itemId ?? ''] ?? line.parts })),
      },
      authoritative: false,
      seenBy: 'webhook',
      seenAt: NOW,
    })),
  )
  const moved: Record<string, [onHand: number, reserved: number]> = {}
  for (const { itemId, onHandDelta, reservedDelta } of decided.movements) {
    const [onHand, reserved] = moved[itemId] ?? [0, 0]
    moved[itemId] = [onHand + onHandDelta, reserved + reservedDelta]
  }
  const isMoved = ([, [onHand, reserved]]: [string, [number, number]]) => onHand !== 0 || reserved !== 0
  return { decided, moved: Object.fromEntries(Object.entries(moved).filter(isMoved)) }
}
