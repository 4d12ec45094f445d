import {
  type ActionHead,
  type DocumentOutcome,
  type DocumentPage,
  type DocumentStore,
  isUuid,
  refuse,
  type StockErrorCode,
} from '@plimsoll/stock'
import { toDocumentStore } from '@plimsoll/sync'
import type { FastifyInstance } from 'fastify'
import type { z } from 'zod'
import type { ErrorCode } from '../error-codes.ts'
import type { RequestBy } from '../request-by.ts'
import { addRoute, type RouteSpec } from '../route.ts'
import type { ServerContext } from '../server.ts'
import { answerOf, apiHead, documentId, documentQuery, foundOr } from './document-action.ts'

/** What the routes of one kind of document have in common. */
export type DocumentRoutes<Document> = {
  /** Where they are: `/transfers`. */
  path: string
  tag: RouteSpec['tag']
  /** As a person calls one. */
  name: string
  answer: z.ZodType<Document, Document>
  /** The refusal of one that is not there. */
  unknown: StockErrorCode
  /** What any action on one may be refused for. */
  actionErrors: readonly ErrorCode[]
}

type Said = Pick<RouteSpec, 'operation' | 'summary'>
type Doing<Body> = Said & Pick<RouteSpec, 'touches'> & { body: z.ZodType<Body>; errors: readonly ErrorCode[] }
/** Who does something, and where: what the actions of `packages/stock` begin with. */
type By = { store: DocumentStore; head: ActionHead }
type Act<Input, Document> = (input: Input, by: By) => Promise<DocumentOutcome<Document>>

/**
 * The frame of the routes of documents: a list, one, a new one, and what is done to one. Each action is answered by the
 * whole document: 201 where it was carried out now, 200 where it had been before.
 */
export function documentFrame<Document>(
  app: FastifyInstance,
  hub: ServerContext,
  kind: DocumentRoutes<Document>,
) {
  const { path, tag, answer } = kind
  const { organizationId } = hub.context
  const answers = { 200: answer, 201: answer }
  const by = (request: RequestBy, body: unknown): By => ({
    store: toDocumentStore(hub.context),
    head: apiHead(request, { reason: reasonOf(body) }),
  })
  return {
    list<const States extends readonly [string, ...string[]], Page>(
      { states, page, ...said }: Said & { states: States; page: z.ZodType<Page, Page> },
      find: (
        db: ServerContext['database']['kysely'],
        organizationId: string,
        query: { state?: States[number] | undefined; cursor?: string | undefined; limit: number },
      ) => Promise<Page & DocumentPage<unknown>>,
    ): void {
      addRoute(
        app,
        { method: 'GET', path, tag, ...said, query: documentQuery(states), answers: { 200: page } },
        async ({ query }) => ({ 200: await find(hub.database.kysely, organizationId, query) }),
      )
    },

    one(
      said: Said,
      find: (
        db: ServerContext['database']['kysely'],
        organizationId: string,
        id: string,
      ) => Promise<Document | undefined>,
    ): void {
      addRoute(
        app,
        {
          method: 'GET',
          path: `${path}/:id`,
          tag,
          ...said,
          params: documentId,
          answers: { 200: answer },
          errors: [kind.unknown],
        },
        async ({ params: { id } }) => {
          const found = isUuid(id) ? await find(hub.database.kysely, organizationId, id) : undefined
          return { 200: foundOr(found, refuse(kind.unknown, 'id', `There is no ${kind.name} ${id}.`)) }
        },
      )
    },

    create<Body>({ errors, ...said }: Doing<Body>, act: Act<Body, Document>): void {
      addRoute(
        app,
        {
          method: 'POST',
          path,
          tag,
          ...said,
          takesKey: true,
          answers,
          errors: [...new Set<ErrorCode>(['key-reused', ...errors])],
        },
        async ({ body, key, actor }) => answerOf(await act(body, by({ key, actor }, body))),
      )
    },

    /**
     * @param verb the end of its path, such as `receive`
     * @param doing without a body it says nothing but that it is to be done
     */
    action<Body = undefined>(
      verb: string,
      { errors = [], ...doing }: Partial<Doing<Body>> & Said,
      act: Act<{ id: string; body: Body }, Document>,
    ): void {
      addRoute(
        app,
        {
          method: 'POST',
          path: `${path}/:id/${verb}`,
          tag,
          ...doing,
          params: documentId,
          takesKey: true,
          answers,
          errors: [...new Set<ErrorCode>([...kind.actionErrors, ...errors])],
        },
        async ({ params: { id }, body, key, actor }) =>
          // Just parsed by the schema that its type is taken from; where there is none, both are undefined.
          answerOf(await act({ id, body: body as Body }, by({ key, actor }, body))),
      )
    },
  }
}

/** Most bodies say why; those that do not are about no movement. */
function reasonOf(body: unknown): string | null {
  const isSaid = typeof body === 'object' && body !== null && 'reason' in body
  return isSaid && typeof body.reason === 'string' ? body.reason : null
}
