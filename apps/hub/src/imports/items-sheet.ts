import {
  code,
  optional,
  RowKeys,
  type RowOf,
  type RowProblem,
  required,
  rowProblem,
  text,
  whole,
} from '@plimsoll/files'
import { digestOf, findItemsBySku, saveItems } from '@plimsoll/stock'
import { type SyncContext, toStockContext } from '@plimsoll/sync'
import { type KnownLocations, locationOf, readLocations } from './locations-of-rows.ts'
import { type Batch, defineSheet, NAMES, type Placed, type SheetWork } from './sheet.ts'
import { applyCommands, type RowCommand } from './stock-rows.ts'

const columns = {
  sku: required('sku', NAMES.sku, code(200)),
  name: required('name', NAMES.name, text(500)),
  location: optional('location', NAMES.location, code(100)),
  /** Opening stock in base units; absent is not zero: nothing is received then. */
  quantity: optional('quantity', [...NAMES.quantity, 'opening stock', '期初库存'], whole({ min: 0 })),
}
type ItemsRow = RowOf<typeof columns>

/** Items, and with a quantity their opening stock: the same SKU may stand on a row per location. */
export const itemsSheet = defineSheet<typeof columns>({
  what: 'items',
  title: 'items and their opening stock',
  columns,
  keyOf: ({ sku, location }) => [sku, location],
  open: async (context, batch) => workOf(context, batch, await readLocations(context)),
})

function workOf(context: SyncContext, batch: Batch, locations: KnownLocations): SheetWork<ItemsRow> {
  const { database, organizationId } = context
  const bySku = new RowKeys()
  return {
    check: async (rows) => {
      const problems = rows.flatMap(({ number, values: { sku, ...rest } }) => {
        const first = bySku.add(sku, JSON.stringify(factsOf(rest)), number)
        if (first === undefined || first.isSame) return []
        const message = `the SKU "${sku}" has another name on row ${first.row}`
        return [rowProblem('contradiction', { row: number, column: 'name', value: rest.name }, message)]
      })
      const receipts = toReceipts(rows, batch, locations)
      const skus = rows.map(({ values }) => values.sku)
      const known = new Map(
        (await findItemsBySku(database.kysely, organizationId, skus)).map((item) => [item.sku, item]),
      )
      const effect = { created: 0, changed: 0, unchanged: 0, units: 0 }
      for (const { values } of rows) {
        const item = known.get(values.sku)
        if (item === undefined) effect.created += 1
        else if (item.name !== values.name) effect.changed += 1
        else effect.unchanged += 1
        // What was made known here is known on the next row.
        known.set(values.sku, { itemId: '', sku: values.sku, name: values.name })
      }
      for (const { command } of receipts.commands) effect.units += command.quantity
      return { problems: [...problems, ...receipts.problems], effect, zeroed: 0 }
    },
    apply: async (tx, rows) => {
      const { commands, problems } = toReceipts(rows, batch, locations)
      const wrong = new Set(problems.map(({ row }) => row))
      const good = rows.filter(({ number }) => !wrong.has(number)).map(({ values }) => values)
      await saveItems(tx, toStockContext(context), good)
      const { refused, units } = await applyCommands(context, tx, commands, locations)
      const applied = good.length - refused.length
      return { applied, unchanged: 0, units, refused: [...problems, ...refused] }
    },
  }
}

/** What belongs to the item itself, and must be the same on all of its rows. */
function factsOf({ name }: Pick<ItemsRow, 'name'>): unknown[] {
  return [name]
}

function toReceipts(
  rows: readonly Placed<ItemsRow>[],
  batch: Batch,
  locations: KnownLocations,
): { commands: RowCommand[]; problems: RowProblem[] } {
  const problems: RowProblem[] = []
  const commands = rows.flatMap(({ number, values }): RowCommand[] => {
    const { sku, quantity, location } = values
    // Nothing to receive where no quantity is given, or none.
    if (quantity === undefined || quantity === 0) return []
    const place = locationOf({ number, location }, locations)
    if ('problem' in place) {
      problems.push(place.problem)
      return []
    }
    return [
      {
        number,
        command: {
          kind: 'receive',
          key: `import:${digestOf([batch.name, sku, place.code])}`,
          actor: batch.actor,
          sku,
          locationCode: place.code,
          quantity,
          reason: 'opening stock',
          effectiveAt: undefined,
        },
      },
    ]
  })
  return { commands, problems }
}
