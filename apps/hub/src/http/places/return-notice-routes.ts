import { returnAnnouncement } from '@plimsoll/client'
import { announceReturnAgain, readReturnAnnouncement } from '@plimsoll/sync'
import type { FastifyPluginAsync } from 'fastify'
import { LedgerRefusal } from '../problem.ts'
import { addRoute } from '../route.ts'
import type { ServerContext } from '../server.ts'
import { documentId } from './document-action.ts'

const tag = 'Returns'

/** What the warehouses that returns come to know of them. */
export function returnNoticeRoutes({ context }: ServerContext): FastifyPluginAsync {
  return async (app) => {
    addRoute(
      app,
      {
        method: 'GET',
        path: '/returns/:id/announcement',
        operation: 'getReturnAnnouncement',
        tag,
        summary: 'How a return stands with the warehouse that it comes to.',
        params: documentId,
        answers: { 200: returnAnnouncement },
        errors: ['unknown-return'],
      },
      async ({ params: { id } }) => {
        const found = await readReturnAnnouncement(context, id)
        if ('kind' in found) throw new LedgerRefusal(found)
        return { 200: found }
      },
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/returns/:id/announce',
        operation: 'announceReturn',
        tag,
        summary: 'Tells a warehouse anew of one that it had refused; any other is left as it is.',
        params: documentId,
        answers: { 200: returnAnnouncement },
        errors: ['unknown-return'],
      },
      async ({ params: { id } }) => {
        const again = await announceReturnAgain(context, id)
        if ('kind' in again) throw new LedgerRefusal(again)
        return { 200: again }
      },
    )
  }
}
