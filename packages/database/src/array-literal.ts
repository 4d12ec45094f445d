import type { ColumnType } from './unnest.ts'

/** One value of each of some rows as the text of a PostgreSQL array, for what `arrayBinary` does not hold. */
export function arrayLiteral<Row>(
  rows: readonly Row[],
  read: (row: Row, nth: number) => unknown,
  type: ColumnType,
): string {
  const toElement = elementOf[type]
  let text = '{'
  let last: unknown
  let lastText = 'NULL'
  for (const [index, row] of rows.entries()) {
    if (index > 0) text += ','
    const value = read(row, index)
    // Columns such as a moment or a location repeat themselves.
    if (value !== last || index === 0) {
      last = value
      lastText = value === undefined || value === null ? 'NULL' : toElement(value)
    }
    text += lastText
  }
  return `${text}}`
}

const elementOf: Record<ColumnType, (value: unknown) => string> = {
  uuid: toWord,
  bigint: String,
  int: String,
  boolean: String,
  timestamptz: (value) => (value instanceof Date ? `"${value.toISOString()}"` : toQuoted(String(value))),
  date: toWord,
  text: (value) => toWord(value),
  jsonb: (value) => toQuoted(JSON.stringify(value)),
}

/** Letters, digits and a few signs need no quotes; the word NULL would be read as none. */
function toWord(value: unknown): string {
  const text = String(value)
  return /^[\w.:@#/+-]+$/.test(text) && !/^null$/i.test(text) ? text : toQuoted(text)
}

function toQuoted(text: string): string {
  return `"${/["\\]/.test(text) ? text.replace(/["\\]/g, '\\$&') : text}"`
}
