import { z } from 'zod'

/**
 * What every answer of Manhattan's components is wrapped in, with status 200 even where the call failed. `data` is null
 * where a search found nothing.
 */
const message = z.looseObject({
  Type: z.string().nullish(),
  Code: z.string().nullish(),
  MessageKey: z.string().nullish(),
})
export const verdict = z.object({
  success: z.boolean(),
  messageKey: z.string().nullish(),
  statusCode: z.union([z.string(), z.number()]).nullish(),
  messages: z.looseObject({ Message: z.array(message).nullish() }).nullish(),
})
export type Verdict = z.infer<typeof verdict>

export function found<Row>(row: z.ZodType<Row>) {
  return z.object({ data: z.array(row).nullish() }).transform(({ data }) => data ?? [])
}

/** Nothing is read of what a change answers: what it made is read anew where it matters. */
export const anything = z.object({})

export const text = z.string().nullish()
/** Ids come as text, and short ones as numbers. */
export const id = z
  .union([z.string().min(1), z.int().transform(String)])
  .refine((each) => each.length <= 200, 'an id is not as long')
export const maybeId = id.nullish().or(z.literal('').transform(() => undefined))

/** Of an amount: `12`, `12.0`, `"12.0000"`; which unit it is in stands beside. */
export const amount = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^-?\d{1,12}(\.\d{1,6})?$/)
      .transform(Number),
  ])
  .refine((each) => Number.isFinite(each) && each >= 0, 'not an amount')
/** Units of the base unit. */
export const units = amount.refine((each) => Number.isSafeInteger(each), 'not whole units')

export const instant = z
  .string()
  .refine((written) => !Number.isNaN(Date.parse(zoned(written))), 'not a moment')
  .transform((written) => new Date(zoned(written)))
export const maybeInstant = instant.nullish()

/** Its moments are UTC and do not say so (assumed). Anything finer than a millisecond is cut off. */
function zoned(written: string): string {
  const cut = written.replace(/(\.\d{3})\d+/, '$1')
  return /(Z|[+-]\d\d:?\d\d)$/i.test(cut) || !cut.includes('T') ? cut : `${cut}Z`
}

/** An ISO date, of a date or of a moment. */
export const day = z
  .string()
  .regex(/^\d{4}-\d\d-\d\d([T ].*)?$/)
  .transform((written) => written.slice(0, 10))
  .refine((date) => !Number.isNaN(Date.parse(`${date}T00:00:00Z`)), 'not a date')
export const maybeDay = day.nullish().or(z.literal('').transform(() => undefined))

/** Four digits on a scale: what is further on is greater. Some environments leave the quotation marks out. */
export const status = z
  .union([z.string(), z.int().transform((each) => String(each).padStart(4, '0'))])
  .nullish()
