import { inTransaction } from '@plimsoll/database'
import { type Foreseen, foreseeLevels } from '../availability/foresee.ts'
import { findNamesOf, type LevelNames } from '../availability/whatif.store.ts'
import { findItemsOf } from '../connections/mappings.store.ts'
import { nowOf, type SyncContext, type Tx } from '../context.ts'
import { countShown } from '../safety/guard.store.ts'
import { readGuard } from '../safety/guard-settings.ts'
import { isStampede } from '../safety/stampede.ts'
import { applyPools } from './change-pools.ts'
import type { PoolChange } from './pools.ts'

export type PoolPreview = {
  /** Items of the connection, and how many of them were looked at. */
  items: number
  looked: number
  changed: number
  lowered: number
  raised: number
  /** Levels that show something and would show zero. */
  toZero: number
  /** Levels that the hub begins to write: each is read before. */
  added: number
  /** Levels that would not be written any more, with the units that they go on showing. */
  left: number
  leftUnits: number
  unitsBefore: number
  unitsAfter: number
  /** Whether so many zeros would wait for a person (I8). */
  asksFirst: boolean
  /** Those that change most. */
  rows: PoolPreviewRow[]
}

/** Null before: it was not written. Null after: it would be left as it is. */
export type PoolPreviewRow = LevelNames & { before: number | null; after: number | null }

/** Looked at in one answer. */
const ITEMS_MAX = 5_000
const ITEMS_PER_LOOK = 500
const ROWS_MAX = 20

/** Carries the answer out of a transaction of which nothing is to stay. */
class Undone extends Error {
  readonly preview: PoolPreview

  constructor(preview: PoolPreview) {
    super('a preview leaves nothing behind')
    this.preview = preview
  }
}

/**
 * What a change of pools would come to: it is made, by the very code that makes it, what every level would show is worked
 * out with it, and all of it is undone.
 * @throws SyncProblem as `changePools` does
 */
export async function previewPools(
  context: SyncContext,
  connectionId: string,
  changes: readonly PoolChange[],
): Promise<PoolPreview> {
  try {
    return await inTransaction(
      context.database,
      async (tx) => {
        throw new Undone(await tryPools(context, tx, connectionId, changes))
      },
      { isolationLevel: 'repeatable read' },
    )
  } catch (error) {
    if (error instanceof Undone) return error.preview
    throw error
  }
}

async function tryPools(
  context: SyncContext,
  tx: Tx,
  connectionId: string,
  changes: readonly PoolChange[],
): Promise<PoolPreview> {
  const { organizationId } = context
  const all = await findItemsOf(tx, { organizationId, connectionId })
  const itemIds = all.slice(0, ITEMS_MAX)
  const before = await foreseeAll(context, tx, connectionId, itemIds)
  const settings = await readGuard(tx, organizationId, connectionId)
  const listings = await countShown(tx, organizationId, connectionId)
  await applyPools(context, tx, connectionId, changes)
  const after = await foreseeAll(context, tx, connectionId, itemIds)

  const compared = [...after.values()].flatMap((each): Compared[] => {
    const known = before.get(each.level.levelId)
    const was = known?.level.writable === true ? known.units : null
    const will = each.level.writable ? each.units : null
    return was === will ? [] : [{ level: each.level, before: was, after: will }]
  })
  const rows = compared.toSorted(byChange).slice(0, ROWS_MAX)
  const names = await findNamesOf(
    tx,
    organizationId,
    rows.map(({ level }) => level.levelId),
  )
  const toZero = compared.filter((each) => each.after === 0 && (each.before ?? 0) > 0)
  const left = compared.filter((each) => each.after === null)
  return {
    items: all.length,
    looked: itemIds.length,
    changed: compared.length,
    lowered: compared.filter((each) => each.after !== null && each.after < (each.before ?? 0)).length,
    raised: compared.filter((each) => each.after !== null && each.after > (each.before ?? 0)).length,
    toZero: toZero.length,
    added: compared.filter((each) => each.before === null).length,
    left: left.length,
    leftUnits: left.reduce((sum, each) => sum + Math.max(0, each.level.acknowledged ?? 0), 0),
    unitsBefore: unitsOf(before),
    unitsAfter: unitsOf(after),
    asksFirst: isStampede(
      'zero',
      { sudden: new Set(toZero.map(({ level }) => level.stockUnitId)).size, listings },
      settings,
    ),
    rows: rows.flatMap(({ level, before: was, after: will }): PoolPreviewRow[] => {
      const name = names.get(level.levelId)
      return name === undefined ? [] : [{ ...name, before: was, after: will }]
    }),
  }
}

type Compared = { level: Foreseen['level']; before: number | null; after: number | null }

/** What the connection's own levels come to, those that are not counted left out. */
async function foreseeAll(
  context: SyncContext,
  tx: Tx,
  connectionId: string,
  itemIds: readonly string[],
): Promise<Map<string, Foreseen>> {
  const found = new Map<string, Foreseen>()
  for (let from = 0; from < itemIds.length; from += ITEMS_PER_LOOK) {
    const chunk = itemIds.slice(from, from + ITEMS_PER_LOOK)
    for (const each of await foreseeLevels(context, tx, chunk, { at: nowOf(context) })) {
      const { level } = each
      if (level.connectionId === connectionId && level.tracked) found.set(level.levelId, each)
    }
  }
  return found
}

function unitsOf(levels: ReadonlyMap<string, Foreseen>): number {
  return [...levels.values()].reduce((sum, { level, units }) => sum + (level.writable ? units : 0), 0)
}

/** Those that go to zero first, then the greatest difference. */
function byChange(a: Compared, b: Compared): number {
  const toZero = (each: Compared) => (each.after === 0 && (each.before ?? 0) > 0 ? 1 : 0)
  const by = (each: Compared) => Math.abs((each.after ?? 0) - (each.before ?? 0))
  return toZero(b) - toZero(a) || by(b) - by(a) || (a.level.levelId < b.level.levelId ? -1 : 1)
}
