import jsonata from 'jsonata'
import { z } from 'zod'

/** JSONata as it stands in a definition: checked when it is read, run only in the sandbox (`evaluator.ts`). */

const LENGTH_MAX = 4_000

export const expression = z
  .string()
  .min(1)
  .max(LENGTH_MAX)
  .superRefine((text, context) => {
    const problem = problemOf(text)
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem })
  })

/**
 * From a row of the platform to our fields: one expression that makes an object, `fields` with an expression each, or
 * `columns` with the name of a column (or property) each.
 */
export const mapping = z
  .union([
    expression,
    z.strictObject({ fields: z.record(z.string().min(1), expression) }),
    z.strictObject({ columns: z.record(z.string().min(1), z.string().min(1)) }),
  ])
  .transform((given): string => {
    if (typeof given === 'string') return given
    const fields =
      'fields' in given
        ? Object.entries(given.fields).map(([name, text]) => `${JSON.stringify(name)}: (${text})`)
        : Object.entries(given.columns).map(
            ([name, column]) => `${JSON.stringify(name)}: $lookup($, ${JSON.stringify(column)})`,
          )
    return `{${fields.join(', ')}}`
  })

/** What is wrong with an expression, in one sentence; undefined: it can be read. Runs nothing. */
function problemOf(text: string): string | undefined {
  try {
    jsonata(text)
    return undefined
  } catch (error) {
    const said = hasMessage(error) ? error.message : String(error)
    const position =
      hasMessage(error) && typeof error.position === 'number' ? ` (character ${error.position})` : ''
    return `it is not JSONata: ${said}${position}`
  }
}

/** JSONata throws plain objects. */
function hasMessage(error: unknown): error is { message: string; position?: unknown } {
  return (
    typeof error === 'object' && error !== null && 'message' in error && typeof error.message === 'string'
  )
}
