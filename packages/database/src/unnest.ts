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
  // One piece of SQL, not one for each column: putting those together took as long as filling them.
  const texts = all.map((_, nth) => {
    const before = all[nth - 1]
    return `${before === undefined ? '(select ' : `${endOf(before)}, `}unnest(`
  })
  const last = all.at(-1)
  if (last === undefined) throw new Error('rows have columns')
  const arrays = all.map(([, type, read]) => toArray(rows, read, type))
  return sqlOf([...texts, `${endOf(last)}) as ${name}`], arrays)
}

function endOf([column, type]: readonly [string, ColumnType, ...unknown[]]): string {
  return `::${type}[]) as ${snakeCase(column)}`
}

/** As if the texts and the parameters between them had been written as a template. */
function sqlOf(texts: readonly string[], parameters: readonly unknown[]): RawBuilder<unknown> {
  return sql(Object.assign([...texts], { raw: texts }), ...parameters)
}

/** Values as one array parameter, `$1::uuid[]`, which the driver by itself would write character by character. */
export function arrayOf(values: readonly unknown[], type: ColumnType): RawBuilder<unknown> {
  return sqlOf(['', `::${type}[]`], [toArray(values, (value) => value, type)])
}

function toArray<Row>(
  rows: readonly Row[],
  read: (row: Row, nth: number) => unknown,
  type: ColumnType,
): Buffer | string {
  return arrayBinary(rows, read, type) ?? arrayLiteral(rows, read, type)
}

const columnNames = new Map<string, string>()

function snakeCase(field: string): string {
  let name = columnNames.get(field)
  if (name === undefined) {
    name = field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
    columnNames.set(field, name)
  }
  return name
}
