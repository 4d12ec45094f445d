import type { WrittenCell } from '@plimsoll/files'
import { z } from 'zod'

/**
 * Any list of the API as rows of a file: columns are called as the API calls them, whatever language somebody reads, so that
 * a program reads the file next month too.
 */
export type Column = { name: string; path: readonly string[] }

/** The columns of a list by the schema of its answer; undefined where it is no list of rows. */
export function columnsOf(answer: unknown): Column[] | undefined {
  if (!(answer instanceof z.ZodObject)) return undefined
  const rows: unknown = answer.shape.rows
  if (!(rows instanceof z.ZodArray)) return undefined
  const row = bare(rows.element)
  if (!(row instanceof z.ZodObject)) return undefined
  return fieldsOf(row, [])
}

/** What is in an object gets a column of its own; what is in a list or under names that differ stays together. */
function fieldsOf(object: z.ZodObject, above: readonly string[]): Column[] {
  return Object.entries(object.shape).flatMap(([name, schema]) => {
    const path = [...above, name]
    const inner = bare(schema)
    return inner instanceof z.ZodObject ? fieldsOf(inner, path) : [{ name: path.join('.'), path }]
  })
}

/** Without what lets it be missing. */
function bare(schema: unknown): unknown {
  let inner = schema
  while (inner instanceof z.ZodNullable || inner instanceof z.ZodOptional || inner instanceof z.ZodDefault)
    inner = inner.unwrap()
  return inner
}

/** @param row as the API answers it */
export function cellsOf(row: unknown, columns: readonly Column[]): WrittenCell[] {
  return columns.map(({ path }) => {
    let value: unknown = row
    for (const name of path)
      value =
        typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
    return toCell(value)
  })
}

function toCell(value: unknown): WrittenCell {
  if (value === undefined || value === null) return null
  if (typeof value === 'boolean' || typeof value === 'string') return value
  // Cells of numbers are whole.
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : String(value)
  return JSON.stringify(value)
}
