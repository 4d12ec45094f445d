import { gzipSync } from 'node:zlib'
import type { FastifyInstance } from 'fastify'
import type { Account } from './account.ts'
import type { Traits } from './traits.ts'

const LIFE_MS = 5 * 60_000

export type StoredDocument = { bytes: Buffer | undefined; contentType: string; isPacked: boolean }

/** Where Amazon lets documents be put and fetched: addresses that prove themselves, for five minutes. */
export function createDocuments(
  traits: Traits,
  { account, now, origin }: { account: () => Account; now: () => number; origin: () => string },
) {
  const documents = new Map<string, StoredDocument>()
  const addresses = new Map<string, { id: string; endsAt: number }>()
  const open = (id: string): string => {
    const key = `signature-${account().fresh()}`
    addresses.set(key, { id, endsAt: now() + LIFE_MS })
    return `${origin()}/_documents/${encodeURIComponent(id)}?X-Amz-Signature=${key}`
  }
  const find = (id: string, key: string | undefined): StoredDocument | undefined => {
    const address = addresses.get(key ?? '')
    return address === undefined || address.id !== id || now() >= address.endsAt
      ? undefined
      : documents.get(id)
  }

  return {
    find: (id: string): StoredDocument | undefined => documents.get(id),
    open,
    /** For a document that is yet to be put there. */
    expect(contentType: string): { id: string; url: string } {
      const id = `amzn1.tortuga.4.na.${account().fresh()}`
      documents.set(id, { bytes: undefined, contentType, isPacked: false })
      return { id, url: open(id) }
    },
    keep(content: Buffer, contentType: string): string {
      const id = `amzn1.spdoc.1.4.na.${account().fresh()}`
      const bytes = traits.gzip ? gzipSync(content) : content
      documents.set(id, { bytes, contentType, isPacked: traits.gzip })
      return id
    },
    routes(app: FastifyInstance): void {
      type Asked = { Params: { id: string }; Querystring: { 'X-Amz-Signature'?: string } }
      app.put<Asked>('/_documents/:id', async (request, reply) => {
        const stored = find(request.params.id, request.query['X-Amz-Signature'])
        if (stored === undefined || request.headers['content-type'] !== stored.contentType)
          return reply
            .code(403)
            .type('application/xml')
            .send('<Error><Code>SignatureDoesNotMatch</Code></Error>')
        stored.bytes = request.rawBody ?? Buffer.alloc(0)
        return reply.code(200).send()
      })
      app.get<Asked>('/_documents/:id', async (request, reply) => {
        const stored = find(request.params.id, request.query['X-Amz-Signature'])
        if (stored?.bytes === undefined)
          return reply.code(403).type('application/xml').send('<Error><Code>AccessDenied</Code></Error>')
        return reply.type(stored.contentType).send(stored.bytes)
      })
    },
  }
}
export type Documents = ReturnType<typeof createDocuments>
