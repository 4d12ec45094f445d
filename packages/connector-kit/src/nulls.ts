import { z } from 'zod'

/**
 * A platform's object in which `null` and "not there" mean the same, as they do in nearly all JSON: documents that say "optional"
 * seldom say which of the two will come. Where null means something of its own (a level that is not counted) it is read as it is.
 * Entries of lists are kept: one that is null is still one.
 */
export function nullsAbsent<Schema extends z.ZodType>(schema: Schema) {
  return z.preprocess(withoutNulls, schema)
}

/** The same value without the properties that are null, at any depth; answers are parsed JSON, so it ends. Pure. */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (typeof value !== 'object' || value === null) return value
  const kept = Object.entries(value).filter(([, each]) => each !== null)
  return Object.fromEntries(kept.map(([key, each]) => [key, withoutNulls(each)]))
}
