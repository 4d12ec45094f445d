// What an owner holds stays one thing, however its rows were spread over components, locations and lots.
import { fromEnvironment } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type ClaimBase, claimOf, type Part, spreadSteps } from './claims.ts'
import { UNALLOCATED_LOT } from './context.ts'
import type { ReservationRow } from './reservations.store.ts'
import { decideReservation, NO_RESERVATION, openOf, type ReservationTarget } from './reservations.ts'

const BASE: ClaimBase = {
  commandKey: 'key',
  referenceKind: 'order',
  referenceId: 'order-1',
  reason: null,
  actor: 'test',
  effectiveAt: new Date('2026-05-01T12:00:00Z'),
}

test('units without a lot are given up first and shipped last', () => {
  const rows = [rowOf({ lotId: UNALLOCATED_LOT, reserved: 2 }), rowOf({ lotId: 'lot-1', reserved: 3 })]
  expect(spread(rows, 'release', 3)).toEqual([`${UNALLOCATED_LOT} -2`, 'lot-1 -1'])
  expect(spread(rows, 'ship', 4)).toEqual(['lot-1 -3', `${UNALLOCATED_LOT} -1`])
})

test('further units are reserved where the owner was routed to, without a lot', () => {
  const rows = [
    rowOf({ locationId: 'main', reserved: 2, released: 2 }),
    rowOf({ locationId: 'east', lotId: 'lot-1', reserved: 1 }),
  ]
  const { changed } = spreadSteps(rows, [], [{ kind: 'reserve', units: 1 }], ownerOf(), BASE)
  expect(changed).toMatchObject([{ locationId: 'east', lotId: UNALLOCATED_LOT, reserved: 1 }])
})

test('a kit keeps the composition that it was reserved with', () => {
  const rows = [rowOf({ itemId: 'bottle', unitsEach: 6, reserved: 6 }), rowOf({ itemId: 'box', reserved: 1 })]
  const now: Part[] = [{ itemId: 'bottle', unitsEach: 5 }]
  const { movements } = spreadSteps(rows, now, [{ kind: 'ship', units: 1 }], ownerOf(), BASE)
  expect(movements.map(({ itemId, onHandDelta }) => [itemId, onHandDelta])).toEqual([
    ['bottle', -6],
    ['box', -1],
  ])
})

type Event = { target: ReservationTarget } | { allocate: number; lotId: string; locationId: string }
const anyEvent: fc.Arbitrary<Event> = fc.oneof(
  fc.tuple(fc.nat(9), fc.nat(9), fc.nat(9)).map(([open, shipped, returned]) => ({
    target: { open, shipped, returned: Math.min(shipped, returned) },
  })),
  fc.record({
    allocate: fc.integer({ min: 1, max: 9 }),
    lotId: fc.constantFrom(UNALLOCATED_LOT, 'lot-1', 'lot-2'),
    locationId: fc.constantFrom('main', 'east'),
  }),
)
const anyParts = fc.uniqueArray(
  fc.record({ itemId: fc.constantFrom('a', 'b', 'c'), unitsEach: fc.integer({ min: 1, max: 6 }) }),
  { minLength: 1, maxLength: 3, selector: (part) => part.itemId },
)

test('I11: over all its rows an owner stands where its own figures say, and so does every row within its bounds', () => {
  fc.assert(
    fc.property(anyParts, fc.array(anyEvent, { maxLength: 15 }), (parts, events) => {
      let claim = NO_RESERVATION
      const rows = new Map<string, ReservationRow>()
      const uuid = () => `row-${String(rows.size).padStart(3, '0')}-${Math.max(0, ids++)}`
      let ids = 0
      for (const event of events) {
        if ('target' in event) {
          const decided = decideReservation(claim, event.target)
          claim = decided.reservation
          const spreadOut = spreadSteps([...rows.values()], parts, decided.steps, ownerOf(uuid), BASE)
          for (const row of spreadOut.changed) rows.set(row.reservationId, row)
        } else {
          allocate(rows, event, uuid)
        }
        for (const part of parts) {
          const own = [...rows.values()].filter((row) => row.itemId === part.itemId)
          const total = (field: 'shipped' | 'returned') => own.reduce((sum, row) => sum + row[field], 0)
          expect(total('shipped')).toBe(claim.shipped * part.unitsEach)
          expect(total('returned')).toBe(claim.returned * part.unitsEach)
          expect(own.reduce((sum, row) => sum + openOf(row), 0)).toBe(openOf(claim) * part.unitsEach)
        }
        for (const row of rows.values()) {
          expect(Math.min(row.reserved, row.released, row.shipped, row.returned)).toBeGreaterThanOrEqual(0)
          expect(row.released + row.shipped).toBeLessThanOrEqual(row.reserved)
          expect(row.returned).toBeLessThanOrEqual(row.shipped)
        }
        if (rows.size > 0) expect(claimOf([...rows.values()])).toEqual(claim)
      }
    }),
    fromEnvironment(400),
  )
})

/** Moves open units of each component to another location or lot, as routing and allocation do. */
function allocate(
  rows: Map<string, ReservationRow>,
  to: { allocate: number; lotId: string; locationId: string },
  uuid: () => string,
): void {
  for (const row of [...rows.values()]) {
    const units = Math.min(to.allocate, openOf(row))
    if (units === 0 || (row.lotId === to.lotId && row.locationId === to.locationId)) continue
    const target = [...rows.values()].find(
      (one) => one.itemId === row.itemId && one.lotId === to.lotId && one.locationId === to.locationId,
    ) ?? { ...row, ...NO_RESERVATION, reservationId: uuid(), lotId: to.lotId, locationId: to.locationId }
    rows.set(row.reservationId, { ...row, reserved: row.reserved - units })
    rows.set(target.reservationId, { ...target, reserved: target.reserved + units })
  }
}

function spread(rows: readonly ReservationRow[], kind: 'release' | 'ship', units: number): string[] {
  const { movements } = spreadSteps(rows, [], [{ kind, units }], ownerOf(), BASE)
  return movements.map((movement) => `${movement.lotId} ${movement.reservedDelta}`)
}

function ownerOf(uuid: () => string = () => 'made') {
  const owner = { kind: 'recorded', ownerKind: 'order-line', ownerId: 'line-1', orderId: 'order-1' } as const
  return { ...owner, expiresAt: null, locationId: 'main', uuid }
}

let rowsMade = 0
function rowOf(rest: Partial<ReservationRow>): ReservationRow {
  rowsMade += 1
  return {
    ...NO_RESERVATION,
    kind: 'recorded',
    ownerKind: 'order-line',
    ownerId: 'line-1',
    orderId: 'order-1',
    expiresAt: null,
    reservationId: `row-${rowsMade}`,
    itemId: 'item-1',
    locationId: 'main',
    lotId: UNALLOCATED_LOT,
    unitsEach: 1,
    ...rest,
  }
}
