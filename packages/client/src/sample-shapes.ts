import { z } from 'zod'
import { connectionCheck } from './connection-shapes.ts'

/** What the routes answer that try a description on a sample file. Nothing of a sample is kept. */

const count = z.int()
const texts = z.record(z.string(), z.string())
const inChinese = z.string().optional().describe('The same in Chinese.')
const wrong = z.array(
  z.object({
    field: z.string().describe('Below the feed.'),
    message: z.string().describe('With the cure.'),
    messageInChinese: inChinese,
  }),
)

/** POST /connectors/:connector/samples/guess */
export const sampleGuess = z.object({
  description: z
    .record(z.string(), z.unknown())
    .describe('The part of the description that the file itself tells: format, encoding, dates, sequence.'),
  columns: texts.describe('A field of ours by the column whose name means it.'),
})
export type SampleGuessed = z.infer<typeof sampleGuess>

/** POST /connectors/:connector/samples/read and /connections/:id/files/:position/read */
export const sampleReading = z.object({
  problem: z.string().nullable().describe('Why the file cannot be read at all.'),
  problemInChinese: inChinese,
  wrong,
  columns: z.array(z.string()).describe('Names under which cells stand.'),
  total: count.describe('Rows of the file.'),
  lookedAt: count.describe('Rows that were run through the map.'),
  understood: count.describe('Of these.'),
  rows: z.array(
    z.object({
      number: count.describe('As an editor counts.'),
      cells: texts,
      meaning: texts.nullable().describe('By fields of ours; null: it is not understood.'),
      problem: z.string().nullable(),
      problemInChinese: inChinese,
    }),
  ),
  fields: z
    .array(
      z.object({
        name: z.string(),
        value: z.string().nullable(),
        problem: z.string().nullable(),
        problemInChinese: inChinese,
      }),
    )
    .describe('Each field by itself: the first that its expression finds.'),
  sequence: z.string().nullable().describe('What its name says about its place among the others.'),
  saidAt: z.string().nullable(),
})
export type SampleRead = z.infer<typeof sampleReading>

/** POST /connectors/:connector/samples/write */
export const sampleWriting = z.object({
  name: z.string().nullable(),
  text: z.string().nullable().describe('As it would be written.'),
  problem: z.string().nullable(),
  problemInChinese: inChinese,
  wrong,
  example: z.unknown().describe('What the expression is run over.'),
})
export type SampleWritten = z.infer<typeof sampleWriting>

/** GET /connections/:id/settings */
export const connectionSettings = z.object({
  connector: z.string(),
  settings: z
    .record(z.string(), z.unknown())
    .describe('The connector says which; there are no secrets in them.'),
  version: count.describe('Send it as If-Match.'),
})
export type ConnectionSettings = z.infer<typeof connectionSettings>

/** PUT /connections/:id/settings */
export const connectionSettingsChanged = connectionSettings.extend({ check: connectionCheck })
export type ConnectionSettingsChanged = z.infer<typeof connectionSettingsChanged>
