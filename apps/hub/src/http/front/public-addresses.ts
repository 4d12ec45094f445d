import { hashOfSecret } from '@plimsoll/accounts'
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { sql } from 'kysely'
import type { Front } from '../hub-server.ts'
import { ApiProblem } from '../problem.ts'
import { toWebhookMessage } from '../webhook-message.ts'
import { leaveBodies, pass } from './hand-over.ts'
import { findHearers } from './hearers.store.ts'

/** Platforms send whole orders; the largest seen are a few hundred kilobytes. */
const BODY_BYTES_MAX = 5 * 1024 * 1024
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/**
 * What platforms and their pages call. Nobody is asked who they are: the organization that an address is of trusts nothing
 * but signature, ticket and state.
 */
export function publicAddresses(front: Front): FastifyPluginAsync {
  const { kysely } = front.base.everyone
  const idsOf = async (query: ReturnType<typeof sql<{ organizationId: string }>>): Promise<string[]> =>
    (await query.execute(kysely)).rows.map(({ organizationId }) => organizationId)

  return async (app) => {
    await app.register(async (whole) => {
      leaveBodies(whole)
      whole.all('/webhooks/:connectionId', { config: { isPassed: true } }, async (request, reply) => {
        const { connectionId } = request.params as { connectionId: string }
        const [organizationId] = UUID.test(connectionId)
          ? await idsOf(sql`select organization_id from connection where connection_id = ${connectionId}`)
          : []
        const server =
          organizationId === undefined ? undefined : await front.organizations.serverOf(organizationId)
        if (server === undefined) throw nothingThere()
        pass(request, reply, server)
      })
    })
    await app.register(async (shared) => {
      shared.removeAllContentTypeParsers()
      shared.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, parsed) => parsed(null, body))
      shared.all(
        '/webhooks/applications/:connector/:application',
        { bodyLimit: BODY_BYTES_MAX, config: { isPassed: true } },
        async (request, reply) => {
          const { connector, application } = request.params as { connector: string; application: string }
          const { meant, whoever } = await findHearers(kysely, {
            ...{ connector, application },
            account: front.base.context.connectors
              .get(connector)
              ?.webhooks.accountOf?.(toWebhookMessage(request, front.base.context.publicUrl)),
          })
          if (meant.length > 0) return await tellAll(meant, request, reply)
          return await askInTurn(whoever, request, reply)
        },
      )
      shared.all('/connect/:connector/:page', { config: { isPassed: true } }, async (request, reply) => {
        const { connector } = request.params as { connector: string }
        const { ticket, state } = request.query as Record<string, unknown>
        const named = typeof ticket === 'string' ? ticket : typeof state === 'string' ? state : undefined
        const hash = named === undefined ? null : hashOfSecret(named)
        // Some platforms bring the state in a way of their own: then those are asked that wait for one.
        const ids = await idsOf(sql`
            select distinct organization_id from connection_grant
            where connector = ${connector} and (ticket_hash = ${hash} or state_hash = ${hash}
              or (${hash}::bytea is null and expires_at > ${new Date(front.base.context.clock.now())}))
            order by organization_id`)
        // A page that nobody waits for is explained by whoever is there.
        return await askInTurn(ids.length === 0 ? [front.base.context.organizationId] : ids, request, reply)
      })
    })
  }

  /** The first that knows what is meant answers. */
  async function askInTurn(ids: readonly string[], request: FastifyRequest, reply: FastifyReply) {
    let last: Answer | undefined
    for (const organizationId of ids) {
      const server = await front.organizations.serverOf(organizationId)
      if (server === undefined) continue
      last = await ask(server, request)
      if (last.statusCode < 400) break
    }
    return send(last, reply)
  }

  /** All of them hear it. Where one could not take it in, the platform is to send it again: hearing twice changes nothing. */
  async function tellAll(ids: readonly string[], request: FastifyRequest, reply: FastifyReply) {
    const answers: Answer[] = []
    for (const organizationId of ids) {
      const server = await front.organizations.serverOf(organizationId)
      if (server !== undefined) answers.push(await ask(server, request))
    }
    const failed = answers.find(({ statusCode }) => statusCode >= 500)
    return send(failed ?? answers.find(({ statusCode }) => statusCode < 400) ?? answers.at(-1), reply)
  }

  function send(last: Answer | undefined, reply: FastifyReply) {
    if (last === undefined) throw nothingThere()
    for (const [name, value] of Object.entries(last.headers)) {
      if (value !== undefined && !OF_CONNECTION.has(name)) reply.header(name, value)
    }
    return reply.status(last.statusCode).send(last.rawPayload)
  }
}

type Answer = Awaited<ReturnType<typeof ask>>

const OF_CONNECTION = new Set(['connection', 'content-length', 'date', 'keep-alive', 'transfer-encoding'])

async function ask(server: FastifyInstance, request: FastifyRequest) {
  return await server.inject({
    method: request.method as 'GET' | 'POST',
    url: request.url,
    headers: request.headers,
    remoteAddress: request.ip,
    ...(Buffer.isBuffer(request.body) && { payload: request.body }),
  })
}

function nothingThere(): ApiProblem {
  return new ApiProblem('not-found', 'No connection takes webhooks at this address.')
}
