// Each command alone, on a ledger made up for it: what it moves, and in which words it is refused.
import { expect, test } from 'vitest'
import type { LockedBalance } from '../balances.store.ts'
import { UNALLOCATED_LOT } from '../context.ts'
import type { StockErrorCode } from '../errors.ts'
import type { Item } from '../items.store.ts'
import type { Balance } from '../movements.ts'
import { NO_REASON_RULES } from '../reasons/reasons.ts'
import type { ReservationRow } from '../reservations.store.ts'
import { commandOf } from '../testing/stock-world.ts'
import type { PlacedKind, StockCommand } from './command.ts'
import type { Decision } from './kind.ts'
import { kindOf } from './kinds.ts'
import { Ledger, movedSinceText } from './ledger.ts'
import { NOTHING_TRACKED } from './tracked.ts'

const NOW = new Date('2026-05-01T12:00:00Z')
const ITEM: Item = {
  itemId: 'item',
  sku: 'A',
  name: 'Item A',
  tracking: 'plain',
  serialCapture: 'receipt',
  kitKind: 'none',
  archivedAt: null,
}
const PLACE = { itemId: 'item', locationId: 'main', lotId: UNALLOCATED_LOT }
const balance: Balance = { onHand: 10, reserved: 3, held: 2, incoming: 0 }

const accepted: [PlacedKind, number, Partial<Balance> | undefined][] = [
  ['receive', 4, { onHand: 4 }],
  ['adjust', -12, { onHand: -12 }],
  ['adjust', 5, { onHand: 5 }],
  ['count', 7, { onHand: -3 }],
  ['count', 12, { onHand: 2 }],
  ['count', 10, undefined], // agrees: nothing to record
  ['hold', 9, { held: 9 }], // more may be damaged than is free: the world decides that
  ['unhold', 2, { held: -2 }],
  ['reserve', 5, { reserved: 5 }], // exactly what is available
]
test.each(accepted)('%s %d moves %o', (kind, quantity, moved) => {
  const decision = decide(commandOf(kind, 'A', quantity))
  expect(movedBy(decision)).toEqual(
    moved === undefined ? [] : [{ ...PLACE, onHand: 0, reserved: 0, held: 0, incoming: 0, ...moved }],
  )
  if (moved !== undefined) expect(decision).toMatchObject({ changes: { movements: [{ kind }] } })
})

const refused: [PlacedKind, number, Partial<Balance>, StockErrorCode, string][] = [
  ['unhold', 3, {}, 'insufficient-held', '3 units asked, 2 are held.'],
  ['reserve', 6, {}, 'insufficient-stock', '6 units asked, 5 are available.'],
  ['reserve', 1, { onHand: 0 }, 'insufficient-stock', '1 units asked, -5 are available.'],
]
test.each(refused)('%s %d is refused (%o): %s', (kind, quantity, change, code, message) => {
  const decision = decide(commandOf(kind, 'A', quantity), { balance: { ...balance, ...change } })
  expect(decision).toMatchObject({ kind: 'refused', code, field: 'quantity', message })
})

test('received into inspection, units are on hand and held', () => {
  const command = { ...commandOf('receive', 'A', 4), into: 'held' as const }
  expect(movedBy(decide(command))).toMatchObject([{ onHand: 4, held: 4 }])
})

test('a count is true for its moment: what happened since stays on top of it', () => {
  const effectiveAt = new Date(NOW.getTime() - 60_000)
  // Ten now, two sold since: twelve were there at the moment, and eleven were counted.
  const decision = decide(commandOf('count', 'A', 11, { effectiveAt }), { movedSince: -2, at: effectiveAt })
  expect(movedBy(decision)).toMatchObject([{ onHand: -1 }])
})

test('a partial reservation takes what there is, but never nothing', () => {
  const partial = { ...commandOf('reserve', 'A', 9), grant: 'partial' as const }
  expect(movedBy(decide(partial))).toMatchObject([{ reserved: 5 }])
  expect(decide(partial, { balance: { ...balance, held: 7 } })).toMatchObject({ code: 'insufficient-stock' })
})

test('a soft reservation ends in the future', () => {
  const soft = (expiresAt: Date) => ({ ...commandOf('reserve', 'A', 1), expiresAt })
  expect(decide(soft(new Date(NOW.getTime() + 1)))).toMatchObject({
    changes: { reservations: [{ kind: 'soft', reserved: 1 }] },
  })
  expect(decide(soft(NOW))).toMatchObject({ code: 'expiry-in-past', field: 'expiresAt' })
})

const ROW: ReservationRow = {
  ...PLACE,
  reservationId: 'row',
  kind: 'strict',
  ownerKind: 'api',
  ownerId: 'owner',
  orderId: null,
  unitsEach: 1,
  expiresAt: null,
  reserved: 5,
  released: 1,
  shipped: 1,
  returned: 0,
}
const onReservation = (kind: 'release' | 'ship' | 'return' | 'move-reservation', quantity: number) => {
  const head = { key: 'key', actor: 'test', reason: null, effectiveAt: undefined }
  return { ...head, kind, reservationId: 'OWNER', quantity, locationCode: 'EAST' } as StockCommand
}

test('a release gives back at most what is still open', () => {
  expect(movedBy(decide(onReservation('release', 3)))).toMatchObject([{ onHand: 0, reserved: -3 }])
  expect(decide(onReservation('release', 4))).toMatchObject({
    code: 'insufficient-open',
    message: '4 units asked, 3 are still reserved.',
  })
})

test('a shipment takes at most what is still open', () => {
  expect(movedBy(decide(onReservation('ship', 3)))).toMatchObject([{ onHand: -3, reserved: -3 }])
  expect(decide(onReservation('ship', 4))).toMatchObject({ code: 'insufficient-open' })
})

test('what comes back is at most what is out, and may come in elsewhere and be held', () => {
  const damaged = { ...onReservation('return', 1), condition: 'damaged' } as StockCommand
  expect(movedBy(decide(damaged))).toMatchObject([{ locationId: 'east', onHand: 1, held: 1 }])
  expect(decide(onReservation('return', 2))).toMatchObject({ code: 'insufficient-shipped' })
})

test('a reservation moves as far as there is stock, and its owner holds no less and no more', () => {
  const decision = decide(onReservation('move-reservation', 2), { elsewhere: { ...balance, reserved: 6 } })
  expect(movedBy(decision)).toMatchObject([
    { locationId: 'main', reserved: -2 },
    { locationId: 'east', reserved: 2 },
  ])
  expect(decision).toMatchObject({
    changes: { reservations: [{ reserved: 3 }, { reserved: 2, released: 0 }] },
  })
  expect(decide(onReservation('move-reservation', 4))).toMatchObject({ code: 'insufficient-open' })
  expect(
    decide(onReservation('move-reservation', 3), { elsewhere: { ...balance, reserved: 6 } }),
  ).toMatchObject({ code: 'insufficient-stock' })
})

type Given = { balance?: Balance; elsewhere?: Balance; movedSince?: number; at?: Date }

function decide(command: StockCommand, given: Given = {}) {
  const locations = ['main', 'east'].map((id) => ({
    locationId: id,
    code: id.toUpperCase(),
    name: id,
    kind: 'warehouse' as const,
    timeZone: 'UTC',
    archivedAt: null,
  }))
  const balances: LockedBalance[] = [
    { ...PLACE, ...(given.balance ?? balance) },
    { ...PLACE, locationId: 'east', ...(given.elsewhere ?? balance) },
  ]
  const ledger = new Ledger(
    { organizationId: 'organization', uuid: () => 'made', now: () => NOW },
    {
      itemsBySku: new Map([[ITEM.sku, ITEM]]),
      itemsById: new Map([[ITEM.itemId, ITEM]]),
      locationsByCode: new Map(locations.map((location) => [location.code, location])),
      locationsById: new Map(locations.map((location) => [location.locationId, location])),
      unitsBySku: new Map(),
      currency: undefined,
      reasons: NO_REASON_RULES,
      reservations: [ROW],
      assemblies: new Map(),
      kitOfOwner: new Map(),
      kitParts: new Map(),
      ...NOTHING_TRACKED,
    },
    {
      balances,
      lots: [],
      serialCounts: [],
      untoldSince: [],
      movedSince: new Map(given.at ? [[movedSinceText(PLACE, given.at), given.movedSince ?? 0]] : []),
      kitKinds: new Map(),
    },
  )
  return kindOf(command).decide(command, ledger)
}

function movedBy(decision: ReturnType<typeof decide>) {
  const { changes } = decision as Decision
  return changes.movements.map(({ itemId, locationId, lotId, ...movement }) => ({
    itemId,
    locationId,
    lotId,
    onHand: movement.onHandDelta,
    reserved: movement.reservedDelta,
    held: movement.heldDelta,
    incoming: movement.incomingDelta,
  }))
}
