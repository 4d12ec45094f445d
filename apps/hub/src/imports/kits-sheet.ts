import type { Tx } from '@plimsoll/database'
import {
  code,
  oneOf,
  optional,
  type RowOf,
  type RowProblem,
  required,
  rowProblem,
  whole,
} from '@plimsoll/files'
import { defineKit, findKitItems, type Refusal } from '@plimsoll/stock'
import { type SyncContext, tellOfKits, toStockContext } from '@plimsoll/sync'
import { stockProblem } from './locations-of-rows.ts'
import { type Batch, defineSheet, type Placed, type SheetResult, type SheetWork } from './sheet.ts'
import { tryRows } from './trial.ts'

const columns = {
  kit: required(
    'kit',
    ['kit sku', 'bundle', 'bundle sku', '套装', '套装货号', '组合编码', '组合商品编码'],
    code(200),
  ),
  kind: optional(
    'kind',
    ['kit kind', 'type', '类型', '套装类型'],
    oneOf({
      virtual: ['虚拟', '虚拟套装', '虚拟组合'],
      assembled: ['组装', '实物套装', '预组装'],
    }),
  ),
  component: required(
    'component',
    ['component sku', 'part', 'part sku', '组件', '组件货号', '子件', '子件编码', '单品编码'],
    code(200),
  ),
  quantity: required('quantity', ['数量', 'units', 'per kit', '用量', '组件数量'], whole({ min: 1 })),
}
type KitsRow = RowOf<typeof columns>

/**
 * What kits contain: a row for each component, those of one kit together. A kit that is there is afterwards just what
 * the file says; kits that are not in the file stay as they are.
 */
export const kitsSheet = defineSheet<typeof columns>({
  what: 'kits',
  title: 'kits and what they contain',
  columns,
  groupBy: 'kit',
  keyOf: ({ kit, component }) => [kit, component],
  open: async (context, batch) => workOf(context, batch),
})

function workOf(context: SyncContext, batch: Batch): SheetWork<KitsRow> {
  const changed = new Set<string>()
  const apply = async (tx: Tx, rows: readonly Placed<KitsRow>[]) => {
    const result: SheetResult = { applied: 0, unchanged: 0, units: 0, refused: [] }
    const skus = [...new Set(rows.map(({ values }) => values.kit))]
    const known = await findKitItems(tx, context.organizationId, skus)
    const kindOf = new Map(known.map(({ sku, kind }) => [sku, kind]))
    for (const kitRows of Map.groupBy(rows, ({ values }) => values.kit).values()) {
      const contradiction = findContradiction(kitRows)
      if (contradiction !== undefined) {
        result.refused.push(...refuseAll(kitRows, contradiction))
        continue
      }
      const stands = kindOf.get(skuOf(kitRows))
      const usual = stands === 'assembled' ? ('assembled' as const) : ('virtual' as const)
      const parts = withoutRepeats(kitRows)
      const defined = await defineKit(tx, toStockContext(context), {
        sku: skuOf(kitRows),
        kind: kitRows.find(({ values }) => values.kind !== undefined)?.values.kind ?? usual,
        components: parts.map(({ values }) => ({ sku: values.component, quantity: values.quantity })),
        actor: batch.actor,
        reason: `import ${batch.name}`,
        expectedVersion: undefined,
      })
      if (defined.kind === 'refused') {
        result.refused.push(...refuseAll(kitRows, toProblem(parts, defined)))
      } else if (defined.isChanged) {
        result.applied += kitRows.length
        for (const itemId of [defined.itemId, ...defined.changedKitIds]) changed.add(itemId)
      } else result.unchanged += kitRows.length
    }
    return result
  }
  return {
    check: (rows) => tryRows(context, rows, apply),
    apply,
    finish: async (tx) => {
      if (changed.size > 0) await tellOfKits(context, tx, [...changed])
      changed.clear()
    },
  }
}

function findContradiction(rows: readonly Placed<KitsRow>[]): RowProblem | undefined {
  const [first, ...others] = rows.filter(({ values }) => values.kind !== undefined)
  const other = others.find(({ values }) => values.kind !== first?.values.kind)
  if (first === undefined || other === undefined) return undefined
  const { kit, kind = null } = other.values
  const message = `"${kit}" is ${first.values.kind} on row ${first.number} and ${kind} here`
  return rowProblem('contradiction', { row: other.number, column: 'kind', value: kind }, message)
}

/** The row that is wrong with what is wrong, and the others of its kit, none of which is taken. */
function refuseAll(rows: readonly Placed<KitsRow>[], problem: RowProblem): RowProblem[] {
  return rows.map(({ number, values }) =>
    number === problem.row
      ? problem
      : rowProblem(
          'group-wrong',
          { row: number },
          `row ${problem.row} of "${values.kit}" is wrong, so the others are not taken either`,
        ),
  )
}

/** Rows in the order of the components that `defineKit` was given; it names fields such as `components.3.sku`. */
function toProblem(rows: readonly Placed<KitsRow>[], { code, field, message }: Refusal): RowProblem {
  const [, nth, part] = /^components\.(\d+)\.(\w+)$/.exec(field) ?? []
  const row = rows[Number(nth ?? 0)] ?? rows[0]
  if (row === undefined) throw new Error('a kit has rows')
  const { kit, component, quantity, kind = null } = row.values
  const cells = { kit, component, quantity: String(quantity), kind }
  const column =
    part === 'sku' ? 'component' : part === 'quantity' ? 'quantity' : field === 'kind' ? 'kind' : 'kit'
  return stockProblem(code, { row: row.number, column, value: cells[column] }, message)
}

/** A row that is repeated word for word counts once. */
function withoutRepeats(rows: readonly Placed<KitsRow>[]): Placed<KitsRow>[] {
  const byComponent = new Map<string, Placed<KitsRow>>()
  for (const row of rows)
    if (!byComponent.has(row.values.component)) byComponent.set(row.values.component, row)
  return [...byComponent.values()]
}

function skuOf(rows: readonly Placed<KitsRow>[]): string {
  return rows[0]?.values.kit ?? ''
}
