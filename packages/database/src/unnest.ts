import { type RawBuilder, sql } from 'kysely'

/** PostgreSQL types that rows are handed over in. */
export type ColumnType = 'uuid' | 'text' | 'bigint' | 'int' | 'boolean' | 'timestamptz' | 'jsonb'

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
    const values = rows.map((row) => toParameter(row[field], type))
    return sql`${sql.val(values)}::${sql.raw(type)}[]`
  })
  const names = fields.map(([field]) => sql.raw(snakeCase(field)))
  return sql`unnest(${sql.join(arrays)}) as ${sql.raw(name)}(${sql.join(names)})`
}

function toParameter(value: unknown, type: ColumnType): unknown {
  if (value === undefined || value === null) return null
  return type === 'jsonb' ? JSON.stringify(value) : value
}

function snakeCase(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
