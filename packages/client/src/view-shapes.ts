import { z } from 'zod'

/** What a person named of a screen: its filters, order and columns. */

export const viewScreen = z.enum(['items', 'listings', 'orders', 'parked', 'tasks'])
export type ViewScreen = z.infer<typeof viewScreen>

/** As it stands in the address of the screen. */
const text = z.string().max(500)
export const viewSearch = z
  .record(z.string().min(1).max(40), text)
  .refine((search) => Object.keys(search).length <= 20, 'at most 20 fields')
  .describe('What the address of the screen holds, by name: {"q":"mug","filter":"low"}.')
export const viewName = z.string().trim().min(1, 'give it a name').max(80)

export const savedView = z.object({
  viewId: z.string(),
  screen: viewScreen,
  name: z.string(),
  shared: z.boolean().describe('Everybody in the organization sees it; else only whoever made it.'),
  mine: z.boolean().describe('Made by whoever asks.'),
  mayChange: z.boolean().describe('Whether whoever asks may rename, replace or delete it.'),
  search: z.record(z.string(), z.string()),
  changedAt: z.iso.datetime(),
})
export type SavedView = z.infer<typeof savedView>

/** GET /views */
export const savedViewList = z.object({ rows: z.array(savedView) })
export type SavedViewList = z.infer<typeof savedViewList>
