import type { Acting, Area, Deed, Role } from '@plimsoll/accounts'
import type { auditActions } from '@plimsoll/client'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import type { ErrorCode } from './error-codes.ts'
import { assertTouches, type FindPlaces, type TouchRule } from './permissions.ts'
import { actingOf, actorOf, type Principal, principalOf } from './principal.ts'
import { ApiProblem } from './problem.ts'

/**
 * A route says once what it takes and answers. The same schemas check its requests, its answers in tests, and
 * make the OpenAPI document (`openapi.ts`).
 */
export type RouteSpec = {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** As Fastify writes it, below the prefix of its plugin: `/items/:sku`. */
  path: string
  /** A name of its own in camel case, verb first; generated clients call their functions so. */
  operation: string
  tag: Tag
  /** One sentence. */
  summary: string
  params?: z.ZodObject
  query?: z.ZodObject
  body?: z.ZodType
  /** In place of JSON: what the bytes of the body are. */
  rawBody?: OtherContent
  /** Whether it needs an Idempotency-Key header. */
  takesKey?: boolean
  /**
   * Whether its answer has a version, sent as ETag too; whether a request may (`heeded`) or must (`required`) say in
   * If-Match which version it is meant for.
   */
  version?: 'answered' | 'heeded' | 'required'
  /**
   * The least role that may use it. Where it is not said: `viewer` to read, and to write what the group of the route
   * asks (`permissions.ts`).
   */
  needs?: Role
  /** `write`: it changes something although its least role is `viewer`, by which it would be taken for one that reads. */
  deed?: Extract<Deed, 'write'>
  /** The area of its scope, where it is not the one of its group. */
  area?: Area
  /** Whether it is on record who read it, as of personal data. */
  isAudited?: boolean
  /** An action of the audit log: whoever was let in and was refused all the same is on record by it. */
  refusedAs?: (typeof auditActions)[number]
  /**
   * What a change is about beside the document that its path names (`touched-documents.ts`), for those who may change some
   * connections or locations alone; with neither, they may not use it. `own`: whoever asks themselves; what of others is
   * the handler's to refuse.
   */
  touches?: TouchRule | 'own'
  /** By status: a schema that `packages/client` exports, or what is answered in place of JSON. */
  answers: Readonly<Record<number, z.ZodType | OtherContent>>
  /** The refusals of its own; those that any such route may answer are added by `errorsOf`. */
  errors?: readonly ErrorCode[]
}

export type OtherContent = { contentType: string; description: string }

/** The groups of the reference, in their order. */
export const tags = [
  'Health',
  'Webhooks',
  'Overview',
  'Alerts',
  'Connections',
  'Mapping',
  'Safety',
  'Parked events',
  'Items and stock',
  'Stock commands',
  'Locations',
  'Orders and shipments',
  'Routing',
  'Replenishment',
  'Transfers',
  'Inbound shipments',
  'Returns',
  'Stock counts',
  'The catalogue',
  'Lots and serial numbers',
  'Imports and exports',
  'Members and keys',
  'Accounts',
  'Changes',
  'The demo',
  'The document',
] as const
export type Tag = (typeof tags)[number]

declare module 'fastify' {
  interface FastifyInstance {
    /** Absent where nothing is of an organization: on the hub's own server. */
    findPlaces?: FindPlaces
  }
  interface FastifyContextConfig {
    spec?: RouteSpec
    /** Whether another answers: the organization’s own server, or the library of sign-in. */
    isPassed?: boolean
    /** Whether it reads its request itself. */
    isRaw?: boolean
  }
}

type Parsed<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined
type JsonAnswers<Answers> = {
  [Status in keyof Answers]: Answers[Status] extends z.ZodType
    ? { [each in Status]: z.input<Answers[Status]> }
    : never
}
type RouteInput<Spec extends RouteSpec> = {
  params: Parsed<Spec['params']>
  query: Parsed<Spec['query']>
  body: Parsed<Spec['body']>
  key: Spec['takesKey'] extends true ? string : undefined
  /** `any` is `*`: whichever is there; undefined: the request does not say. */
  version: number | 'any' | undefined
  /** Who asks, as history and audit name them. */
  actor: string
  /** Who acts, with what they may give to others. */
  acting: Acting
  /** Whose rights they are, where a route asks for more than its own permission. */
  principal: Principal
}
type RouteAnswer<Spec extends RouteSpec> = JsonAnswers<Spec['answers']>[keyof Spec['answers']]

/**
 * Adds a route that takes and answers JSON.
 * @param handle gets what the request holds, checked; answers the body under its status: `{ 200: page }`
 */
export function addRoute<const Spec extends RouteSpec>(
  app: FastifyInstance,
  spec: Spec,
  handle: (input: RouteInput<Spec>) => Promise<RouteAnswer<Spec>>,
): void {
  add(app, { spec }, async (request, reply) => {
    // The key comes before the body: whoever forgot it need not first correct everything else.
    const read = {
      params: spec.params?.parse(request.params),
      query: spec.query?.parse(request.query),
      key: spec.takesKey === true ? keyOf(request) : undefined,
      version: versionOf(request, spec.version),
      get actor() {
        return actorOf(request)
      },
      get acting() {
        return actingOf(request)
      },
      get principal() {
        return principalOf(request)
      },
      body: spec.body?.parse(request.body),
    }
    await assertTouches(() => principalOf(request), spec, read, request.server.findPlaces)
    // Each part was just parsed by the very schema that its type is taken from.
    const answer: object = await handle(read as RouteInput<Spec>)
    const [[status, body] = []] = Object.entries(answer)
    if (spec.version !== undefined && 'version' in body) reply.header('etag', `"${body.version}"`)
    return reply.status(Number(status)).send(body)
  })
}

/** Adds a route that reads its request or writes its answer itself: raw bytes, a stream, a text. */
export function addRawRoute(
  app: FastifyInstance,
  spec: RouteSpec,
  handler: (request: FastifyRequest, reply: FastifyReply) => unknown,
): void {
  add(app, { spec, isRaw: true }, handler)
}

function add(
  app: FastifyInstance,
  config: { spec: RouteSpec; isRaw?: boolean },
  handler: (request: FastifyRequest, reply: FastifyReply) => unknown,
): void {
  app.route({ method: config.spec.method, url: config.spec.path, config, handler })
}

/** RFC 9110, section 13.1.1. @throws ApiProblem where it is missing and needed, or is no version of ours */
function versionOf(request: FastifyRequest, wanted: RouteSpec['version']): number | 'any' | undefined {
  const header = request.headers['if-match']?.trim()
  if (wanted === undefined || wanted === 'answered') return undefined
  if (header === undefined && wanted === 'heeded') return undefined
  if (header === undefined) {
    throw new ApiProblem('version-missing', 'This change needs the version that it is meant for.', 'If-Match')
  }
  if (header === '*') return 'any'
  const [, digits] = /^"?(\d{1,15})"?$/.exec(header) ?? []
  if (digits !== undefined) return Number(digits)
  throw new ApiProblem('invalid-request', `If-Match: ${header} is no version, such as "3".`, 'If-Match')
}

export const KEY_LENGTH_MAX = 200

function keyOf(request: FastifyRequest): string {
  const key = request.headers['idempotency-key']
  if (typeof key !== 'string' || key === '' || key.length > KEY_LENGTH_MAX) {
    throw new ApiProblem(
      'idempotency-key-missing',
      'This command changes stock, so it needs a key.',
      'Idempotency-Key',
    )
  }
  return key
}
