// Each story is a row of states of one order; its method: apply them in turn and look at what moved.
import type { NewMovement, ReservationRow } from '@plimsoll/stock'
import { expect, test } from 'vitest'
import { decideOrderChange, type KnownOrder, type OrderChange } from './order-change.ts'
import type { LineFacts, OrderFacts } from './order-facts.ts'
import { factsOf, lineOf } from './testing/order-states.ts'

type Story = {
  name: string
  states: Partial<OrderFacts>[]
  /** Per state. h: on hand, r: reserved, in base units. */
  moved: string[]
  /** Per state: listing units by which the platform's own number fell. */
  subtracted: number[]
}
const one = (rest: Partial<LineFacts>): LineFacts[] => [lineOf(rest)]

const stories: Story[] = [
  {
    name: 'ordered, shipped, returned',
    states: [
      { lines: one({ current: 3 }) },
      { lines: one({ current: 3, shipped: 2 }) },
      { state: 'closed', lines: one({ current: 3, shipped: 3, returned: 1 }) },
    ],
    moved: ['reserve r+3', 'ship h-2 r-2', 'ship h-1 r-1, return h+1'],
    subtracted: [3, 0, -1],
  },
  {
    name: 'a refund and then a cancel put nothing back twice (I11)',
    states: [
      { lines: one({ current: 3 }) },
      { lines: one({ current: 2, ordered: 3 }) },
      { state: 'cancelled', lines: one({ current: 2, ordered: 3 }) },
      { state: 'cancelled', lines: one({ current: 0, ordered: 3 }) },
    ],
    moved: ['reserve r+3', 'release r-1', 'release r-2', ''],
    subtracted: [3, -1, -2, 0],
  },
  {
    name: 'a cancel after a part was shipped keeps what left',
    states: [
      { lines: one({ current: 3 }) },
      { lines: one({ current: 3, shipped: 1 }) },
      { state: 'cancelled', lines: one({ current: 3, shipped: 1 }) },
    ],
    moved: ['reserve r+3', 'ship h-1 r-1', 'release r-2'],
    subtracted: [3, 0, -2],
  },
  {
    name: 'a number that never falls by itself is not taken for fallen when units ship or are cancelled',
    states: [
      { lines: one({ current: 4, ordered: 4, subtracted: 'never' }) },
      { lines: one({ current: 4, ordered: 4, shipped: 2, subtracted: 'never' }) },
      { lines: one({ current: 3, ordered: 4, shipped: 2, subtracted: 'never' }) },
      { state: 'closed', lines: one({ current: 3, ordered: 4, shipped: 3, subtracted: 'never' }) },
    ],
    moved: ['reserve r+4', 'ship h-2 r-2', 'release r-1', 'ship h-1 r-1'],
    subtracted: [0, 0, 0, 0],
  },
  {
    name: 'shipped before it was first seen',
    states: [{ state: 'closed', lines: one({ current: 2, shipped: 2 }) }],
    moved: ['reserve r+2, ship h-2 r-2'],
    subtracted: [2],
  },
  {
    name: 'cancelled before it was first seen',
    states: [{ state: 'cancelled', lines: one({ current: 2 }) }],
    moved: [''],
    subtracted: [0],
  },
  {
    name: 'a six-pack moves six base units each and one listing unit',
    states: [
      { lines: one({ current: 2, unitsPerListing: 6 }) },
      { lines: one({ current: 2, shipped: 1, unitsPerListing: 6 }) },
      { lines: one({ current: 2, shipped: 2, returned: 1, unitsPerListing: 6 }) },
    ],
    moved: ['reserve r+12', 'ship h-6 r-6', 'ship h-6 r-6, return h+6'],
    subtracted: [2, 0, -1],
  },
  {
    name: 'an edit takes one line out and puts another in',
    states: [
      { lines: [lineOf({ externalId: '1', current: 2 })] },
      { lines: [lineOf({ externalId: '2', current: 1 })] },
      { lines: [lineOf({ externalId: '2', current: 1 })] },
    ],
    moved: ['reserve r+2', 'reserve r+1, release r-2', ''],
    subtracted: [2, -1, 0],
  },
  {
    name: 'a line taken out after a part was shipped keeps what left',
    states: [{ lines: one({ current: 3, shipped: 1 }) }, { lines: [] }, { state: 'cancelled', lines: [] }],
    moved: ['reserve r+3, ship h-1 r-1', 'release r-2', ''],
    subtracted: [3, -2, 0],
  },
  {
    name: 'an unmapped line reserves nothing until its listing is mapped',
    states: [
      { lines: one({ current: 2, itemId: undefined }) },
      { lines: one({ current: 2, unitsPerListing: 6 }) },
    ],
    moved: ['', 'reserve r+12'],
    subtracted: [2, 0],
  },
  {
    name: 'a line mapped only after it was shipped',
    states: [
      { lines: one({ current: 2, shipped: 2, itemId: undefined }) },
      { lines: one({ current: 2, shipped: 2 }) },
    ],
    moved: ['', 'reserve r+2, ship h-2 r-2'],
    subtracted: [2, 0],
  },
  {
    name: 'a listing mapped to another item is for later sales: the line stays with what it reserved',
    states: [
      { lines: one({ current: 2 }) },
      { lines: one({ current: 1, itemId: 'item-2', unitsPerListing: 6 }) },
      { lines: one({ current: 1, itemId: undefined }) },
    ],
    moved: ['reserve r+2', 'release r-1', ''],
    subtracted: [2, -1, 0],
  },
  {
    name: 'units that the platform subtracts only later (pending, then paid)',
    states: [
      { state: 'pending', lines: one({ current: 2, subtracted: 'no' }) },
      { state: 'open', lines: one({ current: 2, subtracted: 'yes' }) },
      { state: 'cancelled', lines: one({ current: 2, subtracted: 'yes' }) },
    ],
    moved: ['reserve r+2', '', 'release r-2'],
    subtracted: [0, 2, -2],
  },
  {
    name: 'units that the platform keeps from nobody (an invoice, then paid): it subtracts them only then',
    states: [
      { state: 'pending', lines: one({ current: 2, subtracted: 'unheld' }) },
      { state: 'open', lines: one({ current: 2, subtracted: 'yes' }) },
      { state: 'pending', lines: one({ current: 2, subtracted: 'unheld' }) },
      { state: 'cancelled', lines: one({ current: 2, subtracted: 'yes' }) },
    ],
    moved: ['reserve r+2', '', '', 'release r-2'],
    subtracted: [0, 2, -2, 0],
  },
  {
    name: 'units that the platform subtracts when they ship',
    states: [
      { lines: one({ current: 3, subtracted: 'no' }) },
      { lines: one({ current: 3, shipped: 1, subtracted: 'no' }) },
    ],
    moved: ['reserve r+3', 'ship h-1 r-1'],
    subtracted: [0, 1],
  },
  {
    name: 'more returned than shipped is no more than shipped',
    states: [{ lines: one({ current: 2, shipped: 1, returned: 2 }) }],
    moved: ['reserve r+2, ship h-1 r-1, return h+1'],
    subtracted: [1],
  },
]

test.each(stories)('$name', ({ states, moved, subtracted }) => {
  const changes = play(states.map((state, index) => factsOf({ version: index + 1, ...state })))
  expect(changes.map((change) => change.movements.map(toText).join(', '))).toEqual(moved)
  expect(
    changes.map((change) => sum(change.subtracted.map((entry) => entry.sold - entry.givenBack))),
  ).toEqual(subtracted)
})

test('unmapped lines are named, the other lines of the order are applied', () => {
  const unmapped = lineOf({ externalId: '2', itemId: undefined, stockUnitId: undefined })
  const [change] = play([factsOf({ lines: [lineOf({ externalId: '1' }), unmapped] })])
  expect(change?.unmapped).toEqual([unmapped])
  expect(change?.movements.map(toText)).toEqual(['reserve r+1'])
  expect(change?.subtracted).toEqual([{ stockUnitId: 'unit-1', sold: 1, givenBack: 0 }])
})

test('what the shop takes off its number only when it is paid was promised before', () => {
  const states = [
    factsOf({ version: 1, state: 'pending', lines: one({ ordered: 2, current: 2, subtracted: 'no' }) }),
    factsOf({ version: 2, state: 'open', lines: one({ ordered: 2, current: 2, subtracted: 'yes' }) }),
  ]
  const [, paid] = play(states)
  expect(paid?.subtracted).toEqual([{ stockUnitId: 'unit-1', sold: 2, promised: 2, givenBack: 0 }])
})

test('what an order that failed did to the number is not known, nor what it does when it is paid after all', () => {
  const changes = play([
    factsOf({ version: 1, lines: one({ current: 2 }) }),
    factsOf({
      version: 2,
      state: 'cancelled',
      lines: one({ current: 0, ordered: 2, subtracted: 'unknown' }),
    }),
    factsOf({ version: 3, lines: one({ current: 2 }) }),
  ])
  expect(changes.map(({ subtracted }) => subtracted.map(({ isUnsure = false }) => isUnsure))).toEqual([
    [false],
    [true],
    [true],
  ])
})

test('an order that is first seen cancelled has taken its units and put them back', () => {
  const [change] = play([factsOf({ state: 'cancelled', lines: one({ ordered: 2, current: 2 }) })])
  expect(change?.subtracted).toEqual([{ stockUnitId: 'unit-1', sold: 2, givenBack: 2 }])
})

test('movements name the order, its reservation its line, both the routing default', () => {
  const [change] = play([factsOf()])
  expect(change?.movements).toMatchObject([
    {
      itemId: 'item-1',
      locationId: 'MAIN',
      commandKey: 'key',
      referenceKind: 'order',
      referenceId: 'order-1',
      actor: 'webhook',
    },
  ])
  expect(change?.reservations).toMatchObject([
    {
      itemId: 'item-1',
      locationId: 'MAIN',
      kind: 'recorded',
      ownerKind: 'order-line',
      ownerId: change?.lines[0]?.lineId,
      reserved: 1,
    },
  ])
})

test('a reservation stays where it was made when the routing default moves', () => {
  const states = [
    factsOf({ lines: one({ current: 2 }) }),
    factsOf({ version: 2, lines: one({ current: 3 }) }),
  ]
  const [, later] = play(states, (index) => (index === 0 ? 'MAIN' : 'EAST'))
  expect(later?.movements).toMatchObject([{ kind: 'reserve', reservedDelta: 1, locationId: 'MAIN' }])
})

function play(
  states: readonly OrderFacts[],
  locationAt: (index: number) => string = () => 'MAIN',
): OrderChange[] {
  let known: KnownOrder | undefined
  const reservations = new Map<string, ReservationRow[]>()
  let ids = 0
  return states.map((facts, index) => {
    const change = decideOrderChange(known, reservations, facts, {
      locationId: locationAt(index),
      commandKey: 'key',
      actor: 'webhook',
      orderId: 'order-1',
      effectiveAt: facts.placedAt,
      uuid: () => {
        ids += 1
        return `id-${ids}`
      },
    })
    known = { orderId: 'order-1', lines: change.lines }
    for (const row of change.reservations) {
      const others = (reservations.get(row.ownerId) ?? []).filter(
        ({ reservationId }) => reservationId !== row.reservationId,
      )
      reservations.set(row.ownerId, [...others, row])
    }
    return change
  })
}

function sum(units: readonly number[]): number {
  return units.reduce((total, each) => total + each, 0)
}

function toText(movement: NewMovement): string {
  const signed = (letter: string, units: number) =>
    units === 0 ? '' : ` ${letter}${units > 0 ? '+' : ''}${units}`
  return `${movement.kind}${signed('h', movement.onHandDelta)}${signed('r', movement.reservedDelta)}`
}
