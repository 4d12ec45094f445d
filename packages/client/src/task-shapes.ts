import { z } from 'zod'
import { words } from './connection-shapes.ts'
import { toldTask } from './told-task.ts'

const instant = z.iso.datetime()
const count = z.int()

/** What can be done about an oversold item. */
export const taskCure = z.object({
  cure: z.enum(['another-location', 'incoming', 'split', 'substitute', 'cancel']),
  units: count.nullable().describe('What it could serve, where that is known.'),
  locationCodes: z.array(z.string()),
  penalties: z.array(z.string()).describe('What its platforms count against the seller for it, in English.'),
  counted: z
    .array(
      z.object({
        connection: z.string(),
        counts: words,
        source: z.string(),
        verified: z.boolean(),
      }),
    )
    .describe('The same in both languages.'),
})

/** GET /tasks: something a person must decide. */
export const taskRow = z.object({
  taskId: z.string(),
  holdId: z.string().nullable().describe('Of a hold: the id to confirm or refuse it by.'),
  listingId: z.string().nullable().describe('Of a listing that changed: the id to decide on it by.'),
  kind: z.enum([
    'hold',
    'oversold',
    'refused-decrease',
    'capped-decrease',
    'listing-not-back',
    'not-routed',
    'shipment-refused',
    'shipment-stuck',
    'shipment-held',
    'shipment-short',
    'shipped-anyway',
    'parcel-unexpected',
    'inbound-refused',
    'inbound-changed',
    'return-refused',
    'return-changed',
    'receipt-differs',
    'delivery-stuck',
    'runs-out',
    'count-held',
    'not-told',
    'not-cancelled',
    'cancel-asked',
    'drift',
    'untracked',
    'unmapped',
    'listing-changed',
    'connection',
  ]),
  location: z.string().nullable().describe('Of what runs out: the code of the location.'),
  sku: z.string().nullable(),
  connectionId: z.string().nullable(),
  units: count.nullable(),
  detail: z.string().describe('In English; `told` is the same for every language.'),
  told: toldTask.nullable().describe('Null for a task from before this was kept.'),
  cures: z.array(taskCure).describe('Of an oversold item, what harms least first; else none.'),
  openedAt: instant,
})
export const taskList = z.object({ rows: z.array(taskRow) })
export type TaskList = z.infer<typeof taskList>
