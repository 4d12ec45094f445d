import type { LocationKind } from '@plimsoll/database'
import { code, oneOf, optional, required, text } from '@plimsoll/files'
import { findLocations, saveLocations } from '@plimsoll/stock'
import { toStockContext } from '@plimsoll/sync'
import { defineSheet, NO_EFFECT } from './sheet.ts'

/** Kinds of locations and what people call them. */
const KINDS: Record<LocationKind, readonly string[]> = {
  warehouse: ['仓库', '自有仓'],
  store: ['shop', '门店'],
  '3pl': ['第三方仓', '三方仓'],
  overseas: ['overseas warehouse', '海外仓'],
  'marketplace-fulfilled': ['fba', '平台仓'],
  transit: ['in transit', '在途'],
}

const columns = {
  code: required('code', ['location', 'location code', '编码', '仓库编码', '仓库代码'], code(100)),
  name: required('name', ['location name', '名称', '仓库名称'], text(200)),
  kind: optional('kind', ['type', '类型', '仓库类型'], oneOf(KINDS)),
}

/** Places that hold stock, known by their codes. Without a kind a new one is a warehouse, and a known one stays. */
export const locationsSheet = defineSheet<typeof columns>({
  what: 'locations',
  title: 'locations',
  columns,
  keyOf: ({ code }) => [code],
  open: async (context) => {
    const { database, organizationId } = context
    const known = new Map(
      (await findLocations(database.kysely, organizationId)).map((each) => [each.code, each]),
    )
    const completed = (row: { code: string; name: string; kind: LocationKind | undefined }) => ({
      code: row.code,
      name: row.name,
      kind: row.kind ?? known.get(row.code)?.kind ?? ('warehouse' as const),
    })
    return {
      check: async (rows) => {
        const effect = { ...NO_EFFECT }
        for (const { values } of rows) {
          const before = known.get(values.code)
          const after = completed(values)
          if (before === undefined) effect.created += 1
          else if (before.name !== after.name || before.kind !== after.kind) effect.changed += 1
          else effect.unchanged += 1
        }
        return { problems: [], effect, zeroed: 0 }
      },
      apply: async (tx, rows) => {
        // A row that is repeated word for word counts once.
        const byCode = new Map(rows.map(({ values }) => [values.code, completed(values)]))
        const saved = await saveLocations(tx, toStockContext(context), [...byCode.values()])
        return { applied: saved.length, unchanged: rows.length - saved.length, units: 0, refused: [] }
      },
    }
  },
})
