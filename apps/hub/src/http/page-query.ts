import { z } from 'zod'

/** The query of a list that grows. The cursor is the id of the last row of the page before. */
export const pageQuery = z.object({
  cursor: z.uuid('give the cursor of the page before').optional().describe('`next` of the page before.'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})
