import { z } from 'zod'
import type { Feed } from './definition.ts'
import { readMoment } from './formats/moments.ts'

/** What maps make of a file's rows, held to what the hub is promised. What is absent stays absent, never 0 (I12). */

type Terms = Pick<Feed, 'decimal' | 'dates' | 'zone'>

const id = z
  .union([z.string(), z.number()])
  .transform((value) => String(value).trim())
  .pipe(z.string().min(1).max(500))
const optionalText = z
  .union([z.string(), z.number(), z.boolean()])
  .nullish()
  .transform((value) => {
    const text = value === undefined || value === null ? '' : String(value).trim()
    return text === '' ? undefined : text
  })

function schemasFor(terms: Terms) {
  const number = z.preprocess((value) => {
    if (value === null || value === '') return undefined
    if (typeof value !== 'string') return value
    return toNumber(value, terms.decimal) ?? (value.trim() === '' ? undefined : value)
  }, z
    .number({ error: 'give a number' })
    .refine(Number.isSafeInteger, 'give a whole number of units')
    .optional())
  const units = number.refine((value) => value === undefined || value >= 0, 'give no less than 0')
  const present = <T>(schema: z.ZodType<T | undefined>) =>
    schema.transform((value, context): T => {
      if (value !== undefined) return value
      context.addIssue({ code: 'custom', message: 'it is missing' })
      return z.NEVER
    })
  const moment = z
    .union([z.string(), z.number()])
    .nullish()
    .transform((value, context): Date | undefined => {
      const text = value === undefined || value === null ? '' : String(value).trim()
      if (text === '') return undefined
      const read = terms.dates === undefined ? readIso(text) : readMoment(text, terms.dates, terms.zone)
      if (read !== undefined) return read
      context.addIssue({
        code: 'custom',
        message:
          terms.dates === undefined
            ? 'give a moment with its zone, or say how they are written (`dates`)'
            : `it is not written ${terms.dates}`,
      })
      return z.NEVER
    })
  const day = z
    .union([z.string(), z.number()])
    .nullish()
    .transform((value, context): string | undefined => {
      const text = value === undefined || value === null ? '' : String(value).trim()
      if (text === '') return undefined
      const byPattern = terms.dates === undefined ? undefined : readMoment(text, terms.dates, 'Z')
      if (byPattern !== undefined) return byPattern.toISOString().slice(0, 10)
      if (/^\d{4}-\d{2}-\d{2}/.test(text) && !Number.isNaN(Date.parse(text.slice(0, 10))))
        return text.slice(0, 10)
      context.addIssue({ code: 'custom', message: 'give a date as 2026-11-26, or as `dates` says' })
      return z.NEVER
    })
  const serials = z
    .union([z.string(), z.number(), z.array(z.union([z.string(), z.number()]))])
    .nullish()
    .transform((value): string[] => {
      if (value === undefined || value === null) return []
      const all = Array.isArray(value) ? value.map(String) : String(value).split(/[;|]/)
      return [...new Set(all.map((each) => each.trim()).filter((each) => each !== ''))]
    })
  const flag = z.preprocess(
    (value) =>
      typeof value === 'string'
        ? /^(true|yes|y|1|x)$/i.test(value.trim())
        : value === 1
          ? true
          : (value ?? undefined),
    z.boolean().optional(),
  )
  const place = { locationId: optionalText, row: optionalText }
  const received = {
    ...place,
    externalId: id,
    number: optionalText,
    line: optionalText,
    sku: id,
    quantity: present(units),
    condition: optionalText,
    lot: optionalText,
    expiresOn: day,
    serials,
    receivedAt: moment,
    complete: flag,
  }
  return {
    levels: z.object({
      ...place,
      sku: id,
      stockUnitId: optionalText,
      onHand: units,
      available: units,
      held: units,
      committed: units,
      incoming: units,
      change: number,
      lot: optionalText,
      expiresOn: day,
      countedAt: moment,
    }),
    items: z.object({
      ...place,
      sku: id,
      stockUnitId: optionalText,
      title: optionalText,
      barcode: optionalText,
      state: z.enum(['active', 'inactive', 'gone']).default('active'),
    }),
    shipments: z.object({
      ...place,
      shipmentId: id,
      externalId: optionalText,
      state: optionalText,
      problemCode: optionalText,
      problem: optionalText,
      parcel: optionalText,
      carrier: optionalText,
      trackingNumber: optionalText,
      trackingUrl: optionalText,
      shippedAt: moment,
      lineId: optionalText,
      sku: optionalText,
      quantity: units,
      lot: optionalText,
      serials,
    }),
    receipts: z.object({ ...received, inboundId: optionalText }),
    returns: z.object({ ...received, shipmentId: optionalText, returnId: optionalText }),
    adjustments: z.object({
      ...place,
      sku: id,
      stockUnitId: optionalText,
      change: present(number),
      held: number,
      at: moment,
      reason: optionalText,
    }),
  }
}

type Schemas = ReturnType<typeof schemasFor>
export type MappedRow<Name extends keyof Schemas> = z.infer<Schemas[Name]>

/** One row of a file as it is understood; or why it is not. */
export type ReadRow<Name extends keyof Schemas> = {
  /** As the editor counts. */
  number: number
} & ({ row: MappedRow<Name> } | { problem: string })

/** Reads rows of one feed. @returns the row, or what is wrong with it: the field and why */
export function rowReader<Name extends keyof Schemas>(
  name: Name,
  terms: Terms,
): (value: unknown) => { row: MappedRow<Name> } | { problem: string } {
  // Made once for a file; which one belongs to the name cannot be said in types.
  const schema = schemasFor(terms)[name] as unknown as z.ZodType<MappedRow<Name>>
  return (value) => {
    const parsed = schema.safeParse(value)
    if (parsed.success) return { row: parsed.data }
    const [issue] = parsed.error.issues
    const field = issue?.path.map(String).join('.') ?? ''
    return { problem: `${field === '' ? 'the row' : field}: ${issue?.message ?? 'wrong shape'}` }
  }
}

/** `1.234,5` where the comma is the sign; undefined: it is no number so written. Thousands go in threes, or it is no sign. */
function toNumber(text: string, decimal: '.' | ','): number | undefined {
  const bare = text.trim().replaceAll(/[\s\u00A0']/g, '')
  const thousands = decimal === '.' ? ',' : '.'
  const shape =
    decimal === '.'
      ? /^([+-]?)(\d{1,3}(?:,\d{3})+|\d{1,15})(?:\.(\d+))?([+-]?)$/
      : /^([+-]?)(\d{1,3}(?:\.\d{3})+|\d{1,15})(?:,(\d+))?([+-]?)$/
  const found = shape.exec(bare)
  if (found === null) return undefined
  const [, before = '', whole = '', fraction = '', after = ''] = found
  if (before !== '' && after !== '') return undefined
  const value = Number(`${whole.replaceAll(thousands, '')}.${fraction === '' ? '0' : fraction}`)
  return before === '-' || after === '-' ? -value : value
}

function readIso(text: string): Date | undefined {
  if (/^\d{10}$|^\d{13}$/.test(text)) return new Date(Number(text) * (text.length === 10 ? 1_000 : 1))
  const read = new Date(text)
  return /(Z|[+-]\d{2}:?\d{2})$/i.test(text) && !Number.isNaN(read.getTime()) ? read : undefined
}
