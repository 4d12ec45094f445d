import { z } from 'zod'

/** The calls between a connection and its platform, masked before they were kept. */

const count = z.int()

const call = z.object({
  callId: z.string(),
  connectionId: z.string(),
  at: z.string().describe('When it left; of a webhook, when it came.'),
  direction: z.enum(['out', 'in']).describe('in: a webhook.'),
  operation: z.string().describe('What the connector made it for: `setLevels`, `orders`.'),
  method: z.string(),
  address: z.string().describe('Without scheme; values of the query are masked.'),
  status: count.nullable().describe('null: no answer came.'),
  error: z.string().nullable().describe('Class of the failure where no answer came.'),
  sent: z.boolean().describe('False: it surely never left.'),
  failed: z.boolean(),
  waitedMs: count.describe('For its budget.'),
  durationMs: count.describe('From leaving to the last byte.'),
  purpose: z.string().nullable().describe('Class of the call: `decrease`, `order`, `reconcile`.'),
  requestBytes: count,
  responseBytes: count,
  platformRequestId: z
    .string()
    .nullable()
    .describe('What the platform calls it by: its support asks for it.'),
  about: z.array(z.string()).describe('`write:ID`, `order:EXTERNAL_ID`, `shipment:ID`, `event:KEY`.'),
})
export type CallRow = z.infer<typeof call>

/** GET /connections/:id/calls, GET /calls */
export const callPage = z.object({ rows: z.array(call), next: z.string().nullable() })
export type CallPageAnswer = z.infer<typeof callPage>

const masked = z
  .string()
  .nullable()
  .describe('Its beginning, masked; null: there was none, or none may be kept.')
const headers = z.record(z.string(), z.string()).describe('Those that say something of the call.')

/** GET /connections/:id/calls/:callId */
export const callDetail = call.extend({
  requestHeaders: headers,
  responseHeaders: headers,
  requestBody: masked,
  responseBody: masked,
})
export type CallDetail = z.infer<typeof callDetail>

/** GET /connections/:id/call-log, PUT /connections/:id/call-log */
export const callLog = z.object({
  mode: z.enum(['all', 'failures', 'off']),
  callsMax: count.describe('So many are kept.'),
  hoursMax: count.describe('And for so long.'),
  kept: count,
  oldestAt: z.string().nullable(),
  operations: z.array(z.string()).describe('Of what is kept.'),
  dropped: count.describe('Calls that were made and not kept: more came than are written down in a second.'),
  droppedAt: z.string().nullable(),
  changedBy: z.string().nullable(),
  changedAt: z.string().nullable(),
})
export type CallLogAnswer = z.infer<typeof callLog>
