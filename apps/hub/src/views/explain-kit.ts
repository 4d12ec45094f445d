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

/** The locations that a level sells from, and whether what is on its way there may be promised too. */
type Pool = { locationIds: readonly string[]; promiseIncoming: boolean }

/** How many kits a pool of locations allows. */
export function availableOfParts(parts: readonly ExplainedPart[], pool: Pool): number {
  return availableOfKit(parts.map((part) => ({ ...part, available: promisableIn(part, pool) })))
}

/**
 * Why a pool allows so many kits: what each part allows, of which the least counts.
 * @param explainLocation one location of a part, down to its movements and orders
 */
export function explainKit(
  parts: readonly ExplainedPart[],
  pool: Pool,
  explainLocation: (balance: LocationBalance, part: ExplainedPart) => ExplainNode,
): ExplainNode {
  const rows = parts
    .map((part): ExplainNode & { value: number } => {
      const promisable = promisableIn(part, pool)
      const balances = balancesIn(part, pool)
      const available = sumOf(balances, 'available')
      const locations = balances.map((balance) => explainLocation(balance, part))
      const incoming = available === promisable ? [] : [explainIncoming(balances)]
      const value = kitsFrom({ available: promisable, quantity: part.quantity })
      const head = { label: 'component' as const, value, detail: part.sku }
      if (part.quantity === 1) return { ...head, rows: [...locations, ...incoming] }
      return {
        ...head,
        division: {
          dividend: promisable,
          divisor: part.quantity,
          remainder: promisable - value * part.quantity,
        },
        rows: [{ label: 'available', value: available, rows: locations }, ...incoming],
      }
    })
    .sort((a, b) => a.value - b.value)
  const [rest] = rows.slice(PARTS_LISTED)
  return {
    label: 'kits',
    value: availableOfParts(parts, pool),
    isLeast: true,
    rows:
      rest === undefined
        ? rows
        : [...rows.slice(0, PARTS_LISTED), { label: 'component', value: rest.value, detail: '…' }],
  }
}

/** What is on its way to these places. */
export function explainIncoming(balances: readonly LocationBalance[]): ExplainNode {
  const rows = balances
    .filter((balance) => balance.incoming > 0)
    .map(({ incoming: value, locationCode: detail }): ExplainNode => ({ label: 'location', value, detail }))
  return { label: 'incoming', value: sumOf(balances, 'incoming'), rows }
}

function promisableIn(part: ExplainedPart, pool: Pool): number {
  const balances = balancesIn(part, pool)
  return sumOf(balances, 'available') + (pool.promiseIncoming ? sumOf(balances, 'incoming') : 0)
}

function balancesIn({ balances }: ExplainedPart, { locationIds }: Pool): LocationBalance[] {
  return balances.filter(({ locationId }) => locationIds.includes(locationId))
}

function sumOf(balances: readonly LocationBalance[], figure: 'available' | 'incoming'): number {
  return balances.reduce((sum, balance) => sum + balance[figure], 0)
}
