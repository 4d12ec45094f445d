import type { LotDetail, LotList, LotTrace, SerialLives, SerialPage, SerialRow } from '@plimsoll/client'
import { toItemRow, toMovements } from './answers.ts'
import { indexOf, locations, nameOf, skuOf, trackingOf, type World } from './world.ts'

/** Lots and serial numbers of the development world. */

const unitsEach = 30
const iso = (ms: number) => new Date(ms).toISOString()
const dayMs = 86_400_000

function unitOf(index: number, number: number): SerialRow {
  const state = (['in-stock', 'in-stock', 'shipped', 'held'] as const)[number % 4] ?? 'in-stock'
  return {
    serial: `CMP-${String(index).padStart(5, '0')}-${String(number).padStart(3, '0')}`,
    sku: skuOf(index),
    name: nameOf(index),
    state,
    locationCode: locations[number % 3]?.code ?? 'RTM',
    orderNumber: state === 'shipped' ? `#${10_400 + number}` : null,
  }
}

export function toSerials(query: URLSearchParams): SerialPage {
  const sku = query.get('sku')
  const indexes = sku === null ? [10, 22, 34] : [indexOf(sku) ?? 0]
  const units = indexes.flatMap((index) =>
    Array.from({ length: unitsEach }, (_, number) => unitOf(index, number)),
  )
  const from = Number(query.get('cursor') ?? 0)
  const to = from + Number(query.get('limit') ?? 50)
  const found = units.filter((unit) => unit.serial.startsWith(query.get('search') ?? ''))
  return { rows: found.slice(from, to), next: to < found.length ? String(to) : null }
}

export function toSerialLives(serial: string, nowMs: number): SerialLives | undefined {
  const [, item, number] = /^CMP-(\d{5})-(\d{3})$/.exec(serial) ?? []
  if (item === undefined || Number(number) >= unitsEach || trackingOf(Number(item)) !== 'serial')
    return undefined
  const unit = unitOf(Number(item), Number(number))
  const event = { connectionName: null, reservationId: null, orderNumber: null, reason: null, actor: 'api' }
  const at = (daysAgo: number) => ({
    effectiveAt: iso(nowMs - daysAgo * dayMs),
    recordedAt: iso(nowMs - daysAgo * dayMs),
  })
  const { locationCode, state } = unit
  const events: SerialLives['rows'][number]['events'] = [
    { ...event, ...at(40), kind: 'received', state: 'in-stock', locationCode, reason: 'PO-2291' },
  ]
  if (state === 'held') events.push({ ...event, ...at(3), kind: 'held', state, locationCode })
  if (state === 'shipped') {
    const sold = { orderNumber: unit.orderNumber, connectionName: 'Trade portal', actor: 'sync' }
    events.push({ ...event, ...at(2), ...sold, kind: 'shipped', state, locationCode })
  }
  return { rows: [{ ...unit, events }] }
}

/** Three lots that share what is there of the item; the last one is in quarantine. */
export function toLots(world: World, index: number): LotList {
  const row = toItemRow(world, index)
  return {
    rows: [0, 1, 2].map((number) => {
      const status = number === 2 ? ('quarantined' as const) : ('released' as const)
      const balances = row.locations.map((place, nth) => {
        const share = (units: number) =>
          number === 2 ? units - 2 * Math.floor(units / 3) : Math.floor(units / 3)
        const figures = {
          onHand: share(place.onHand),
          reserved: share(place.reserved),
          held: share(place.held),
        }
        return {
          locationCode: locations[nth]?.code ?? '',
          ...figures,
          incoming: 0,
          available: figures.onHand - figures.reserved - figures.held,
          isUsable: status === 'released',
        }
      })
      const sum = (of: 'onHand' | 'reserved' | 'held' | 'available') =>
        balances.reduce((total, balance) => total + balance[of], 0)
      return {
        sku: row.sku,
        lot: `OL-26${String(number + 6).padStart(2, '0')}`,
        expiresOn: `2099-0${number + 3}-01`,
        manufacturedOn: null,
        supplierLot: `FJ-${number}`,
        status,
        onHand: sum('onHand'),
        reserved: sum('reserved'),
        held: sum('held'),
        incoming: 0,
        available: sum('available'),
        balances,
      }
    }),
  }
}

export function toLotTrace(world: World, index: number, code: string, nowMs: number): LotTrace | undefined {
  const found = toLots(world, index).rows.find(({ lot }) => lot === code)
  if (found === undefined) return undefined
  const made: LotDetail['changes'][number] = {
    before: null,
    after: found.status,
    reason: null,
    actor: 'api',
    changedAt: iso(nowMs - 60 * dayMs),
  }
  const movements = toMovements(found.sku, 0, 20, nowMs).rows
  const owner = { connectionName: 'Trade portal', locationCode: 'RTM', allocated: 0, returned: 0 }
  const owners = [12, 3].map((shipped, number) => ({
    ...owner,
    kind: 'order' as const,
    orderNumber: `#${10_480 + number}`,
    orderId: `order-${number}`,
    reservationId: `line-${number}`,
    shipped,
    isAssumed: number === 1,
  }))
  const corrected: LotDetail['corrections'][number] = {
    what: 'supplierLot',
    before: null,
    after: 'S-9',
    reason: 'Read from the delivery note',
    actor: 'api',
    changedAt: iso(nowMs - 50 * dayMs),
  }
  const lot = { ...found, changes: [made], corrections: [corrected] }
  return { lot, owners, ownersTotal: owners.length, movements, next: null, archivedBefore: null }
}
