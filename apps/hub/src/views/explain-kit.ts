import type { ExplainNode } from '@plimsoll/client'
import { availableOfKit, kitsFrom } from '@plimsoll/stock'
import { type LevelStock, type PromisablePart, promisableOf } from '@plimsoll/sync'
import type { LocationBalance, MovementSum, OpenReservation } from './item.store.ts'
import type { LotAtLocation } from './item-lots.store.ts'

/** One part of a virtual kit with what is recorded of its stock. */
export type ExplainedPart = {
  itemId: string
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

/** How many kits all that is available allows. */
export function availableOfParts(parts: readonly ExplainedPart[]): number {
  return availableOfKit(parts.map((part) => ({ ...part, available: sumOf(part.balances, 'available') })))
}

/**
 * Why a pool allows so many kits: what each part allows, of which the least counts.
 * @param stock what the level may promise of each part
 * @param explainLocation one location of a part, down to its movements and orders
 */
export function explainKit(
  parts: readonly ExplainedPart[],
  stock: LevelStock,
  pool: Pool,
  explainLocation: (balance: LocationBalance, part: ExplainedPart) => ExplainNode,
): ExplainNode {
  const rows = parts
    .map((part): ExplainNode & { value: number } => {
      const own = stock.parts.find(({ itemId }) => itemId === part.itemId) ?? nothingOf(part)
      const promisable = promisableOf(own, pool)
      const balances = balancesIn(part, pool)
      const locations = balances.map((balance) => explainLocation(balance, part))
      const incoming = promisable === own.available ? [] : [explainIncoming(balances, own.incoming)]
      const beyond = [...explainWithheld(own), ...incoming]
      const value = kitsFrom({ available: promisable, quantity: part.quantity })
      const head = { label: 'component' as const, value, detail: part.sku }
      if (part.quantity === 1) return { ...head, rows: [...locations, ...beyond] }
      return {
        ...head,
        division: {
          dividend: promisable,
          divisor: part.quantity,
          remainder: promisable - value * part.quantity,
        },
        rows: [{ label: 'available', value: sumOf(balances, 'available'), rows: locations }, ...beyond],
      }
    })
    .sort((a, b) => a.value - b.value)
  const [rest] = rows.slice(PARTS_LISTED)
  return {
    label: 'kits',
    value: promisableOf(stock, pool),
    isLeast: true,
    rows:
      rest === undefined
        ? rows
        : [...rows.slice(0, PARTS_LISTED), { label: 'component', value: rest.value, detail: '…' }],
  }
}

/** Of a part that was added a moment ago. */
function nothingOf({ itemId, quantity }: ExplainedPart): PromisablePart {
  const none = {
    available: 0,
    incoming: 0,
    pool: 0,
    forCampaigns: 0,
    forOthers: 0,
    beyondShare: 0,
    ownCampaign: 0,
  }
  return { ...none, itemId, quantity }
}

/** What of a pool is not for the level, and why. */
export function explainWithheld({ forCampaigns, forOthers, beyondShare }: PromisablePart): ExplainNode[] {
  const rows: ExplainNode[] = [
    { label: 'for-campaigns', value: -forCampaigns },
    { label: 'exclusive-of-others', value: -forOthers },
    { label: 'share', value: -beyondShare },
  ]
  return rows.filter(({ value }) => value !== null && value < 0)
}

/** What is on its way to these places, as far as the level may promise it. */
export function explainIncoming(balances: readonly LocationBalance[], promised: number): ExplainNode {
  const rows = balances
    .filter((balance) => balance.incoming > 0)
    .map(({ incoming: value, locationCode: detail }): ExplainNode => ({ label: 'location', value, detail }))
  const withheld = sumOf(balances, 'incoming') - promised
  return {
    label: 'incoming',
    value: promised,
    rows: withheld === 0 ? rows : [...rows, { label: 'incoming-withheld', value: -withheld }],
  }
}

function balancesIn({ balances }: ExplainedPart, { locationIds }: Pool): LocationBalance[] {
  return balances.filter(({ locationId }) => locationIds.includes(locationId))
}

function sumOf(balances: readonly LocationBalance[], figure: 'available' | 'incoming'): number {
  return balances.reduce((sum, balance) => sum + balance[figure], 0)
}
