import type { ExplainNode } from '@plimsoll/client'
import { bufferOf, type Policy } from '@plimsoll/sync'
import type { LevelView, LocationBalance, MovementSum, OpenReservation } from './item.store.ts'

export type ExplainInput = {
  level: LevelView
  policy: Policy
  balances: readonly LocationBalance[]
  reservations: readonly OpenReservation[]
  movements: readonly MovementSum[]
}

/**
 * Why a level shows what it shows: desired, down to the movements and orders behind it (I10). Each node's
 * rows add up to it, or say what was done to them.
 */
export function explainLevel(input: ExplainInput): ExplainNode {
  const { level, policy } = input
  if (level.desired === null)
    return { label: 'desired', value: null, rows: [{ label: 'unmapped', value: null }] }
  const rows: ExplainNode[] = [
    { label: 'promise', value: level.desired - level.unsubtracted, rows: explainPromise(input) },
  ]
  if (level.unsubtracted > 0) rows.push({ label: 'not-yet-subtracted', value: level.unsubtracted })
  if (policy.paused) rows.push({ label: 'paused', value: 0 })
  return {
    label: 'desired',
    value: level.desired,
    ...(level.desiredBecause !== null && { detail: level.desiredBecause }),
    rows,
  }
}

function explainPromise(input: ExplainInput): ExplainNode[] {
  const { level, policy } = input
  if (policy.fixed !== undefined) return [{ label: 'fixed', value: policy.fixed }]
  const pool = input.balances.filter((balance) => level.poolLocationIds.includes(balance.locationId))
  const available = pool.reduce((sum, balance) => sum + balance.available, 0)
  const buffer = bufferOf(available, policy)
  const rows: ExplainNode[] = [
    { label: 'available', value: available, rows: pool.map((balance) => explainLocation(balance, input)) },
  ]
  if (buffer > 0) rows.push({ label: 'buffer', value: -buffer })
  if (level.unitsPerListing > 1) rows.push({ label: 'units-per-listing', value: level.unitsPerListing })
  if (policy.floor !== undefined) rows.push({ label: 'floor', value: policy.floor })
  if (policy.cap !== undefined) rows.push({ label: 'cap', value: policy.cap })
  return rows
}

function explainLocation(balance: LocationBalance, input: ExplainInput): ExplainNode {
  const here = input.movements.filter((sum) => sum.locationId === balance.locationId)
  const orders = input.reservations.filter((each) => each.locationId === balance.locationId)
  const listed = orders.reduce((sum, each) => sum + each.units, 0)
  const others = balance.reserved - listed
  return {
    label: 'location',
    value: balance.available,
    detail: balance.locationCode,
    rows: [
      {
        label: 'on-hand',
        value: balance.onHand,
        rows: here
          .filter((sum) => sum.onHand !== 0)
          .map((sum) => ({ label: 'movement', value: sum.onHand, detail: sum.kind })),
      },
      {
        label: 'reserved',
        value: -balance.reserved,
        rows: [
          ...orders.map((each) => ({
            label: 'order' as const,
            value: -each.units,
            detail: each.orderNumber ?? 'API',
            ...(each.orderId !== null && { reference: each.orderId }),
          })),
          ...(others > 0 ? [{ label: 'order' as const, value: -others, detail: '…' }] : []),
        ],
      },
      {
        label: 'held',
        value: -balance.held,
        rows: here
          .filter((sum) => sum.held !== 0)
          .map((sum) => ({ label: 'movement', value: -sum.held, detail: sum.kind })),
      },
    ],
  }
}
