import { z } from 'zod'

/** Every reason for which a change cannot be undone. */
export const notUndoableCodes = [
  'window-over',
  'first-rules',
  'former-credentials',
  'counted-stays-tied',
  'application-not-kept',
  'bins',
  'currency',
  'item-on-page',
  'lot-on-page',
  'gone',
  'destination-gone',
  'connection-made',
  'several-settings',
  'set-once',
  'went-live',
  'location-made',
] as const
export type NotUndoable = (typeof notUndoableCodes)[number]

/** What kinds of changes there are; each has the routes and screens that make it. */
export const CHANGE_KINDS = [
  'policy',
  'policy-window',
  'protection',
  'pool',
  'mapping',
  'kit',
  'routing',
  'allocation',
  'replenishment',
  'demand-left-out',
  'connection',
  'credentials',
  'counted-place',
  'application',
  'pause',
  'guard',
  'stale-rule',
  'shelf-life',
  'location',
  'bin',
  'reason',
  'reason-rule',
  'currency',
  'custom-field',
  'alert-rule',
  'alert-destination',
  'mapping-rules',
  'call-log',
  'personal-data',
  'item',
  'lot-status',
  'lot-detail',
] as const
export const changeKind = z.enum(CHANGE_KINDS)
export type ChangeKind = z.infer<typeof changeKind>

const value = z.record(z.string(), z.unknown()).nullable()

/** One change: who, when, why, from what to what. */
export const change = z.object({
  id: z.string().describe('Such as policy:12; undoing names it.'),
  kind: changeKind,
  subject: z
    .object({
      scope: z.string().nullable(),
      connectionId: z.string().nullable(),
      connectionName: z.string().nullable(),
      sku: z.string().nullable(),
      listingId: z.string().nullable(),
      listingTitle: z.string().nullable(),
      location: z.string().nullable().describe('Its code.'),
      name: z.string().nullable().describe('Whatever else names it, such as the code of a reason.'),
    })
    .describe('Whom or what it is of; all null: the organization.'),
  at: z.iso.datetime(),
  actor: z.string().describe('`hub`: its own doing; `unknown`: that was not kept yet.'),
  why: z.string().nullable(),
  before: value.describe('Null: there was nothing, or it is not known.'),
  after: value.describe('Null: it was taken away.'),
  changed: z.array(z.string()).describe('The fields that differ.'),
  changeSet: z.string().nullable().describe('All that one request changed has the same.'),
  undoes: z.string().nullable().describe('The id of the change that this one took back.'),
  undoable: z.boolean(),
  notUndoable: z.string().nullable().describe('Why it cannot be undone, and what to do in its place.'),
  notUndoableCode: z.enum(notUndoableCodes).nullable(),
})
export type Change = z.infer<typeof change>

/** GET /changes */
export const changePage = z.object({
  rows: z.array(change),
  next: z.string().nullable().describe('The cursor of the next page; null on the last.'),
})
export type ChangePage = z.infer<typeof changePage>

/** POST /changes/:id/undo */
export const undone = z.object({
  undone: z.string().describe('The id of the change that was taken back.'),
  by: z.array(change).describe('What was changed to do so.'),
})
export type Undone = z.infer<typeof undone>
