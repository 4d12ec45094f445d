import { callDetail, callLog, callPage } from '@plimsoll/client'
import type { CallSubject, SyncContext } from '@plimsoll/sync'
import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import { parseCursor } from '../views/activity.store.ts'
import { listCalls, listCallsAbout, setCallLog, showCall, showCallLog } from '../views/calls.ts'
import { addRoute } from './route.ts'

const connection = z.object({ id: z.uuid('give the id of a connection') })
const yes = z.enum(['true', 'false'])
const page = z.object({
  cursor: z
    .string()
    .refine((text) => parseCursor(text) !== undefined, 'give the cursor of the page before')
    .optional()
    .describe('`next` of the page before.'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  failed: yes.optional().describe('true: only those that failed.'),
  operation: z.string().min(1).max(100).optional(),
  direction: z.enum(['out', 'in']).optional().describe('in: only webhooks.'),
})
const about = page.extend({
  write: z.uuid().optional().describe('Calls that carried this write.'),
  order: z.uuid().optional().describe('Calls about this order and its shipments.'),
  event: z.uuid().optional().describe('Calls that brought this event of the inbox, a parked one among them.'),
})
const onlyOne = about.refine(
  ({ write, order, event }) => [write, order, event].filter(Boolean).length === 1,
  {
    path: ['write'],
    message: 'name one of write, order and event',
  },
)
const change = z.strictObject({
  mode: z.enum(['all', 'failures', 'off']).optional(),
  callsMax: z.int().min(100).max(50_000).optional().describe('So many calls are kept; 2,000 unless said.'),
  hoursMax: z.int().min(1).max(720).optional().describe('And for so long; 72 unless said.'),
})
const tag = 'Connections'

/** What was said between connections and their platforms, and how much of it is kept. */
export function callRoutes({ context }: { context: SyncContext }): FastifyPluginAsync {
  return async (app) => {
    addRoute(
      app,
      {
        method: 'GET',
        path: '/connections/:id/calls',
        operation: 'listConnectionCalls',
        tag,
        summary:
          'Calls to and from the platform of a connection, newest first: what for, how long, how answered.',
        params: connection,
        query: page,
        answers: { 200: callPage },
        errors: ['unknown-connection'],
      },
      async ({ params, query }) => ({ 200: await listCalls(context, params.id, toAsked(query)) }),
    )
    addRoute(
      app,
      {
        method: 'GET',
        path: '/connections/:id/calls/:callId',
        operation: 'getConnectionCall',
        tag,
        summary: 'One call with headers and the beginning of its bodies, secrets and personal data masked.',
        params: connection.extend({ callId: z.uuid('give the id of a call') }),
        answers: { 200: callDetail },
        errors: ['not-found'],
      },
      async ({ params }) => ({
        200: await showCall(context, { connectionId: params.id, callId: params.callId }),
      }),
    )
    addRoute(
      app,
      {
        method: 'GET',
        path: '/calls',
        operation: 'listCallsAbout',
        tag,
        summary: 'The calls about one write, order or event of the inbox, newest first.',
        query: onlyOne,
        answers: { 200: callPage },
        errors: ['not-found'],
      },
      async ({ query }) => {
        const { write, order, event, ...rest } = query
        const subject: CallSubject =
          write !== undefined
            ? { kind: 'write', id: write }
            : order !== undefined
              ? { kind: 'order', id: order }
              : { kind: 'event', id: event ?? '' }
        return { 200: await listCallsAbout(context, subject, toAsked(rest)) }
      },
    )
    addRoute(
      app,
      {
        method: 'GET',
        path: '/connections/:id/call-log',
        operation: 'getCallLog',
        tag,
        summary: 'Which calls of a connection are kept, how many there are, and how many were not kept.',
        params: connection,
        answers: { 200: callLog },
        errors: ['unknown-connection'],
      },
      async ({ params }) => ({ 200: await showCallLog(context, params.id) }),
    )
    addRoute(
      app,
      {
        method: 'PUT',
        path: '/connections/:id/call-log',
        operation: 'setCallLog',
        tag,
        summary: 'Which calls are kept, how many and for how long. What is left out stays as it is.',
        params: connection,
        body: change,
        needs: 'admin',
        answers: { 200: callLog },
        errors: ['unknown-connection'],
      },
      async ({ params, body, actor }) => ({ 200: await setCallLog(context, params.id, body, actor) }),
    )
  }
}

function toAsked({ failed, operation, direction, cursor, limit }: z.infer<typeof page>) {
  return {
    failed: failed === undefined ? undefined : failed === 'true',
    operation,
    direction,
    cursor,
    limit,
  }
}
