import { type HttpResponse, Invalid, Malformed, statusError, withoutText } from '@plimsoll/connector-kit'
import { isLoopback, type Rest, type RestCall } from './definition.ts'
import { run } from './read-file.ts'
import type { Context } from './source.ts'

/** Calls to a warehouse's API, below the one address that its definition names. */

type Sending = {
  context: Context
  rest: Rest
  operation: string
  signal: AbortSignal | undefined
}

/** Tells something. @returns its own id, or that it was too late */
export async function tell(
  call: RestCall,
  sent: { body: Buffer; contentType: string; id: string; externalId?: string },
  sending: Sending,
): Promise<{ externalId: string } | 'too-late'> {
  const path = call.path
    .replaceAll('{id}', encodePart(sent.id))
    .replaceAll('{externalId}', encodePart(sent.externalId ?? sent.id))
  const response = await send(path, {
    ...sending,
    method: call.method,
    body: sent.body,
    contentType: sent.contentType,
  })
  const isKnown = call.known.includes(response.status)
  if (call.tooLate.includes(response.status)) return 'too-late'
  if (!isKnown && (response.status < 200 || response.status > 299))
    throw statusError(withoutText(response), sending.operation)
  if (call.externalId === undefined) return { externalId: sent.id }
  const [found] = await run(
    'out.call.externalId',
    call.externalId,
    [readJson(response, sending.operation)],
    sending.context.now(),
  )
  const value = found === undefined || 'problem' in found ? undefined : found.value
  if (typeof value === 'string' && value !== '') return { externalId: value }
  if (typeof value === 'number') return { externalId: String(value) }
  // It may have taken it: the answer that says so cannot be read.
  throw new Malformed(
    `${sending.operation}: the answer has no id where \`externalId\` looks.`,
    // What was asked may be repeated in it, and that says who the recipient is.
    '',
    true,
    { status: response.status },
  )
}

/** Asks for what a feed is read from. */
export async function poll(
  path: string,
  sending: Sending,
): Promise<{ body: Buffer; saidAt: Date | undefined }> {
  const response = await send(path, { ...sending, method: 'GET' })
  if (response.status < 200 || response.status > 299)
    throw statusError(withoutText(response), sending.operation)
  return { body: Buffer.from(response.bytes ?? Buffer.from(response.text)), saidAt: response.date }
}

async function send(
  path: string,
  {
    context,
    rest,
    operation,
    signal,
    method,
    body,
    contentType,
  }: Sending & { method: string; body?: Buffer; contentType?: string },
): Promise<HttpResponse> {
  const base = new URL(rest.baseUrl)
  const url = new URL(`${rest.baseUrl}${path}`)
  const root = base.pathname.replace(/\/?$/, '/')
  // Whatever ids are made of, the secrets go to this place alone.
  if (url.origin !== base.origin || !`${url.pathname}/`.startsWith(root))
    throw new Invalid(`${path} leads away from ${rest.baseUrl}.`, 'path')
  return await context.http.send({
    operation,
    method,
    url: url.href,
    headers: {
      ...lowerCase(rest.headers),
      ...(contentType !== undefined && { 'content-type': contentType }),
      ...proofOf(rest, context.credentials),
    },
    ...(body !== undefined && { body }),
    wantsBytes: true,
    publicOnly: !isLoopback(base),
    ...(signal !== undefined && { signal }),
  })
}

function proofOf(
  { authentication }: Rest,
  { user, apiSecret }: Context['credentials'],
): Record<string, string> {
  switch (authentication.kind) {
    case 'bearer':
      return { authorization: `Bearer ${apiSecret}` }
    case 'basic':
      return { authorization: `Basic ${Buffer.from(`${user}:${apiSecret}`, 'utf8').toString('base64')}` }
    case 'header':
      return { [authentication.name.toLowerCase()]: `${authentication.prefix}${apiSecret}` }
    default: {
      const never: never = authentication
      return never
    }
  }
}

function lowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}

/** One part of a path: neither a slash in it nor dots may lead anywhere else. */
function encodePart(value: string): string {
  if (/^\.{1,2}$/.test(value)) throw new Invalid(`"${value}" is no id.`, 'id')
  return encodeURIComponent(value)
}

function readJson(response: HttpResponse, operation: string): unknown {
  try {
    return JSON.parse(response.text)
  } catch {
    throw new Malformed(`${operation}: the answer is not complete JSON.`, '', true, {
      status: response.status,
    })
  }
}
