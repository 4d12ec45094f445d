import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { signatureBase } from '../digital-signature.ts'
import { scopes } from '../scopes.ts'
import type { OrderBook, SoldOrder } from './order-book.ts'
import { RestRefusal, type RestRoute, type RowError } from './rest.ts'

const root = '/post-order/v2/cancellation'

function postOrderError(errorId: number, message: string): RowError {
  return { errorId, domain: 'postorder', category: 'REQUEST', message }
}

/**
 * Cancelling by the Post-Order API: whole orders, nothing shipped.
 * @param options.signingKey Base64 (SPKI) of the public key that signatures must be of, as for sellers in the EU and UK
 */
export function postOrderRoutes(options: { book: OrderBook; signingKey(): string | undefined }): RestRoute[] {
  const { book } = options
  const route = (path: string, handle: RestRoute['handle']): RestRoute => ({
    method: 'POST',
    path: `${root}${path}`,
    api: 'post-order',
    scopes: { user: scopes.base },
    handle,
  })
  const find = (body: unknown): { order: SoldOrder; given: z.infer<typeof request> } => {
    const given = request.safeParse(body)
    const order = given.success ? book.find(given.data.legacyOrderId) : undefined
    if (!given.success || order === undefined)
      throw new RestRefusal(404, postOrderError(1_610, 'The order is not there.'))
    return { order, given: given.data }
  }
  const failureOf = (order: SoldOrder): string | undefined => {
    if (order.cancel === 'CANCELED') return 'ALREADY_CANCELLED'
    if (order.lines.some(({ shipped }) => shipped > 0)) return 'SHIPMENT_STATUS_NOT_ALLOWED'
    return undefined
  }

  return [
    route('/check_eligibility', ({ request: { body } }) => {
      const { order } = find(body)
      const failure = failureOf(order)
      return {
        legacyOrderId: order.orderId,
        eligible: failure === undefined,
        ...(failure !== undefined && { failureReason: [failure] }),
      }
    }),
    route('', ({ request, reply }) => {
      assertSigned(request, options.signingKey())
      const { order, given } = find(request.body)
      const failure = failureOf(order)
      if (failure !== undefined) throw new RestRefusal(409, postOrderError(1_612, failure))
      if (!reasons.has(given.cancelReason ?? ''))
        throw new RestRefusal(400, postOrderError(1_611, 'The reason is unknown.'))
      // Units go back on sale only for lines that are named for it.
      book.cancel(order, (given.relistLineItem ?? []).length > 0)
      return reply.code(201).send({ cancelId: `50${order.orderId.slice(-5)}` })
    }),
    route('/:cancelId/approve', ({ request, reply }) => {
      assertSigned(request, options.signingKey())
      const { cancelId } = z.object({ cancelId: z.string() }).parse(request.params)
      const order = book.findByRequest(cancelId)
      if (order === undefined) throw new RestRefusal(404, postOrderError(1_613, 'There is no such request.'))
      if (!book.cancel(order, false)) throw new RestRefusal(409, postOrderError(1_612, 'It is too late.'))
      return reply.code(200).send({})
    }),
  ]
}

const reasons = new Set(['OUT_OF_STOCK_OR_CANNOT_FULFILL', 'BUYER_ASKED_CANCEL', 'ADDRESS_ISSUES'])

const request = z.object({
  legacyOrderId: z.string().min(1),
  cancelReason: z.string().optional(),
  buyerPaid: z.boolean().optional(),
  relistLineItem: z.array(z.unknown()).optional(),
})

/** @throws RestRefusal where a signature is wanted and is not there or wrong */
function assertSigned(request: FastifyRequest, signingKey: string | undefined): void {
  if (signingKey === undefined) return
  const header = (name: string) => String(request.headers[name] ?? '')
  const key: KeyObject = createPublicKey({
    key: Buffer.from(signingKey, 'base64'),
    format: 'der',
    type: 'spki',
  })
  const digest = `sha-256=:${createHash('sha256')
    .update(request.rawBody ?? Buffer.alloc(0))
    .digest('base64')}:`
  const parameters = header('signature-input').replace(/^sig1=/, '')
  const given = /^sig1=:([A-Za-z0-9+/]+=*):$/.exec(header('signature'))?.[1] ?? ''
  // Whoever calls means this machine, or eBay by the name that it goes by.
  const isRight = [`http://${request.headers.host}`, 'https://api.sandbox.ebay.com'].some((origin) => {
    const base = signatureBase({
      method: request.method,
      url: `${origin}${request.url}`,
      digest,
      key: header('x-ebay-signature-key'),
      parameters,
    })
    return verify(null, Buffer.from(base), key, Buffer.from(given, 'base64'))
  })
  if (!isRight || header('content-digest') !== digest)
    throw new RestRefusal(400, postOrderError(215_120, 'Signature validation failed.'))
}
