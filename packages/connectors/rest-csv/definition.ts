import { assertPublicUrl, isConnectorError } from '@plimsoll/connector-kit'
import { expression, mapping } from '@plimsoll/connector-kit/expressions'
import { z } from 'zod'
import { template } from './template.ts'

/**
 * A platform, described in a file: which requests there are and what their answers mean. What is wrong in it is named
 * by its field, with the cure. Nothing here makes a request.
 */

/** Below the base address, so that a definition can never lead elsewhere. */
const path = template.regex(/^\/(?!\/)/, 'begin it with one slash: it stands below baseUrl')

const address = z.string().superRefine((text, context) => {
  try {
    const url = assertPublicUrl(text, { allowLoopback: true })
    if (url.protocol !== 'https:' && !isLoopback(url)) fail('use https://')
    if (url.search !== '' || url.hash !== '') fail('leave out what begins with ? or #; give it in `query`')
  } catch (error) {
    if (!isConnectorError(error)) throw error
    fail(error.message)
  }
  function fail(message: string): void {
    context.addIssue({ code: 'custom', message })
  }
})

/** A simulator on this machine; everything else has to be public. */
export function isLoopback(url: URL): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname)
}

const headerName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9-]{0,63}$/, 'use letters, digits and hyphens')
  .refine(
    (name) => !/^(host|connection|content-length|transfer-encoding|upgrade|te|trailer|expect)$/i.test(name),
    'this header is not yours to set',
  )

const csv = z.strictObject({
  separator: z.enum([',', ';', '\t', '|']).default(','),
  /** A file that does not end with a line break is taken for one that was cut off; false: its last line has none. */
  endsWithLineBreak: z.boolean().default(true),
})
export type Csv = z.infer<typeof csv>

const request = z.strictObject({
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH']).optional(),
  path,
  query: z.record(z.string().min(1), template).default({}),
  headers: z.record(headerName, template).default({}),
  /** What is sent, as JSON: an expression over the variables of the request. */
  body: expression.optional(),
  /** Or as CSV: column → expression over one row. Only where rows are written. */
  csvBody: z
    .strictObject({ columns: z.record(z.string().min(1), expression), separator: csv.shape.separator })
    .optional(),
  /** The answer is CSV with a header row: an object for each row, under its columns' names. */
  csv: csv.optional(),
  timeoutSeconds: z.int().min(1).max(120).default(30),
})
export type Request = z.infer<typeof request>

const size = z.int().min(1).max(1_000)
const paging = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({
    kind: z.literal('page'),
    parameter: z.string().min(1),
    first: z.int().min(0).default(1),
    sizeParameter: z.string().min(1).optional(),
    size,
    /** Whether more is to come; unless given, a page that is full is followed by another. */
    more: expression.optional(),
  }),
  z.strictObject({
    kind: z.literal('offset'),
    parameter: z.string().min(1),
    sizeParameter: z.string().min(1).optional(),
    size,
    more: expression.optional(),
  }),
  z.strictObject({
    kind: z.literal('cursor'),
    parameter: z.string().min(1),
    /** Over the answer; nothing, null and an empty text end the list. */
    next: expression,
    sizeParameter: z.string().min(1).optional(),
    size: size.optional(),
  }),
  /** The answer's `Link` header with `rel="next"`. */
  z.strictObject({
    kind: z.literal('link'),
    sizeParameter: z.string().min(1).optional(),
    size: size.optional(),
  }),
])
export type Paging = z.infer<typeof paging>

/** Many rows in an answer. */
const list = request.extend({
  /** Over the answer: a list. */
  rows: expression.default('$'),
  paging: paging.default({ kind: 'none' }),
})
export type List = z.infer<typeof list>

/** One thing in an answer. */
const one = request.extend({ row: expression.default('$') })

const authentication = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({ kind: z.literal('bearer') }),
  z.strictObject({ kind: z.literal('basic') }),
  z.strictObject({ kind: z.literal('header'), name: headerName, prefix: z.string().max(40).default('') }),
  z.strictObject({ kind: z.literal('query'), parameter: z.string().min(1) }),
  z.strictObject({
    kind: z.literal('oauth-client-credentials'),
    tokenUrl: address,
    scope: z.string().optional(),
    audience: z.string().optional(),
    /** Where client id and secret stand in the request for a token. */
    sends: z.enum(['basic', 'body']).default('basic'),
  }),
])

const levels = z.discriminatedUnion('by', [
  z.strictObject({ by: z.literal('one'), request: one, map: mapping }),
  z.strictObject({ by: z.literal('many'), request: list, most: size, map: mapping }),
  z.strictObject({ by: z.literal('list'), request: list, map: mapping }),
])

const proof = z.enum(['echo', 'read-back']).default('echo')
const writes = z.discriminatedUnion('by', [
  z.strictObject({
    by: z.literal('one'),
    request,
    proof,
    /** Over the answer: the quantity that the platform shows now. */
    quantity: expression.optional(),
  }),
  z.strictObject({
    by: z.literal('many'),
    request,
    most: size,
    proof,
    /** Over the answer: what became of each row. */
    rows: expression.optional(),
    /** Over each of those: `stockUnitId`, `locationId`, and `quantity` or `error` with `message`. */
    map: mapping.optional(),
  }),
])

const subtracted = z.enum(['yes', 'no', 'unknown'])
const orders = z.strictObject({
  list,
  /** Rows of one order, one for each line (CSV): the expression that is the same for all of them. */
  groupBy: expression.optional(),
  one: one.optional(),
  /** Who gets an order, read when it is sent; absent where the platform never says. */
  recipient: one.extend({ map: mapping }).optional(),
  /** How `{since}` is written. */
  since: z.enum(['iso', 'seconds', 'milliseconds']).default('iso'),
  /** Status → what it means, and whether the platform's number has fallen by the units that are still open. */
  statuses: z.record(
    z.string(),
    z.strictObject({
      state: z.enum(['pending', 'open', 'closed', 'cancelled']),
      subtracted,
    }),
  ),
  map: mapping,
  /** Over what `map` is applied to: a list, one for each line. */
  lines: expression,
  line: mapping,
})

const shipments = z.strictObject({ request, externalId: expression })

const KINDS = [
  'rate-limited',
  'unavailable',
  'unauthorized',
  'forbidden',
  'invalid',
  'not-found',
  'conflict',
] as const
const errors = z.strictObject({
  /** Over the body of a refusal. */
  code: expression.optional(),
  message: expression.optional(),
  /** The platform's code → what it stands for, where its status does not say it. */
  kinds: z.record(z.string(), z.enum(KINDS)).default({}),
})
export type Errors = z.infer<typeof errors>

export const definition = z
  .strictObject({
    name: z.string().min(1).max(80),
    baseUrl: address.transform((url) => url.replace(/\/+$/, '')),
    authentication,
    account: z.strictObject({ request: one, map: mapping }).optional(),
    locations: z
      .array(z.strictObject({ id: z.string().min(1), name: z.string().min(1) }))
      .min(1)
      .max(200)
      .default([{ id: 'default', name: 'Stock' }]),
    listings: z.strictObject({ list, one: one.optional(), map: mapping }),
    levels,
    writes,
    orders,
    shipments: shipments.optional(),
    errors: errors.default({ kinds: {} }),
    limits: z.strictObject({ perSecond: z.number().min(0.05).max(100).optional() }).default({}),
  })
  .superRefine((given, context) => {
    const fail = (field: (string | number)[], message: string) =>
      context.addIssue({ code: 'custom', path: field, message })
    const { writes: write } = given
    if (write.proof === 'echo' && write.by === 'one' && write.quantity === undefined)
      fail(['writes', 'quantity'], 'say where the answer has the new quantity, or set `proof` to "read-back"')
    if (
      write.proof === 'echo' &&
      write.by === 'many' &&
      (write.rows === undefined || write.map === undefined)
    )
      fail(
        ['writes', 'rows'],
        'say what became of each row with `rows` and `map`, or set `proof` to "read-back"',
      )
    if (write.request.body !== undefined && write.request.csvBody !== undefined)
      fail(['writes', 'request', 'csvBody'], 'give `body` or `csvBody`, not both')
    if (given.orders.groupBy !== undefined && given.orders.one !== undefined)
      fail(['orders', 'one'], 'grouped rows are read as a list; leave `one` out')
  })

export type Definition = z.infer<typeof definition>

/** @returns the definition, or what is wrong with it: the field and the cure */
export function readDefinition(text: string): { definition: Definition } | { problems: string[] } {
  const known = cache.get(text)
  if (known !== undefined) return known
  const read = parseDefinition(text)
  // Connections are opened again and again with the same text.
  if (cache.size >= 50) cache.clear()
  cache.set(text, read)
  return read
}

const cache = new Map<string, ReturnType<typeof parseDefinition>>()

function parseDefinition(text: string): { definition: Definition } | { problems: string[] } {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    return { problems: [`it is not JSON: ${error instanceof Error ? error.message : String(error)}`] }
  }
  const parsed = definition.safeParse(json)
  if (parsed.success) return { definition: parsed.data }
  return { problems: parsed.error.issues.flatMap((issue) => inWords(issue)) }
}

type Issue = z.core.$ZodIssue

/** `orders.list.path: begin it with one slash`. Of several forms that one thing may have, the one that it comes nearest to. */
function inWords(issue: Issue, above: readonly PropertyKey[] = []): string[] {
  const field = [...above, ...issue.path]
  if (issue.code === 'invalid_key') return issue.issues.flatMap((each) => inWords(each, field))
  if (issue.code === 'invalid_union') {
    const depth = (branch: readonly Issue[]) =>
      Math.max(0, ...branch.map(({ path: within }) => within.length))
    const nearest = issue.errors.reduce<readonly Issue[]>(
      (best, branch) => (best.length === 0 || depth(branch) > depth(best) ? branch : best),
      [],
    )
    if (nearest.length > 0) return nearest.flatMap((each) => inWords(each, field))
  }
  return [`${field.length === 0 ? 'the whole' : field.map(String).join('.')}: ${issue.message}`]
}
