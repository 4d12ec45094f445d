import { type RawBuilder, sql } from 'kysely'
import { arrayLiteral } from './array-literal.ts'

/** PostgreSQL types that rows are handed over in. */
export type ColumnType = 'uuid' | 'text' | 'bigint' | 'int' | 'boolean' | 'timestamptz' | 'date' | 'jsonb'

/**
 * Rows as a table expression, `unnest($1::uuid[], …) as NAME(column, …)`: one statement and one
 * parameter per column, however many rows. Columns are constants of the caller, never input.
 *
 * @param columns row field (camelCase) to PostgreSQL type; the SQL column is its snake_case name
 */
export function unnestRows<Row extends object>(
  name: string,
  rows: readonly Row[],
  columns: { [Field in keyof Row & string]?: ColumnType },
): RawBuilder<unknown> {
  const fields = Object.entries(columns) as [keyof Row & string, ColumnType][]
  const arrays = fields.map(([field, type]) => {
    return sql`${sql.val(arrayLiteral(rows, field, type))}::${sql.raw(type)}[]`
  })
  const names = fields.map(([field]) => sql.raw(snakeCase(field)))
  return sql`unnest(${sql.join(arrays)}) as ${sql.raw(name)}(${sql.join(names)})`
}

function snakeCase(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
