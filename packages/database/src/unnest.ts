import { type RawBuilder, sql } from 'kysely'
import { arrayBinary } from './array-binary.ts'
import { arrayLiteral } from './array-literal.ts'

/** PostgreSQL types that rows are handed over in. */
export type ColumnType = 'uuid' | 'text' | 'bigint' | 'int' | 'boolean' | 'timestamptz' | 'date' | 'jsonb'

/** A column whose values are worked out of the rows instead of being fields of theirs. */
type WorkedOut<Row> = readonly [type: ColumnType, read: (row: Row, nth: number) => unknown]

/**
 * Rows as a table expression, `(select unnest($1::uuid[]) as column, …) as NAME`: one statement and one parameter per
 * column, however many rows. Columns are constants of the caller, never input. Unnested in a select list and not as
 * `unnest($1, $2, …)`, which first stores the values of each column by itself: that took a tenth of what an order costs.
 *
 * @param columns row field (camelCase) to PostgreSQL type; the SQL column is its snake_case name
 * @param workedOut further columns, by the same kind of name
 */
export function unnestRows<Row extends object>(
  name: string,
  rows: readonly Row[],
  columns: { [Field in keyof Row & string]?: ColumnType },
  workedOut: Record<string, WorkedOut<Row>> = {},
): RawBuilder<unknown> {
  const fields = Object.entries(columns) as [keyof Row & string, ColumnType][]
  const all: [string, ...WorkedOut<Row>][] = [
    ...fields.map(([field, type]): [string, ...WorkedOut<Row>] => [field, type, (row) => row[field]]),
    ...Object.entries(workedOut).map(([column, [type, read]]): [string, ...WorkedOut<Row>] => [
      column,
      type,
      read,
    ]),
  ]
  const arrays = all.map(([column, type, read]) => {
    return sql`unnest(${sql.val(toArray(rows, read, type))}::${sql.raw(type)}[]) as ${sql.raw(snakeCase(column))}`
  })
  return sql`(select ${sql.join(arrays)}) as ${sql.raw(name)}`
}

/** Values as one array parameter, `$1::uuid[]`, which the driver by itself would write character by character. */
export function arrayOf(values: readonly unknown[], type: ColumnType): RawBuilder<unknown> {
  return sql`${sql.val(toArray(values, (value) => value, type))}::${sql.raw(type)}[]`
}

function toArray<Row>(
  rows: readonly Row[],
  read: (row: Row, nth: number) => unknown,
  type: ColumnType,
): Buffer | string {
  return arrayBinary(rows, read, type) ?? arrayLiteral(rows, read, type)
}

function snakeCase(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
