import type { ExplainNode } from '@plimsoll/client'
import { availableOfKit, kitsFrom } from '@plimsoll/stock'
import type { LocationBalance, MovementSum, OpenReservation } from './item.store.ts'
import type { LotAtLocation } from './item-lots.store.ts'

/** One part of a virtual kit with what is recorded of its stock. */
export type ExplainedPart = {
  sku: string
  /** Base units in one base unit of the kit. */
  quantity: number
  balances: readonly LocationBalance[]
  reservations: readonly OpenReservation[]
  movements: readonly MovementSum[]
  lots: readonly LotAtLocation[]
}

/** The scarcest parts are shown one by one; a kit may have a thousand. */
const PARTS_LISTED = 50

/** How many kits a pool of locations allows. */
export function availableOfParts(
  parts: readonly ExplainedPart[],
  poolLocationIds: readonly string[],
): number {
  return availableOfKit(parts.map((part) => ({ ...part, available: availableIn(part, poolLocationIds) })))
}

/**
 * Why a pool allows so many kits: what each part allows, of which the least counts.
 * @param explainLocation one location of a part, down to its movements and orders
 */
export function explainKit(
  parts: readonly ExplainedPart[],
  poolLocationIds: readonly string[],
  explainLocation: (balance: LocationBalance, part: ExplainedPart) => ExplainNode,
): ExplainNode {
  const rows = parts
    .map((part): ExplainNode & { value: number } => {
      const available = availableIn(part, poolLocationIds)
      const locations = part.balances
        .filter(({ locationId }) => poolLocationIds.includes(locationId))
        .map((balance) => explainLocation(balance, part))
      const value = kitsFrom({ available, quantity: part.quantity })
      const head = { label: 'component' as const, value, detail: part.sku }
      if (part.quantity === 1) return { ...head, rows: locations }
      return {
        ...head,
        division: {
          dividend: available,
          divisor: part.quantity,
          remainder: available - value * part.quantity,
        },
        rows: [{ label: 'available', value: available, rows: locations }],
      }
    })
    .sort((a, b) => a.value - b.value)
  const [rest] = rows.slice(PARTS_LISTED)
  return {
    label: 'kits',
    value: availableOfParts(parts, poolLocationIds),
    isLeast: true,
    rows:
      rest === undefined
        ? rows
        : [...rows.slice(0, PARTS_LISTED), { label: 'component', value: rest.value, detail: '…' }],
  }
}

function availableIn({ balances }: ExplainedPart, poolLocationIds: readonly string[]): number {
  return balances
    .filter(({ locationId }) => poolLocationIds.includes(locationId))
    .reduce((sum, { available }) => sum + available, 0)
}
