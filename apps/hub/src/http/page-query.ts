import { fromCursor } from '@plimsoll/stock'
import { z } from 'zod'

/** The query of a list that grows. The cursor is the id of the last row of the page before. */
export const pageQuery = z.object({
  cursor: z.uuid('give the cursor of the page before').optional().describe('`next` of the page before.'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})

/** The cursor of a list of movements: where the page before ended. */
export const movementCursor = z
  .string()
  .transform((text, check) => {
    const position = fromCursor(text)
    if (position !== undefined) return position
    check.addIssue({ code: 'custom', message: 'give the cursor of the page before' })
    return z.NEVER
  })
  .optional()
