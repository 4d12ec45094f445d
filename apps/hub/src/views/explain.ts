import type { ExplainNode } from '@plimsoll/client'
import { findBlock, unusableOf } from '@plimsoll/stock'
import {
  bufferOf,
  decideDesired,
  type LevelStock,
  type LineBecause,
  type Policy,
  promisableOf,
  type StaleItem,
  staleUnitsOf,
} from '@plimsoll/sync'
import { type ExplainedPart, explainIncoming, explainKit, explainWithheld } from './explain-kit.ts'
import type {
  LevelView,
  LocationBalance,
  MovementSum,
  OpenReservation,
  UnsubtractedOrder,
} from './item.store.ts'
import type { LotAtLocation } from './item-lots.store.ts'

export type ExplainInput = {
  level: Pick<
    LevelView,
    | 'desired'
    | 'desiredBecause'
    | 'levelUnitsPerListing'
    | 'otherSku'
    | 'poolLocationIds'
    | 'unsubtracted'
    | 'connectionId'
    | 'stockUnitId'
    | 'protection'
  >
  policy: Policy
  /** What the level may promise of what is there, as it was decided. */
  stock: LevelStock
  /** The most the platform accepts. */
  quantityMax: number
  balances: readonly LocationBalance[]
  reservations: readonly OpenReservation[]
  movements: readonly MovementSum[]
  unsubtracted: readonly UnsubtractedOrder[]
  /** Of a virtual kit, whose stock is theirs; none for any other item. */
  kitParts: readonly ExplainedPart[]
  /** Lots that may not leave, or not to everybody. */
  lots: readonly LotAtLocation[]
  /** Connections that may have sold it and whose orders are not known. */
  stale?: readonly StaleItem[]
}

/**
 * Why a level shows what it shows: desired, down to the movements and orders behind it (I10). The rows of
 * each node add up to it exactly; where listings hold several units, the division and its remainder are shown. A kit
 * is the least of what its parts allow.
 */
export function explainLevel(told: ExplainInput): ExplainNode {
  const input = toUsable(told)
  const { level } = input
  const { desired } = level
  if (desired === null) {
    return { label: 'desired', value: null, rows: [{ label: 'not-worked-out', value: null }] }
  }
  const because = level.desiredBecause === null ? {} : { detail: level.desiredBecause }
  if (level.otherSku !== null) {
    // Listings that share a level were tied to different items; the level follows one of them.
    const rows: ExplainNode[] = [{ label: 'other-item', value: desired, detail: level.otherSku }]
    return { label: 'desired', value: desired, ...because, rows }
  }
  const { stock } = input
  const decided = decideDesired(
    {
      ...level,
      ...stock,
      available: stock.available - keptBackOf(input),
      unitsPerListing: level.levelUnitsPerListing,
      quantityMax: input.quantityMax,
    },
    input.policy,
  )
  const promise: ExplainNode = {
    label: 'promise',
    value: decided.promise,
    rows: explainPromise(input, decided.promise),
  }
  const rows = [promise]
  if (level.unsubtracted > 0) rows.push(explainUnsubtracted(input))
  const beyondMaximum = decided.promise + level.unsubtracted - decided.units
  if (beyondMaximum > 0) {
    rows.push({ label: 'platform-maximum', value: -beyondMaximum, detail: String(input.quantityMax) })
  }
  if (desired !== decided.units) rows.push(explainRest(level, desired - decided.units))
  // What is kept back because of how it sells is part of the policy's buffer where that is decided, and no reason by itself.
  const isKeptBack = level.desiredBecause === 'available' && rows.at(-1)?.label === 'demand-buffer'
  return { label: 'desired', value: desired, ...(isKeptBack ? { detail: 'buffered' } : because), rows }
}

/** Units that the level keeps back because of the unread orders of others. */
function keptBackOf(input: ExplainInput): number {
  return staleUnitsOf(input.stock, staleOf(input))
}

function staleOf({ stale = [], level }: ExplainInput): StaleItem[] {
  return stale.filter(({ connectionId }) => connectionId !== level.connectionId)
}

const DEALT: ReadonlySet<string> = new Set<LineBecause>([
  'granted',
  'kept',
  'recalled',
  'waiting',
  'tightening',
])

/** What is beside the promise: the level's part of what is dealt, or what is kept back because of how the item sells. */
function explainRest({ desiredBecause, protection }: ExplainInput['level'], value: number): ExplainNode {
  if (desiredBecause !== null && DEALT.has(desiredBecause))
    return { label: 'load-line', value, detail: desiredBecause }
  // A person wanted the connection to show nothing before it is paused.
  if (desiredBecause === 'zeroed') return { label: 'zeroed', value }
  if (protection === 'buffered' && value < 0) return { label: 'demand-buffer', value }
  // A mapping or a policy changed a moment ago, and the hub has still to work out what follows.
  return { label: 'not-worked-out', value }
}

function poolOf({ level, balances }: ExplainInput): LocationBalance[] {
  return balances.filter((balance) => level.poolLocationIds.includes(balance.locationId))
}

function explainPromise(input: ExplainInput, promise: number): ExplainNode[] {
  const { level, policy } = input
  if (policy.fixed !== undefined && !policy.paused) return [{ label: 'fixed', value: policy.fixed }]
  const { stock } = input
  const keptBack = keptBackOf(input)
  const promisable = promisableOf({ ...stock, available: stock.available - keptBack }, policy)
  const buffer = bufferOf(promisable, policy)
  const baseUnits: ExplainNode[] = explainAvailable(input)
  if (keptBack > 0) {
    const names = staleOf(input).map(({ connectionName }) => connectionName)
    baseUnits.push({ label: 'stale-orders', value: -keptBack, detail: names.join(', ') })
  }
  if (buffer > 0) baseUnits.push({ label: 'buffer', value: -buffer })
  if (promisable - buffer < 0) baseUnits.push({ label: 'none-below-zero', value: buffer - promisable })

  const dividend = Math.max(0, promisable - buffer)
  const divisor = level.levelUnitsPerListing
  const whole = Math.floor(dividend / divisor)
  const division = { dividend, divisor, remainder: dividend - whole * divisor }
  const rows: ExplainNode[] =
    divisor === 1 ? baseUnits : [{ label: 'whole-listings', value: whole, division, rows: baseUnits }]
  if (policy.paused) rows.push({ label: 'paused', value: -whole })
  else if (policy.floor !== undefined && whole < policy.floor) {
    rows.push({ label: 'floor', value: -whole, detail: String(policy.floor) })
  } else if (policy.cap !== undefined && whole > policy.cap) {
    rows.push({ label: 'cap', value: promise - whole, detail: String(policy.cap) })
  }
  return rows
}

/**
 * What the level may promise of its pool: base units of the item with what of them is not for it, or as many kits as their
 * parts allow; and what is on its way where the policy lets that be promised.
 */
function explainAvailable(input: ExplainInput): ExplainNode[] {
  const { kitParts, policy, stock } = input
  const { poolLocationIds } = input.level
  const pool = { locationIds: poolLocationIds, promiseIncoming: policy.promiseIncoming }
  if (kitParts.length > 0) {
    const explainOfPart = (balance: LocationBalance, part: ExplainedPart) =>
      explainLocation(balance, { ...part, policy })
    return [explainKit(kitParts, stock, pool, explainOfPart)]
  }
  const balances = poolOf(input)
  const [own] = stock.parts
  const isLess = policy.poolLocationIds !== undefined
  const available: ExplainNode = {
    label: 'available',
    value: sumOf(balances.map((balance) => balance.available)),
    ...(isLess && { detail: balances.map(({ locationCode }) => locationCode).join(', ') }),
    rows: balances.map((balance) => explainLocation(balance, input)),
  }
  const incoming = policy.promiseIncoming && stock.incoming > 0
  return [
    available,
    ...(own === undefined ? [] : explainWithheld(own)),
    ...(incoming ? [explainIncoming(balances, stock.incoming)] : []),
  ]
}

/** The connection's own orders that its platform will still subtract: shown on top, or they would count twice. */
function explainUnsubtracted({ level, unsubtracted }: ExplainInput): ExplainNode {
  const orders = unsubtracted.filter(
    (order) => order.connectionId === level.connectionId && order.stockUnitId === level.stockUnitId,
  )
  const rows = orders.map((order) => toOrderRow(order.units, order.orderNumber, order.orderId))
  return {
    label: 'not-yet-subtracted',
    value: level.unsubtracted,
    rows: [...rows, ...restOf(level.unsubtracted, rows, 'order')],
  }
}

function explainLocation(
  balance: LocationBalance,
  of: Pick<ExplainInput, 'movements' | 'reservations' | 'lots' | 'policy'>,
): ExplainNode {
  const here = of.movements.filter((sum) => sum.locationId === balance.locationId)
  const orders = of.reservations
    .filter((each) => each.locationId === balance.locationId)
    .map((each) => toOrderRow(-each.units, each.orderNumber ?? 'API', each.orderId))
  return {
    label: 'location',
    value: balance.available,
    detail: balance.locationCode,
    rows: [
      { label: 'on-hand', value: balance.onHand, rows: toMovementRows(here, (sum) => sum.onHand) },
      {
        label: 'reserved',
        value: negative(balance.reserved),
        rows: [...orders, ...restOf(-balance.reserved, orders, 'order')],
      },
      { label: 'held', value: negative(balance.held), rows: toMovementRows(here, (sum) => -sum.held) },
      ...explainUnusable(balance, of),
    ],
  }
}

/** Units of lots that the level may not show, with the lot and why. */
function explainUnusable(balance: LocationBalance, input: OfLots): ExplainNode[] {
  const rows = unusableLotsAt(balance, input).map(({ lot, units }): ExplainNode => {
    const { code, expiresOn } = lot
    const because = findBlock(lot, lot.today) ?? 'lot-shelf-life'
    const until = expiresOn === null ? '' : `, ${expiresOn}`
    const detail = `${code}: ${because}${until}`
    return { label: 'lot', value: -units, detail, lot: { code, because, expiresOn } }
  })
  return rows.length === 0
    ? []
    : [{ label: 'unusable', value: sumOf(rows.map((row) => row.value ?? 0)), rows }]
}

type OfLots = Pick<ExplainInput, 'lots' | 'policy'>

/** With what is available less what no lot may give to this level. */
function toUsable(input: ExplainInput): ExplainInput {
  const { policy } = input
  const usable = (balances: readonly LocationBalance[], lots: readonly LotAtLocation[]) =>
    balances.map((balance) => {
      const unusable = sumOf(unusableLotsAt(balance, { lots, policy }).map(({ units }) => units))
      return { ...balance, available: balance.available - unusable }
    })
  const { poolLocationIds } = policy
  const level =
    poolLocationIds === undefined
      ? input.level
      : {
          ...input.level,
          poolLocationIds: input.level.poolLocationIds.filter((each) => poolLocationIds.includes(each)),
        }
  return {
    ...input,
    level,
    balances: usable(input.balances, input.lots),
    kitParts: input.kitParts.map((part) => ({ ...part, balances: usable(part.balances, part.lots) })),
  }
}

function unusableLotsAt(balance: LocationBalance, { lots, policy }: OfLots) {
  return lots
    .filter((lot) => lot.locationId === balance.locationId)
    .map((lot) => ({ lot, units: unusableOf(lot, lot, lot.today, policy.minShelfLifeDays ?? 0) }))
    .filter(({ units }) => units > 0)
}

function toOrderRow(units: number, number: string, orderId: string | null): ExplainNode {
  return { label: 'order', value: units, detail: number, ...(orderId !== null && { reference: orderId }) }
}

function toMovementRows(sums: readonly MovementSum[], unitsOf: (sum: MovementSum) => number): ExplainNode[] {
  return sums
    .filter((sum) => unitsOf(sum) !== 0)
    .map((sum) => ({ label: 'movement', value: unitsOf(sum), detail: sum.kind }))
}

/** One row for what is not listed by itself, so that the rows add up. */
function restOf(value: number, rows: readonly ExplainNode[], label: ExplainNode['label']): ExplainNode[] {
  const rest = value - sumOf(rows.map((row) => row.value ?? 0))
  return rest === 0 ? [] : [{ label, value: rest, detail: '…' }]
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0)
}

/** Not −0, which is another number to whoever compares. */
function negative(value: number): number {
  return value === 0 ? 0 : -value
}
