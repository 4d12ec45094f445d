import { z } from 'zod'

/** GET /first-day. */
export const firstDay = z.object({
  isLive: z.boolean().describe('Whether any connection is live: then the first day is over.'),
  steps: z.array(
    z.object({
      step: z.enum(['location', 'connect', 'map-locations', 'import', 'match', 'preview', 'shadow', 'live']),
      isDone: z.boolean(),
      connectionId: z.string().nullable().describe('Where the step is taken; null: of no connection (yet).'),
    }),
  ),
})
export type FirstDay = z.infer<typeof firstDay>
