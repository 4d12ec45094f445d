import { z } from 'zod'
import { problemTold } from './told-trouble.ts'

const count = z.int().min(0)

/** A change of policy for many items or listings, and how far it is. */
export const bulkEdit = z.object({
  bulkId: z.string().describe('Also the `changeSet` of all that it changes.'),
  state: z.enum(['looking', 'previewed', 'applying', 'applied', 'undoing', 'undone', 'stopped', 'failed']),
  of: z.enum(['items', 'listings']),
  request: z.record(z.string(), z.unknown()).describe('As it was asked for.'),
  actor: z.string(),
  why: z.string().nullable(),
  items: count.describe('Items that it is for, or whose listings.'),
  scopes: count.describe('Items or listings that it is for.'),
  looked: count.describe('Items looked at by now.'),
  done: count.describe('Items applied by now.'),
  undone: count.describe('Of these, undone by now.'),
  levels: count.describe('Numbers that would change, as far as it was looked at.'),
  refused: count.describe(
    'Items or listings that are left out, since what they have contradicts the change.',
  ),
  kept: count.describe('Of an undo: those that were changed since, and stay as they are.'),
  rails: z
    .array(
      z.object({
        connectionId: z.string(),
        connectionName: z.string(),
        kind: z.enum(['zero', 'raise']),
        listings: count.describe('Listings that would be held until a person says so.'),
        of: count,
      }),
    )
    .describe('What would hold its writes back.'),
  problem: z.string().nullable(),
  problemTold,
  madeAt: z.iso.datetime(),
  previewedAt: z.iso.datetime().nullable(),
  changedAt: z.iso.datetime(),
})
export type BulkEditView = z.infer<typeof bulkEdit>

/** GET /bulk-edits */
export const bulkEditList = z.object({ rows: z.array(bulkEdit) })

/** GET /bulk-edits/:id/levels */
export const bulkLevelPage = z.object({
  rows: z.array(
    z.object({
      levelId: z.string(),
      sku: z.string(),
      name: z.string(),
      connectionName: z.string(),
      externalLocation: z.string(),
      before: count,
      beforeBecause: z.string(),
      after: count,
      afterBecause: z.string(),
      estimated: z.boolean(),
    }),
  ),
  next: z.string().nullable(),
})
export type BulkLevelPage = z.infer<typeof bulkLevelPage>
