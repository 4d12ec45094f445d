import { z } from 'zod'

/** What PHP and Java back ends of China write where others write one kind: numbers as text, text as numbers, null for none. */

const wholeText = /^\s*\+?\d{1,15}(?:\.0*)?\s*$/

/** A number of units, 0 or more: `12`, `"12"`, `"12.000"`. Anything else is refused, never rounded. */
export const looseUnits = z.union([
  z.int().min(0),
  z
    .string()
    .regex(wholeText, 'not a number of units')
    .transform((text) => Math.trunc(Number(text)))
    .refine((units) => Number.isSafeInteger(units), 'not a number of units'),
])

/** The same; undefined where it is left out, null or an empty text. */
export const maybeUnits = z
  .union([looseUnits, z.literal('')])
  .nullish()
  .transform((units) => (typeof units === 'number' ? units : undefined))

/** A code or an id, which may come as a number: as text, trimmed; undefined where there is none. */
export const looseText = z
  .union([z.string(), z.int()])
  .nullish()
  .transform((value) => {
    const text = String(value ?? '').trim()
    return text === '' || text === 'null' ? undefined : text
  })

/** The same, and there must be one. */
export const neededText = z
  .union([z.string(), z.int()])
  .transform((value) => String(value).trim())
  .refine((text) => text !== '' && text !== 'null', 'it is missing')

/** A list; null, an empty text and an empty object stand for none. PHP writes a list with holes as an object. */
export function looseList<Row>(row: z.ZodType<Row>): z.ZodType<Row[]> {
  return z.preprocess((value) => {
    if (value === null || value === undefined || value === '') return []
    if (typeof value !== 'object' || Array.isArray(value)) return value
    const keys = Object.keys(value)
    return keys.every((key) => /^\d+$/.test(key)) ? Object.values(value) : value
  }, z.array(row)) as unknown as z.ZodType<Row[]>
}
