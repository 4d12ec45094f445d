import { z } from 'zod'
import type { FileErrorCode } from './errors.ts'

/**
 * One column that a sheet may have: how it is called, and how its cells are read. An empty cell is absent, never zero
 * and never an empty text (I12).
 */
export type Column<Value> = {
  /** As it is written on export. */
  header: string
  /** What else it may be called, in English and Chinese. */
  aliases: readonly string[]
  /** The column must be there, and every cell of it filled in. */
  required: boolean
  schema: z.ZodType<Value, string>
}

export type Columns = Record<string, Column<unknown>>

/** What a row of these columns holds. */
export type RowOf<C extends Columns> = {
  [Field in keyof C]: C[Field] extends Column<infer Value>
    ? C[Field] extends { required: true }
      ? Value
      : Value | undefined
    : never
}

export function required<Value>(
  header: string,
  aliases: readonly string[],
  schema: z.ZodType<Value, string>,
): Column<Value> & { required: true } {
  return { header, aliases, required: true, schema }
}

export function optional<Value>(
  header: string,
  aliases: readonly string[],
  schema: z.ZodType<Value, string>,
): Column<Value> & { required: false } {
  return { header, aliases, required: false, schema }
}

/** Says what is wrong with a cell, as words that follow the column's name. */
export type Complain = (code: FileErrorCode, message: string) => never

/** A cell read by a function of one's own. */
export function cell<Value>(read: (value: string, complain: Complain) => Value): z.ZodType<Value, string> {
  return z.string().transform((value, context) =>
    read(value, (code, message) => {
      context.issues.push({ code: 'custom', message, params: { code }, input: value })
      return z.NEVER
    }),
  )
}

/** A text, without spaces at its ends. */
export function text(max: number): z.ZodType<string, string> {
  return cell((value, complain) => checkText(value.trim(), max, complain))
}

function checkText(value: string, max: number, complain: Complain): string {
  if (value.length > max) return complain('cell-invalid', `has more than ${max} characters`)
  // PostgreSQL stores every character but this one.
  return value.includes('\u0000') ? complain('cell-invalid', 'holds the character U+0000') : value
}

/** A SKU, barcode or code of a location: a text whose digits must all be there. */
export function code(max: number): z.ZodType<string, string> {
  return cell((value, complain) => checkCode(value.trim(), max, complain))
}

/** As Excel shows a long number in a narrow column. `1E5` alone may well be a SKU. */
const SCIENTIFIC = /^\d([.,]\d+)?E\+\d{1,3}$/i

function checkCode(value: string, max: number, complain: Complain): string {
  if (SCIENTIFIC.test(value)) return complain('digits-lost', `"${value}" has lost its last digits`)
  if (/[\n\t]/.test(value)) return complain('cell-invalid', 'holds a line break or a tab')
  return checkText(value, max, complain)
}

/** Several codes in one cell, parted by | or ; or a line break. */
export function codes(max: number): z.ZodType<string[], string> {
  return cell((value, complain) =>
    value
      .split(/[|;；\n]/)
      .map((part) => part.trim())
      .filter((part) => part !== '')
      .map((part) => checkCode(part, max, complain)),
  )
}

/** A whole number in plain digits; also those that Chinese keyboards write full width. */
export function whole(range: { min: number; max?: number }): z.ZodType<number, string> {
  const { min, max = Number.MAX_SAFE_INTEGER } = range
  return cell((value, complain) => {
    const [, sign = '', digits = ''] = /^([+-]?)(\d+)(?:\.0+)?$/.exec(value.normalize('NFKC').trim()) ?? []
    if (digits === '') return complain('not-whole-number', 'is not a whole number')
    const number = sign === '-' ? -Number(digits) : Number(digits)
    if (number < 0 && min >= 0) return complain('number-out-of-range', 'is negative')
    if (number < min) return complain('number-out-of-range', `is below ${min.toLocaleString('en')}`)
    if (number > max) return complain('number-out-of-range', `is above ${max.toLocaleString('en')}`)
    // -0 is none that anybody means.
    return number === 0 ? 0 : number
  })
}

const DATE = /^(\d{4})(?:[-/.]|年)(\d{1,2})(?:[-/.]|月)(\d{1,2})日?(?:[T ]00:00(?::00(?:\.0+)?Z?)?)?$/

/** A day as 2026-12-31; also 2026/12/31 and 2026年12月31日. 12/31/2026 means another day in another country. */
export function date(): z.ZodType<string, string> {
  return cell((value, complain) => {
    const [, year = '', month = '', day = ''] = DATE.exec(value.normalize('NFKC').trim()) ?? []
    const written = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
    const moment = new Date(`${written}T00:00:00Z`)
    // A day that there is not becomes another one.
    const exists = !Number.isNaN(moment.getTime()) && moment.toISOString().startsWith(written)
    return exists ? written : complain('not-a-date', 'is not a date such as 2026-12-31')
  })
}

/** A moment in ISO 8601; without a zone it is UTC. */
export function instant(): z.ZodType<Date, string> {
  return cell((value, complain) => {
    const written = value.trim().replace(' ', 'T')
    const timed = written.includes('T') ? written : `${written}T00:00:00`
    const moment = new Date(/(Z|[+-]\d\d:?\d\d)$/i.test(timed) ? timed : `${timed}Z`)
    const exists = /^\d{4}-\d\d-\d\d/.test(written) && !Number.isNaN(moment.getTime())
    return exists ? moment : complain('not-a-date', 'is not a moment such as 2026-12-31T08:00:00Z')
  })
}

/** One of a few words, each with what else it may be called. */
export function oneOf<Word extends string>(
  words: Readonly<Record<Word, readonly string[]>>,
): z.ZodType<Word, string> {
  const names = Object.keys(words) as Word[]
  const known = new Map(
    names.flatMap((word) => [word, ...words[word]].map((each) => [each.toLowerCase(), word])),
  )
  return cell((value, complain) => {
    const found = known.get(value.normalize('NFKC').trim().toLowerCase())
    return found ?? complain('cell-invalid', `is none of ${names.join(', ')}`)
  })
}

/** Yes or no. */
export function flag(): z.ZodType<boolean, string> {
  return oneOf({ yes: ['true', '1', 'y', 'x', '是', '真'], no: ['false', '0', 'n', '否', '假'] }).transform(
    (word) => word === 'yes',
  )
}
