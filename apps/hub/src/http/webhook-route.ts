import { done } from '@plimsoll/client'
import { type IntakeAnswer, receiveForApplication, receiveWebhook, syncProblem } from '@plimsoll/sync'
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { ApiProblem } from './problem.ts'
import { addRawRoute, type RouteSpec } from './route.ts'
import type { ServerContext } from './server.ts'
import { toWebhookMessage } from './webhook-message.ts'

const ofConnection = z.object({ connectionId: z.uuid() })
const ofApplication = z.object({ connector: z.string().max(100), application: z.string().max(100) })
const tag = 'Webhooks'

/** Called by platforms: verified over the raw bytes, stored, and only then answered. */
export function webhookRoute(hub: ServerContext): FastifyPluginAsync {
  const { registry } = hub.engine
  const receive = (request: FastifyRequest): Promise<IntakeAnswer> => {
    const one = ofConnection.safeParse(request.params)
    if (one.success)
      return receiveWebhook(
        hub.context,
        registry,
        one.data.connectionId,
        toWebhookMessage(request, hub.context.publicUrl),
      )
    const all = ofApplication.safeParse(request.params)
    if (!all.success) throw new ApiProblem('not-found', 'No connection takes webhooks at this address.')
    const { connector, application: key } = all.data
    return receiveForApplication(
      hub.context,
      registry,
      { connector, key },
      toWebhookMessage(request, hub.context.publicUrl),
    )
  }
  const handle = async (request: FastifyRequest, reply: FastifyReply) =>
    toReply(hub, request, reply, await receive(request))
  return async (app) => {
    // Signatures are over the bytes as sent; no parser may touch them.
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
    for (const spec of specs) addRawRoute(app, spec, handle)
  }
}

const errors = ['bad-signature', 'not-found', 'unverifiable', 'file-refused'] as const
const specs: RouteSpec[] = [
  {
    method: 'POST',
    path: '/webhooks/:connectionId',
    operation: 'receiveWebhook',
    tag,
    summary: 'What platforms call: verified over the bytes as sent, stored, and only then answered.',
    params: ofConnection,
    answers: { 200: done },
    errors,
  },
  {
    method: 'GET',
    path: '/webhooks/:connectionId',
    operation: 'answerChallenge',
    tag,
    summary: 'What some platforms ask before they call: whether the address is ours.',
    params: ofConnection,
    answers: { 200: { contentType: 'application/json', description: 'What the platform wants to read.' } },
    errors: ['not-found'],
  },
  {
    method: 'POST',
    path: '/webhooks/applications/:connector/:application',
    operation: 'receiveForApplication',
    tag,
    summary: 'One address for all connections of an application; the message says whose it is.',
    params: ofApplication,
    answers: { 200: done },
    errors,
  },
  {
    method: 'GET',
    path: '/webhooks/applications/:connector/:application',
    operation: 'answerApplicationChallenge',
    tag,
    summary: 'Whether the address of an application is ours.',
    params: ofApplication,
    answers: { 200: { contentType: 'application/json', description: 'What the platform wants to read.' } },
    errors: ['not-found'],
  },
]

function toReply(hub: ServerContext, request: FastifyRequest, reply: FastifyReply, answer: IntakeAnswer) {
  switch (answer.kind) {
    case 'stored':
    case 'nothing-to-store':
      return reply.status(200).send({})
    case 'challenge':
      return reply.status(200).type(answer.contentType).send(answer.body)
    case 'unknown-connection':
      throw new ApiProblem('not-found', 'No connection takes webhooks at this address.')
    case 'refused':
      throw syncProblem('file-refused', 'body', answer.why)
    case 'bad-signature':
      hub.log.warn({ address: request.url.split('?')[0] }, 'a webhook with a bad signature was refused')
      throw new ApiProblem('bad-signature', 'The signature does not fit the body, so nothing was stored.')
    case 'unverifiable':
      hub.log.warn({ why: answer.why }, 'a webhook could not be verified now')
      throw new ApiProblem('unverifiable', `It cannot be verified now: ${answer.why}`)
    default: {
      const never: never = answer
      return never
    }
  }
}
