import type { LotStatus, Tx } from '@plimsoll/database'
import { code, date, oneOf, optional, type RowOf, required, text } from '@plimsoll/files'
import { changeLotStatus, createLot, type Refusal } from '@plimsoll/stock'
import { type SyncContext, toStockContext } from '@plimsoll/sync'
import { stockProblem } from './locations-of-rows.ts'
import { type Batch, defineSheet, NAMES, type Placed, type SheetResult, type SheetWork } from './sheet.ts'
import { findKnownLots, findStandings, type KnownLot } from './sheets.store.ts'
import { noteChangedItems } from './stock-rows.ts'
import { tryRows } from './trial.ts'

const columns = {
  sku: required('sku', NAMES.sku, code(200)),
  lot: required('lot', ['批号', '批次', 'batch', 'lot number'], code(100)),
  expiresOn: optional(
    'expires on',
    ['expiry', 'expiry date', 'best before', '有效期', '有效期至', '到期日'],
    date(),
  ),
  manufacturedOn: optional('manufactured on', ['manufacture date', '生产日期'], date()),
  supplierLot: optional('supplier lot', ['供应商批号'], text(100)),
  status: optional(
    'status',
    ['state', '状态', '批次状态'],
    oneOf<LotStatus>({
      released: ['正常', '放行'],
      quarantined: ['隔离', '待检'],
      recalled: ['召回', '已召回'],
    }),
  ),
  reason: optional('reason', NAMES.reason, text(300)),
}
type LotsRow = RowOf<typeof columns>

/** Lots of items that are tracked by them. What a known one is said to be must be what it is, but for its status. */
export const lotsSheet = defineSheet<typeof columns>({
  what: 'lots',
  title: 'lots with their days and status',
  columns,
  keyOf: ({ sku, lot }) => [sku, lot],
  open: async (context, batch) => workOf(context, batch),
})

function workOf(context: SyncContext, batch: Batch): SheetWork<LotsRow> {
  const apply = async (tx: Tx, rows: readonly Placed<LotsRow>[]) => {
    const result: SheetResult = { applied: 0, unchanged: 0, units: 0, refused: [] }
    const known = await readKnown(tx, context, rows)
    const changed = new Set<string>()
    for (const { number, values } of rows) {
      const before = known.get(keyText(values.sku, values.lot))
      if (before !== undefined && isSame(before, values)) {
        result.unchanged += 1
        continue
      }
      const outcome = await saveLot(tx, context, batch, values)
      if (outcome.kind === 'refused') {
        const { code, field, message } = outcome
        const { column, value } = cellOf(values, field)
        result.refused.push(stockProblem(code, { row: number, column, value }, message))
      } else if (outcome.isChanged) {
        result.applied += 1
        if (before !== undefined) changed.add(outcome.itemId)
      } else result.unchanged += 1
    }
    await noteChangedItems(context, tx, [...changed])
    return result
  }
  return {
    check: async (rows) => ({
      ...(await tryRows(context, rows, apply)),
      zeroed: await countTakenAway(context, rows),
    }),
    apply,
  }
}

async function saveLot(
  tx: Tx,
  context: SyncContext,
  { actor, name }: Batch,
  { sku, lot, expiresOn, manufacturedOn, supplierLot, status, reason }: LotsRow,
): Promise<{ kind: 'saved'; isChanged: boolean; itemId: string } | Refusal> {
  const names = { sku, code: lot, actor, reason: reason ?? `import ${name}` }
  const stock = toStockContext(context)
  const saved = await createLot(tx, stock, { ...names, expiresOn, manufacturedOn, supplierLot, status })
  if (saved.kind === 'refused') return saved
  const { itemId } = saved.lot
  if (saved.isNew) return { kind: 'saved', isChanged: true, itemId }
  if (status === undefined || status === saved.lot.status) return { kind: 'saved', isChanged: false, itemId }
  const changed = await changeLotStatus(tx, stock, { ...names, status })
  return changed.kind === 'refused' ? changed : { kind: 'saved', isChanged: true, itemId }
}

/** Places whose units of these lots could be sold and no longer could (I8). A recall is never held back. */
async function countTakenAway(context: SyncContext, rows: readonly Placed<LotsRow>[]): Promise<number> {
  const blocked = rows.filter(({ values: { status } }) => status === 'quarantined')
  if (blocked.length === 0) return 0
  const { kysely } = context.database
  const known = await readKnown(kysely, context, blocked)
  const taken = new Set(
    blocked.flatMap(({ values: { sku, lot } }) =>
      known.get(keyText(sku, lot))?.status === 'released' ? [keyText(sku, lot)] : [],
    ),
  )
  const skus = [...new Set(blocked.map(({ values }) => values.sku))]
  const standings = await findStandings(kysely, context.organizationId, skus)
  return standings.filter(
    ({ sku, lot, available }) => lot !== null && available > 0 && taken.has(keyText(sku, lot)),
  ).length
}

async function readKnown(
  db: Tx | SyncContext['database']['kysely'],
  context: SyncContext,
  rows: readonly Placed<LotsRow>[],
) {
  const keys = rows.map(({ values: { sku, lot } }) => ({ sku, lot }))
  const found = await findKnownLots(db, context.organizationId, keys)
  return new Map(found.map((each) => [keyText(each.sku, each.lot), each]))
}

/** What a row does not say is left as it is. */
function isSame(known: KnownLot, row: LotsRow): boolean {
  return (['expiresOn', 'manufacturedOn', 'supplierLot', 'status'] as const).every(
    (field) => row[field] === undefined || row[field] === known[field],
  )
}

function cellOf(row: LotsRow, field: string): { column: string; value: string | null } {
  switch (field) {
    case 'expiresOn':
    case 'manufacturedOn':
    case 'supplierLot':
    case 'lot':
    case 'reason':
      return { column: columns[field].header, value: row[field] ?? null }
    default:
      return { column: 'sku', value: row.sku }
  }
}

function keyText(sku: string, lot: string): string {
  return JSON.stringify([sku, lot])
}
