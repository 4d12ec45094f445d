import { z } from 'zod'

/** Imports of files, as the API answers them. */

const instant = z.iso.datetime()
const count = z.int()

/** A row's problem: codes are stable, docs/reference/errors.md has them all. */
export const importProblem = z.object({
  /** Counted as the editor or Excel does, from 1. */
  row: count,
  /** A warning hinders nothing. */
  level: z.enum(['error', 'warning']),
  code: z.string(),
  /** As the file calls it; null where the whole row is meant. */
  column: z.string().nullable(),
  value: z.string().nullable(),
  message: z.string(),
  cure: z.string(),
})
export type ImportProblemView = z.infer<typeof importProblem>
/** POST /opening-files */
export const openingFile = z.object({
  lines: z
    .array(z.object({ sku: z.string(), location: z.string(), quantity: count }))
    .describe('As POST /cutovers/:name/proposal takes them: of the rows that nothing is wrong with.'),
  rows: count.describe('Of the file, below its header.'),
  rowsBad: count.describe('Of these, left out of the lines.'),
  problems: z.array(importProblem).describe('The first 100, in the order of the file.'),
})
export type OpeningFile = z.infer<typeof openingFile>

export const importProblemPage = z.object({ rows: z.array(importProblem), next: z.string().nullable() })

/** What a file of mappings leads to, over all its listings. */
export const mappingsForeseen = z.object({
  changed: count.describe('Listings of which the mapping changes.'),
  isForeseen: z
    .boolean()
    .describe('False: there are so many that numbers were not worked out; the other counts say nothing.'),
  conflicts: count,
  toZero: count.describe('Numbers that would fall to zero.'),
  raised: count,
  lowered: count,
  asksFirst: z
    .array(
      z.object({
        connectionId: z.string(),
        connectionName: z.string(),
        kind: z.enum(['zero', 'raise']),
        listings: count,
      }),
    )
    .describe('Connections of which so many would be written that the writes wait for a person.'),
})

const mappingStanding = z.object({
  item: z.object({ sku: z.string(), name: z.string(), isKit: z.boolean() }).nullable(),
  unitsPerListing: count.describe('Base units of the item that one of it sells.'),
  ignoredBecause: z.string().nullable(),
})

/** GET /imports/:id/mappings: a listing whose mapping a file would change. */
export const importMapping = z.object({
  row: count.describe('Of the file.'),
  listingId: z.string(),
  connectionId: z.string(),
  connectionName: z.string(),
  externalId: z.string(),
  title: z.string(),
  listingSku: z.string().nullable(),
  before: mappingStanding,
  after: mappingStanding,
  isForeseen: z.boolean().describe('False: its number was not worked out.'),
  shows: count.nullable().describe('On the platform now, all its locations together; null: not known.'),
  willShow: count.nullable().describe('Null: nothing is written there.'),
  isEstimate: z.boolean(),
  conflicts: z
    .array(
      z.object({
        kind: z.enum([
          'claimed-twice',
          'shared-level',
          'item-repeated',
          'unknown-sku',
          'archived-item',
          'gone',
        ]),
        other: z.string().nullable().describe('External id of the listing that it is in conflict with.'),
        text: z.string().describe('What is the matter and what may be done, in English.'),
      }),
    )
    .describe('As they would be afterwards.'),
})
export type ImportMappingView = z.infer<typeof importMapping>
export const importMappingPage = z.object({ rows: z.array(importMapping), next: z.string().nullable() })
export type ImportMappingPage = z.infer<typeof importMappingPage>

export const importPreview = z.object({
  /** How the columns of the file are understood. */
  columns: z.array(z.object({ name: z.string(), field: z.string() })),
  /** The first rows as they will be read; an empty cell is absent. */
  rows: z.array(z.object({ row: count, values: z.record(z.string(), z.unknown()) })),
  /** What the good rows would do; `units` are those that come less those that go. */
  effect: z.object({ created: count, changed: count, unchanged: count, units: count }),
  mappings: mappingsForeseen.optional().describe('Of a file of mappings; absent where it was cut.'),
})

export const importJob = z.object({
  importId: z.string(),
  what: z.string(),
  name: z.string(),
  fileName: z.string(),
  sheet: z.string().nullable(),
  format: z.enum(['csv', 'xlsx']).nullable(),
  encoding: z.string().nullable(),
  bytes: count,
  /**
   * `uploaded`: being checked; `unreadable`: see `failure`; `checked`: can be applied, also again after rows were
   * refused, of which its problems tell; `applying`; `done`.
   */
  state: z.enum(['uploading', 'uploaded', 'unreadable', 'checked', 'applying', 'done']),
  mode: z.enum(['all-or-nothing', 'good-rows']).nullable(),
  rowsTotal: count,
  rowsBad: count,
  warnings: count,
  /** There are so many problems that the rest of the file was not looked at. */
  isCut: z.boolean(),
  /** Items at a location that have something available now and would have nothing, and how many have something. */
  zeroed: count,
  stocked: count,
  /** So many that it is applied only when a person confirms it. */
  needsConfirmation: z.boolean(),
  preview: importPreview.nullable(),
  /** Why the whole file cannot be read. */
  failure: z.object({ code: z.string(), message: z.string(), cure: z.string() }).nullable(),
  /** Progress of checking or of applying. Of a file that is applied whole, none of these rows stands until all do. */
  rowsPassed: count,
  isWorkedOn: z.boolean(),
  applied: count,
  /** Rows that were so already. */
  unchanged: count,
  /** Rows with problems, which were left out. */
  skipped: count,
  units: count,
  createdAt: instant,
  checkedAt: instant.nullable(),
  finishedAt: instant.nullable(),
})
export type ImportJobView = z.infer<typeof importJob>
export const importPage = z.object({ rows: z.array(importJob), next: z.string().nullable() })
