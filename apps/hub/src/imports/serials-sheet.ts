import type { SerialState, Tx } from '@plimsoll/database'
import {
  code,
  instant,
  oneOf,
  optional,
  type RowOf,
  type RowProblem,
  required,
  rowProblem,
  text,
} from '@plimsoll/files'
import { digestOf } from '@plimsoll/stock'
import type { SyncContext } from '@plimsoll/sync'
import { type KnownLocations, locationOf, readLocations } from './locations-of-rows.ts'
import { type Batch, defineSheet, NAMES, type Placed, type SheetWork } from './sheet.ts'
import { findKnownSerials, type KnownSerial } from './sheets.store.ts'
import { applyCommands, type RowCommand } from './stock-rows.ts'
import { tryRows } from './trial.ts'

const columns = {
  sku: required('sku', NAMES.sku, code(200)),
  serial: required('serial', ['serial number', 'sn', 'imei', '序列号', '串号'], code(100)),
  location: optional('location', NAMES.location, code(100)),
  status: optional(
    'status',
    ['state', '状态'],
    oneOf<SerialState>({
      'in-stock': ['in stock', '在库'],
      held: ['on hold', '冻结', '暂扣'],
      shipped: ['已发货', '已出库'],
      removed: ['已移除', '报废'],
    }),
  ),
  reference: optional('reference', NAMES.reference, text(100)),
  reason: optional('reason', NAMES.reason, text(300)),
  effectiveAt: optional('received at', ['effective at', '入库时间', '到货时间', '日期', 'date'], instant()),
}
type SerialsRow = RowOf<typeof columns>

/**
 * Serial numbers that came in, one unit each. A unit that stands where and as its row says is left as it is, so an
 * export changes nothing when it is imported again; under one name of import no unit comes in twice.
 */
export const serialsSheet = defineSheet<typeof columns>({
  what: 'serials',
  title: 'serial numbers received',
  columns,
  ignored: ['since'],
  keyOf: ({ sku, serial }) => [sku, serial],
  open: async (context, batch) => workOf(context, batch, await readLocations(context)),
})

function workOf(context: SyncContext, batch: Batch, known: KnownLocations): SheetWork<SerialsRow> {
  const apply = async (tx: Tx, rows: readonly Placed<SerialsRow>[]) => {
    const keys = rows.map(({ values: { sku, serial } }) => ({ sku, serial }))
    const found = await findKnownSerials(tx, context.organizationId, keys)
    const standing = new Map(found.map((each) => [keyText(each), each]))
    const decided = rows.map((row) => decideRow(row, standing.get(keyText(row.values)), batch, known))
    const commands = decided.flatMap((each) => (each.kind === 'receive' ? [each.command] : []))
    const problems = decided.flatMap((each) => (each.kind === 'wrong' ? [each.problem] : []))
    const result = await applyCommands(context, tx, commands, { known, isLong: batch.isLong })
    return {
      ...result,
      unchanged: result.unchanged + decided.filter(({ kind }) => kind === 'stands').length,
      refused: [...problems, ...result.refused],
    }
  }
  return {
    check: (rows) => tryRows(context, rows, apply),
    apply,
    placesOf: (rows) =>
      rows.map(({ values: { sku, location = known.usual ?? '' } }) => ({
        sku,
        locationCode: location,
        lot: undefined,
      })),
  }
}

type Decided =
  | { kind: 'stands' }
  | { kind: 'receive'; command: RowCommand }
  | { kind: 'wrong'; problem: RowProblem }

function decideRow(
  { number, values }: Placed<SerialsRow>,
  standing: KnownSerial | undefined,
  batch: Batch,
  known: KnownLocations,
): Decided {
  const { sku, serial, status, reference, reason, effectiveAt } = values
  // One that is gone is where it was last, which says nothing of where it is to come to.
  if (standing !== undefined && standing.state === status && !isHere(standing)) return { kind: 'stands' }
  const place = locationOf({ number, location: values.location }, known)
  if ('problem' in place) return { kind: 'wrong', problem: place.problem }
  const wrongStatus = (message: string): Decided => ({
    kind: 'wrong',
    problem: rowProblem('cell-invalid', { row: number, column: 'status', value: status ?? null }, message),
  })
  if (standing !== undefined && isHere(standing) && standing.locationCode === place.code) {
    return status === undefined || status === standing.state
      ? { kind: 'stands' }
      : wrongStatus(
          `status is ${status}, and the serial "${serial}" is ${standing.state}: a file does not change it`,
        )
  }
  if (status === 'shipped' || status === 'removed') {
    return wrongStatus(`status is ${status}: a file brings in what is in stock; leave the row out`)
  }
  const said = [reference, reason].filter((each) => each !== undefined).join(': ')
  const command = {
    kind: 'receive' as const,
    into: status === 'held' ? ('held' as const) : undefined,
    key: `import:${digestOf(['serials', batch.name, sku, serial, reference ?? null])}`,
    actor: batch.actor,
    sku,
    locationCode: place.code,
    quantity: 1,
    serials: [serial],
    reason: said === '' ? `import ${batch.name}` : said,
    effectiveAt,
  }
  return { kind: 'receive', command: { number, command } }
}

function isHere({ state }: KnownSerial): boolean {
  return state === 'in-stock' || state === 'held'
}

function keyText({ sku, serial }: { sku: string; serial: string }): string {
  return JSON.stringify([sku, serial])
}
