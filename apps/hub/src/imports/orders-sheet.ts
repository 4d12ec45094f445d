import type { Tx } from '@plimsoll/database'
import {
  code,
  flag,
  instant,
  oneOf,
  optional,
  type RowOf,
  type RowProblem,
  required,
  rowProblem,
  text,
  whole,
} from '@plimsoll/files'
import { TakenMeanwhile } from '@plimsoll/orders'
import { RefusedAfterwards } from '@plimsoll/stock'
import {
  createHandOrderWithin,
  lockSold,
  type NewHandOrder,
  type SyncContext,
  SyncProblem,
  syncErrors,
} from '@plimsoll/sync'
import { sql } from 'kysely'
import { z } from 'zod'
import { type Batch, defineSheet, NAMES, type Placed, type SheetResult, type SheetWork } from './sheet.ts'
import { tryRows } from './trial.ts'

/** Two letters, whatever their case. */
const country = text(2).refine((written) => /^[A-Za-z]{2}$/.test(written), {
  message: 'is no country of two letters, such as DE',
  params: { code: 'cell-invalid' },
})
const email = text(200).refine((written) => z.email().safeParse(written).success, {
  message: 'is no address of e-mail',
  params: { code: 'cell-invalid' },
})

const columns = {
  order: required('order', ['order number', 'order no', '订单号', '订单编号', '单号'], code(100)),
  sku: required('sku', NAMES.sku, code(200)),
  quantity: required('quantity', ['ordered', '数量', '订购数量'], whole({ min: 1 })),
  unit: optional('unit', ['uom', '单位', '计量单位'], code(30)),
  kind: optional(
    'kind',
    ['type', '类型', '订单类型'],
    oneOf({
      manual: ['手工', '手工单'],
      b2b: ['wholesale', '批发', '批发单'],
      sample: ['样品', '样品单'],
      'point-of-sale': ['pos', '门店', '门店销售'],
    }),
  ),
  location: optional('location', NAMES.location, code(100)),
  placedAt: optional('placed at', ['ordered at', 'order date', '下单时间', '下单日期'], instant()),
  shipBy: optional('ship by', ['deliver by', '最晚发货时间', '发货期限'], instant()),
  shipsFrom: optional('ships from', ['not before', '预售发货时间', '最早发货时间'], instant()),
  backorder: optional('backorder', ['may wait', '允许缺货', '缺货等待'], flag()),
  reference: optional('reference', ['customer order', 'po', 'purchase order', '客户单号'], text(200)),
  note: optional('note', ['remark', 'comment', '备注'], text(1_000)),
  method: optional('method', ['shipping method', '物流方式', '配送方式'], text(200)),
  name: optional('name', ['recipient', 'ship to', '收件人', '收货人'], text(200)),
  company: optional('company', ['公司'], text(200)),
  address: optional('address', ['street', 'address 1', '地址', '收货地址'], text(200)),
  address2: optional('address 2', ['地址2'], text(200)),
  city: optional('city', ['town', '城市'], text(200)),
  region: optional('region', ['state', 'province', '省', '省份', '州'], text(100)),
  postalCode: optional('postal code', ['zip', 'postcode', '邮编'], text(20)),
  country: optional('country', ['国家'], country),
  phone: optional('phone', ['telephone', '电话', '手机'], text(50)),
  email: optional('email', ['e-mail', '邮箱'], email),
}
type OrdersRow = RowOf<typeof columns>

/** Of a row, who it goes to: nothing of it is kept but sealed. */
const PERSONAL = [
  'name',
  'company',
  'address',
  'address2',
  'city',
  'postalCode',
  'phone',
  'email',
  'note',
] as const

/**
 * Orders that people bring: a row for each line, those of one order together; what is said of the whole order stands on its first
 * row. Under one name of import an order is made once.
 */
export const ordersSheet = defineSheet<typeof columns>({
  what: 'orders',
  title: 'orders made by hand',
  columns,
  groupBy: 'order',
  personal: PERSONAL,
  keyOf: ({ order, sku, unit, shipsFrom }) => [order, sku, unit, shipsFrom],
  open: async (context, batch) => workOf(context, batch),
})

function workOf(context: SyncContext, batch: Batch): SheetWork<OrdersRow> {
  const apply = async (tx: Tx, rows: readonly Placed<OrdersRow>[]) => {
    const result: SheetResult = { applied: 0, unchanged: 0, units: 0, refused: [] }
    await lockSold(
      context,
      tx,
      rows.map(({ values }) => values.sku),
    )
    for (const ofOrder of Map.groupBy(rows, ({ values }) => values.order).values()) {
      const made = await makeOne(context, tx, batch, ofOrder)
      if (made.kind === 'refused') result.refused.push(...made.problems)
      else if (made.kind === 'repeated') result.unchanged += ofOrder.length
      else result.applied += ofOrder.length
    }
    return result
  }
  return { check: (rows) => tryRows(context, rows, apply), apply }
}

type Made = { kind: 'created' | 'repeated' } | { kind: 'refused'; problems: RowProblem[] }

/** One order, whole or not at all: what is refused leaves nothing of it behind. */
async function makeOne(
  context: SyncContext,
  tx: Tx,
  batch: Batch,
  rows: readonly Placed<OrdersRow>[],
): Promise<Made> {
  const contradiction = findContradiction(rows)
  if (contradiction !== undefined) return { kind: 'refused', problems: refuseAll(rows, contradiction) }
  await sql`savepoint order_of_file`.execute(tx)
  try {
    const outcome = await createHandOrderWithin(context, tx, toOrder(rows, batch))
    if (outcome.kind !== 'refused') {
      await sql`release savepoint order_of_file`.execute(tx)
      return { kind: outcome.kind }
    }
    await sql`rollback to savepoint order_of_file`.execute(tx)
    const { message } = outcome.refusal
    return {
      kind: 'refused',
      problems: refuseAll(
        rows,
        toProblem(rows, {
          code: 'key-reused',
          field: 'order',
          message,
          cure: 'Give the import another name, or the order another number.',
        }),
      ),
    }
  } catch (error) {
    const refusal = refusalOf(error)
    if (refusal === undefined) throw error
    await sql`rollback to savepoint order_of_file`.execute(tx)
    return { kind: 'refused', problems: refuseAll(rows, toProblem(rows, refusal)) }
  }
}

type Refused = { code: string; field: string; message: string; cure: string }

function refusalOf(error: unknown): Refused | undefined {
  if (error instanceof SyncProblem) {
    const { code: known, field, message } = error
    return { code: known, field, message, cure: syncErrors[known].cure }
  }
  const { cure } = syncErrors['beyond-free']
  if (error instanceof RefusedAfterwards)
    return { code: 'beyond-free', field: 'lines', message: error.message, cure }
  if (error instanceof TakenMeanwhile)
    return {
      code: 'beyond-free',
      field: 'lines',
      message: 'others are taking the last units of it just now',
      cure,
    }
  return undefined
}

/** Of these the first row that says one says it for all; two that differ contradict each other. */
const OF_ORDER = [
  'kind',
  'location',
  'placedAt',
  'shipBy',
  'backorder',
  'reference',
  'note',
  'method',
  'name',
  'company',
  'address',
  'address2',
  'city',
  'region',
  'postalCode',
  'country',
  'phone',
  'email',
] as const satisfies readonly (keyof OrdersRow)[]

function findContradiction(rows: readonly Placed<OrdersRow>[]): RowProblem | undefined {
  for (const field of OF_ORDER) {
    const [first, ...others] = rows.filter(({ values }) => values[field] !== undefined)
    const other = others.find(({ values }) => String(values[field]) !== String(first?.values[field]))
    if (first === undefined || other === undefined) continue
    const message = `order "${other.values.order}" has another ${columns[field].header} on row ${first.number}`
    return rowProblem('contradiction', { row: other.number, column: columns[field].header }, message)
  }
  const of = <Field extends keyof OrdersRow>(field: Field) =>
    rows.find(({ values }) => values[field] !== undefined)
  const [first] = rows
  if (first === undefined) return undefined
  const said = (['name', 'address', 'city', 'country'] as const).filter((field) => of(field) !== undefined)
  if (said.length === 0 || said.length === 4) return undefined
  const missing = (['name', 'address', 'city', 'country'] as const).filter((field) => of(field) === undefined)
  const message = `to whom order "${first.values.order}" goes lacks its ${missing.join(' and ')}`
  return rowProblem('cell-empty', { row: first.number, column: missing[0] ?? null }, message)
}

function toOrder(rows: readonly Placed<OrdersRow>[], batch: Batch): NewHandOrder {
  const of = <Field extends keyof OrdersRow>(field: Field): OrdersRow[Field] | undefined =>
    rows.find(({ values }) => values[field] !== undefined)?.values[field]
  const number = of('order') ?? ''
  const [name, address, city, land] = [of('name'), of('address'), of('city'), of('country')]
  const isKnown = name !== undefined && address !== undefined && city !== undefined && land !== undefined
  return {
    key: `import:${batch.name}:${number}`,
    actor: batch.actor,
    number,
    kind: of('kind') ?? 'manual',
    location: of('location') ?? null,
    placedAt: of('placedAt'),
    shipBy: of('shipBy'),
    shippingMethod: of('method'),
    reference: of('reference'),
    note: of('note'),
    backorder: of('backorder') === true,
    recipient: isKnown
      ? {
          name,
          company: of('company'),
          addressLines: [address, ...[of('address2')].flatMap((line) => line ?? [])],
          city,
          region: of('region'),
          postalCode: of('postalCode'),
          country: land.toUpperCase(),
          phone: of('phone'),
          email: of('email'),
        }
      : undefined,
    lines: withoutRepeats(rows).map(({ values: { sku, quantity, unit, shipsFrom } }) => ({
      sku,
      quantity,
      unit,
      waitsUntil: shipsFrom,
    })),
  }
}

/** A row that is repeated word for word counts once. */
function withoutRepeats(rows: readonly Placed<OrdersRow>[]): Placed<OrdersRow>[] {
  const seen = new Map<string, Placed<OrdersRow>>()
  for (const row of rows) {
    const { sku, unit, shipsFrom } = row.values
    const key = JSON.stringify([sku, unit, shipsFrom])
    if (!seen.has(key)) seen.set(key, row)
  }
  return [...seen.values()]
}

/** The row that is meant: fields are named such as `lines.3.sku`. */
function toProblem(
  rows: readonly Placed<OrdersRow>[],
  { code: known, field, message, cure }: Refused,
): RowProblem {
  const lines = withoutRepeats(rows)
  const [, nth, part] = /^lines\.(\d+)\.(\w+)$/.exec(field) ?? []
  const row = lines[Number(nth ?? 0)] ?? rows[0]
  if (row === undefined) throw new Error('an order has rows')
  const column = part ?? (field === 'location' ? 'location' : field === 'number' ? 'order' : null)
  const value = column === 'sku' ? row.values.sku : column === 'unit' ? (row.values.unit ?? null) : null
  return { row: row.number, level: 'error', code: known, column, value, message, cure }
}

function refuseAll(rows: readonly Placed<OrdersRow>[], problem: RowProblem): RowProblem[] {
  return rows.map(({ number, values }) =>
    number === problem.row
      ? problem
      : rowProblem(
          'group-wrong',
          { row: number },
          `row ${problem.row} of "${values.order}" is wrong, so the others are not taken either`,
        ),
  )
}
