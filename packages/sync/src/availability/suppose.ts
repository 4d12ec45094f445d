import { findItemsBySku, findLocations } from '@plimsoll/stock'
import type { SyncContext } from '../context.ts'
import { syncProblem } from '../errors.ts'
import { OVERSELLS_PER_MILLION, type ProtectionRow } from '../load-line/protection.ts'
import { toProtectionScope } from '../load-line/protections.ts'
import {
  applyChange,
  type PolicyTarget,
  refuseContradictions,
  type StoredChange,
  toPolicyScope,
  toStored,
} from '../policies/policies.ts'
import { NOTHING_SET } from '../policies/policy.ts'
import type { PolicyInForce } from '../policies/policy-book.ts'
import type { Supposed } from './level-figures.ts'
import type { ItemAtLocation } from './supply.ts'
import { findListingUnit } from './whatif.store.ts'
import type { WhatIfRequest } from './whatif.ts'

/** Everything that is supposed to be otherwise. */
export type Supposition = {
  figures: Supposed
  /** Base units that are there beyond what is, or fewer. */
  stock: readonly ItemAtLocation[]
  /** Undefined: how things are protected stays. */
  protections: ((stored: readonly ProtectionRow[]) => ProtectionRow[]) | undefined
}

/** @throws SyncProblem for whom or what is not known, and for values that contradict each other */
export async function toSupposition(context: SyncContext, request: WhatIfRequest): Promise<Supposition> {
  const stock = await toSupposedStock(context, request.stock)
  const figures = await toSupposedFigures(context, request, stock)
  return { figures, stock, protections: await toSupposedProtections(context, request.protections) }
}

async function toSupposedProtections(
  context: SyncContext,
  asked: WhatIfRequest['protections'],
): Promise<Supposition['protections']> {
  if (asked.length === 0) return undefined
  const set: (Omit<ProtectionRow, 'mode'> & { mode: ProtectionRow['mode'] | null })[] = []
  for (const { mode, oversellsPerMillion = OVERSELLS_PER_MILLION, ...target } of asked)
    set.push({ ...(await toProtectionScope(context, target)), mode, oversellsPerMillion })
  return (stored) =>
    set.reduce<ProtectionRow[]>(
      (rows, { mode, ...each }) => {
        const others = rows.filter(({ scope, scopeId }) => scope !== each.scope || scopeId !== each.scopeId)
        return mode === null ? others : [...others, { ...each, mode }]
      },
      [...stored],
    )
}

async function toSupposedFigures(
  context: SyncContext,
  request: WhatIfRequest,
  stock: readonly ItemAtLocation[],
): Promise<Supposed> {
  const policies: SupposedPolicy[] = []
  for (const { set, ...target } of request.policies)
    policies.push(await toSupposedPolicy(context, target, set))
  return {
    policies: (stored) => policies.reduce((rows, policy) => suppose(rows, policy), [...stored]),
    stock: (stored) => {
      const rows = [...stored]
      for (const { itemId, locationId, units } of stock) {
        const nth = rows.findIndex((row) => row.itemId === itemId && row.locationId === locationId)
        const row = rows[nth]
        if (row === undefined) rows.push({ itemId, locationId, available: units, incoming: 0 })
        else rows[nth] = { ...row, available: row.available + units }
      }
      return rows
    },
    holderIds: policies
      .filter(
        ({ change, campaignUnits }) => campaignUnits !== null || (change.exclusivePercent ?? null) !== null,
      )
      .map(({ row }) => row.scopeId),
  }
}

/** The same change for many at once. @param rows whom it is for, with nothing set */
export function supposeForAll(
  rows: readonly PolicyInForce[],
  change: StoredChange,
  protection: { mode: ProtectionRow['mode'] | null; oversellsPerMillion: number } | undefined,
): Supposition {
  const own = new Map(rows.map((row) => [`${row.scope} ${row.scopeId}`, row]))
  const isOne = (scope: string, scopeId: string) => own.has(`${scope} ${scopeId}`)
  const setsAside = (change.exclusivePercent ?? null) !== null
  return {
    figures: {
      policies: (stored) => {
        const isStored = new Set(
          stored.flatMap((each) => (each.windowId === null ? [`${each.scope} ${each.scopeId}`] : [])),
        )
        const changed = stored.map((each) =>
          each.windowId === null && isOne(each.scope, each.scopeId)
            ? { ...each, ...applyChange(each, change) }
            : each,
        )
        const added = [...own].flatMap(([key, row]) =>
          isStored.has(key) ? [] : [{ ...row, ...applyChange(row, change) }],
        )
        return [...added, ...changed]
      },
      stock: (stored) => [...stored],
      holderIds: setsAside ? rows.map(({ scopeId }) => scopeId) : [],
    },
    stock: [],
    protections:
      protection === undefined
        ? undefined
        : (stored) => {
            const others = stored.filter(({ scope, scopeId }) => !isOne(scope, scopeId))
            const { mode, oversellsPerMillion } = protection
            if (mode === null) return others
            return [
              ...others,
              ...rows.map(({ scopeId }) => ({ scope: 'item' as const, scopeId, mode, oversellsPerMillion })),
            ]
          },
  }
}

type SupposedPolicy = { row: PolicyInForce; change: StoredChange; campaignUnits: number | null }

async function toSupposedPolicy(
  context: SyncContext,
  target: PolicyTarget,
  { campaignUnits = null, ...told }: WhatIfRequest['policies'][number]['set'],
): Promise<SupposedPolicy> {
  const scope = await toPolicyScope(context, target)
  const change = await toStored(context, told)
  refuseContradictions(scope, applyChange(NOTHING_SET, change))
  const unit =
    scope.scope === 'listing'
      ? await findListingUnit(context.database.kysely, context.organizationId, scope.scopeId)
      : { connectionId: null, stockUnitId: null, itemId: null, listings: 0 }
  const row = { ...scope, ...unit, ...NOTHING_SET, campaignUnits: null, windowId: null }
  return { row, change, campaignUnits }
}

/** A campaign is supposed to be open already; anything else is set beside what is stored without an end. */
function suppose(
  rows: readonly PolicyInForce[],
  { row, change, campaignUnits }: SupposedPolicy,
): PolicyInForce[] {
  if (campaignUnits !== null) return [...rows, { ...row, ...applyChange(row, change), campaignUnits }]
  const isSame = (each: PolicyInForce) =>
    each.scope === row.scope && each.scopeId === row.scopeId && each.windowId === null
  if (!rows.some(isSame)) return [{ ...row, ...applyChange(row, change) }, ...rows]
  return rows.map((each) => (isSame(each) ? { ...each, ...applyChange(each, change) } : each))
}

async function toSupposedStock(context: SyncContext, stock: WhatIfRequest['stock']) {
  if (stock.length === 0) return []
  const { organizationId, database } = context
  const items = await findItemsBySku(
    database.kysely,
    organizationId,
    stock.map(({ sku }) => sku),
  )
  const locations = await findLocations(database.kysely, organizationId)
  return stock.map(({ sku, location, units }) => {
    const item = items.find((each) => each.sku === sku)
    const place = locations.find((each) => each.code === location)
    if (item === undefined)
      throw syncProblem('unknown-item', 'stock', `There is no item with the SKU "${sku}".`)
    if (place === undefined)
      throw syncProblem('unknown-location', 'stock', `There is no location ${location}.`)
    return { itemId: item.itemId, locationId: place.locationId, units }
  })
}
