import type { FastifyRequest } from 'fastify'

/** As the platform called it: a proxy in front may have changed host and scheme, the hub's own public address has not. */
export function toWebhookMessage(request: FastifyRequest, publicUrl: string | undefined) {
  const origin = publicUrl ?? `${request.protocol}://${request.host}`
  return {
    method: request.method,
    url: `${origin}${request.url}`,
    headers: toHeaders(request.headers),
    body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
  }
}

function toHeaders(
  headers: Record<string, string | string[] | undefined>,
): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  )
}
