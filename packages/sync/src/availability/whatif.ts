import { inTransaction } from '@plimsoll/database'
import { findItemsBySku } from '@plimsoll/stock'
import { findConnectionId } from '../connections/connections.ts'
import { nowOf, type SyncContext } from '../context.ts'
import { syncProblem } from '../errors.ts'
import type { ProtectionChange, ProtectionTarget } from '../load-line/protections.ts'
import type { PolicyChange, PolicyTarget } from '../policies/policies.ts'
import { type Foreseen, foreseeLevels } from './foresee.ts'
import type { LevelWithStock } from './level-figures.ts'
import { type Supposition, toSupposition } from './suppose.ts'
import { findItemsToLook, findNamesOf, type LevelNames } from './whatif.store.ts'

/** What is supposed to be otherwise, and which items are looked at. */
export type WhatIfRequest = {
  /** As of when; undefined: now. What is planned until then is in force. */
  at: Date | undefined
  /** Set beside what is stored: as a policy without an end, or with campaign units as a window that is open. */
  policies: readonly (PolicyTarget & { set: PolicyChange & { campaignUnits?: number | null | undefined } })[]
  /** As if how things are protected were set so. */
  protections: readonly (ProtectionTarget & ProtectionChange)[]
  /** Units that are there beyond what is, or fewer. */
  stock: readonly { sku: string; location: string; units: number }[]
  /** Only these items; none named: all that the connection sells, or all. */
  items: readonly string[]
  connection: string | undefined
  /** Go on after this item, as the answer before said. */
  cursor: string | undefined
  /** The greatest changes that are told one by one. */
  limit: number
}

/** What a level comes to show. */
export type Shown = Omit<Foreseen, 'level'>

export type WhatIfRow = LevelNames & { before: Shown; after: Shown }

export type WhatIf = {
  at: Date
  totals: {
    levels: number
    changed: number
    lowered: number
    raised: number
    /** Levels that show something now and would show zero. */
    toZero: number
    unitsBefore: number
    unitsAfter: number
    /** Levels of which what they would show is an estimate. */
    estimated: number
  }
  /** Those that change most. */
  rows: WhatIfRow[]
  /** More items are to be looked at from here; undefined: that was all. */
  next: string | undefined
}

/** Looked at in one answer; a larger set goes on from its cursor. */
const ITEMS_PER_ANSWER = 5_000
const ITEMS_PER_LOOK = 500

/**
 * What each level would show if something were otherwise, at some moment: decided by the same code as what is really shown,
 * protections and all, and followed until the channels have settled. Nothing is written.
 * @throws SyncProblem for whom or what is not known, and for values that contradict each other
 */
export async function answerWhatIf(context: SyncContext, request: WhatIfRequest): Promise<WhatIf> {
  const { organizationId, database } = context
  const now = nowOf(context)
  const at = request.at ?? now
  if (at < now)
    throw syncProblem('invalid-moment', 'at', 'Say a moment from now on: what was shown is in the history.')
  const supposed = await toSupposition(context, request)
  const connectionId =
    request.connection === undefined ? undefined : await findConnectionId(context, request.connection)
  const named = await toItemIds(context, request.items)
  const which = { itemIds: named, connectionId, after: request.cursor, limit: ITEMS_PER_ANSWER + 1 }
  const found = await findItemsToLook(database.kysely, organizationId, which)
  const itemIds = found.slice(0, ITEMS_PER_ANSWER)
  const answer = emptyAnswer(at)
  let changes: Change[] = []
  for (let from = 0; from < itemIds.length; from += ITEMS_PER_LOOK) {
    const chunk = itemIds.slice(from, from + ITEMS_PER_LOOK)
    const looked = await compare(context, chunk, { now, at, supposed })
    const wanted = looked.filter((each) => isWanted(each.level, chunk, connectionId))
    addUp(answer, wanted)
    changes = [...changes, ...wanted.filter(isChange)].sort(byChange).slice(0, request.limit)
  }
  const names = await findNamesOf(
    database.kysely,
    organizationId,
    changes.map(({ level }) => level.levelId),
  )
  const rows = changes.flatMap(({ level, before, after }): WhatIfRow[] => {
    const name = names.get(level.levelId)
    return name === undefined ? [] : [{ ...name, before, after }]
  })
  return { ...answer, rows, next: found.length > ITEMS_PER_ANSWER ? itemIds.at(-1) : undefined }
}

type Change = { level: LevelWithStock; before: Shown; after: Shown }

/** What levels of these items show, and would show; each kit comes along with what it contains. */
export async function compare(
  context: SyncContext,
  itemIds: readonly string[],
  { now, at, supposed }: { now: Date; at: Date; supposed: Supposition },
): Promise<Change[]> {
  return await inTransaction(
    context.database,
    async (tx) => {
      const before = await foreseeLevels(context, tx, itemIds, { at: now })
      const after = await foreseeLevels(context, tx, itemIds, { at, supposed })
      const shownAfter = new Map(after.map(({ level, ...shown }) => [level.levelId, shown]))
      return before.flatMap(({ level, ...shown }): Change[] => {
        const decided = shownAfter.get(level.levelId)
        return decided === undefined ? [] : [{ level, before: shown, after: decided }]
      })
    },
    { isolationLevel: 'repeatable read' },
  )
}

/** Kits come along with what they contain; each is counted once, where its own item is looked at. */
function isWanted(
  level: LevelWithStock,
  chunk: readonly string[],
  connectionId: string | undefined,
): boolean {
  return chunk.includes(level.itemId) && (connectionId === undefined || level.connectionId === connectionId)
}

export function isChange({ before, after }: Change): boolean {
  return before.units !== after.units || before.because !== after.because
}

/** Those that go to zero first, then the greatest difference. */
function byChange(a: Change, b: Change): number {
  const toZero = (each: Change) => (each.after.units === 0 && each.before.units > 0 ? 1 : 0)
  const by = (each: Change) => Math.abs(each.after.units - each.before.units)
  return toZero(b) - toZero(a) || by(b) - by(a) || (a.level.levelId < b.level.levelId ? -1 : 1)
}

function emptyAnswer(at: Date): Omit<WhatIf, 'rows' | 'next'> {
  const totals = {
    levels: 0,
    changed: 0,
    lowered: 0,
    raised: 0,
    toZero: 0,
    unitsBefore: 0,
    unitsAfter: 0,
    estimated: 0,
  }
  return { at, totals }
}

function addUp({ totals }: Pick<WhatIf, 'totals'>, looked: readonly Change[]): void {
  for (const each of looked) {
    const { before, after } = each
    totals.levels += 1
    if (isChange(each)) totals.changed += 1
    if (after.units < before.units) totals.lowered += 1
    if (after.units > before.units) totals.raised += 1
    if (after.units === 0 && before.units > 0) totals.toZero += 1
    totals.unitsBefore += before.units
    totals.unitsAfter += after.units
    if (after.estimate !== null) totals.estimated += 1
  }
}

async function toItemIds(context: SyncContext, skus: readonly string[]): Promise<string[] | undefined> {
  if (skus.length === 0) return undefined
  const items = await findItemsBySku(context.database.kysely, context.organizationId, skus)
  const unknown = skus.find((sku) => items.every((item) => item.sku !== sku))
  if (unknown !== undefined)
    throw syncProblem('unknown-item', 'items', `There is no item with the SKU "${unknown}".`)
  return items.map(({ itemId }) => itemId)
}
