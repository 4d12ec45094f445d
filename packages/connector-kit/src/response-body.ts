import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate } from 'node:zlib'
import type { z } from 'zod'
import { Malformed } from './errors.ts'
import type { HttpResponse } from './http.ts'

/**
 * Bytes of an answer as they were before packing. Some hosts compress although nobody asked them to.
 * @throws Malformed when the bytes are not what `encoding` says or unpack to more than `bytesMax`
 */
export async function decodeBody(
  bytes: Buffer,
  encoding: string | undefined,
  bytesMax: number,
): Promise<Buffer> {
  const unpack = unpackers.get(encoding?.trim().toLowerCase() ?? '')
  if (unpack === undefined) return bytes
  try {
    return await unpack(bytes, { maxOutputLength: bytesMax })
  } catch (cause) {
    throw new Malformed(`The answer says it is ${encoding} and is not.`, '', true, { cause })
  }
}

type Unpack = (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>

const unpackers = new Map<string, Unpack>([
  ['gzip', promisify(gunzip)],
  ['x-gzip', promisify(gunzip)],
  ['deflate', promisify(inflate)],
  ['br', promisify(brotliDecompress)],
])

/**
 * The answer's JSON in the shape that `schema` says. A byte order mark in front is dropped.
 * @param operation named in the error
 * @throws Malformed for HTML, truncated or other non-JSON text, and for a wrong shape, naming the first bad path
 */
export function readJson<T>(response: HttpResponse, schema: z.ZodType<T>, operation: string): T {
  const text = response.text.replace(/^\uFEFF/, '')
  const platform = { status: response.status, ...requestIdOf(response) }
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    throw new Malformed(`${operation}: ${describeNonJson(text)}`, text, true, { ...platform, cause })
  }
  const parsed = schema.safeParse(json)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const path =
    issue === undefined || issue.path.length === 0 ? 'the whole answer' : issue.path.map(String).join('.')
  throw new Malformed(`${operation}: ${path}: ${issue?.message ?? 'wrong shape'}`, text, true, {
    ...platform,
    cause: parsed.error,
  })
}

/** What platforms call their request id, for their support desk. */
export function requestIdOf({ headers }: HttpResponse): { requestId?: string } {
  const requestId = headers['x-request-id'] ?? headers['x-amzn-requestid'] ?? headers['cf-ray']
  return requestId === undefined ? {} : { requestId }
}

function describeNonJson(text: string): string {
  const start = text.trimStart()
  if (start === '') return 'the answer is empty'
  if (start.startsWith('<')) return 'the answer is a web page, not JSON'
  return 'the answer is not complete JSON'
}
