import { inTheNameOf } from '@plimsoll/database'
import { nowOf, type SyncContext } from '@plimsoll/sync'
import type { FastifyInstance } from 'fastify'
import { actorOf } from './principal.ts'
import { ApiProblem } from './problem.ts'

/** The header that says why something is changed; percent-encoded, since headers are ASCII. */
const REASON_HEADER = 'change-reason'
const REASON_LENGTH_MAX = 500

/**
 * Has every route of the API that writes do so in the name of whoever asks: what settings it changes is recorded so by the
 * database. For all routes at once, so that none can forget it.
 */
export function signChanges(app: FastifyInstance, context: SyncContext): void {
  app.addHook('onRoute', (route) => {
    const writes = [route.method].flat().some((method) => method !== 'GET' && method !== 'HEAD')
    if (!writes || !route.url.startsWith('/api/')) return
    const { handler } = route
    route.handler = async function (request, reply) {
      const author = {
        actor: actorOf(request),
        why: reasonOf(request.headers[REASON_HEADER]),
        at: nowOf(context),
        changeSet: context.uuid(),
      }
      return await inTheNameOf(author, async () => await handler.call(this, request, reply))
    }
  })
}

/** @throws ApiProblem for what is no percent-encoded text of at most 500 characters */
function reasonOf(header: string | string[] | undefined): string | undefined {
  const said = [header].flat()[0]?.trim()
  if (said === undefined || said === '') return undefined
  const reason = decoded(said)
  if (reason === undefined || reason.length > REASON_LENGTH_MAX) {
    const message = `${REASON_HEADER} is a percent-encoded text of at most ${REASON_LENGTH_MAX} characters.`
    throw new ApiProblem('invalid-request', message, REASON_HEADER)
  }
  return reason
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    // Not percent-encoded: whoever asks is told.
    return undefined
  }
}
