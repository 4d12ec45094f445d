import { readFileSync } from 'node:fs'
import {
  buildSchema,
  type DocumentNode,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLSchema,
  parse,
  validate,
} from 'graphql'
import type { Bucket } from './bucket.ts'
import { actualCost, requestedCost } from './cost.ts'
import type { RequestContext } from './mutations.ts'

/** Runs GraphQL requests against the shop: the request checks, the bucket, and graphql-js for the rest. */
export type GraphqlEndpoint = (request: unknown, context: RequestContext) => object

/** The subset schema, from the file beside this one. */
export function loadSchema(): GraphQLSchema {
  return buildSchema(readFileSync(new URL('./schema.graphql', import.meta.url), 'utf8'))
}

const QUERY_COST_MAX = 1_000
const INPUT_ARRAY_MAX = 250
const DOCUMENTS_MAX = 500

export function createGraphqlEndpoint(options: {
  schema: GraphQLSchema
  root: object
  bucket: Bucket
  /** The throttle fault: pretend that the bucket is empty. */
  shouldThrottle: () => boolean
}): GraphqlEndpoint {
  const { schema, root, bucket } = options
  const prepare = createDocumentCache(schema)

  return (body, contextValue) => {
    const request = readRequest(body)
    if (typeof request === 'string')
      return { errors: [{ message: request, extensions: { code: 'BAD_REQUEST' } }] }
    const prepared = prepare(request.query)
    if ('errors' in prepared) return { errors: prepared.errors }
    const { document } = prepared
    const { variables } = request
    const tooLong = findLongArray(variables)
    if (tooLong !== undefined) {
      return refusal(
        `The input array size of ${tooLong} is greater than the maximum allowed of ${INPUT_ARRAY_MAX}.`,
        'MAX_INPUT_SIZE_EXCEEDED',
      )
    }
    const requested = requestedCost(schema, document, variables)
    if (requested > QUERY_COST_MAX) {
      return refusal(
        `Query cost is ${requested}, which exceeds the single query max cost limit (${QUERY_COST_MAX}).`,
        'MAX_COST_EXCEEDED',
      )
    }
    if (options.shouldThrottle()) {
      const status = bucket.status()
      const currentlyAvailable = Math.max(
        0,
        Math.min(status.currentlyAvailable, requested - status.restoreRate / 10),
      )
      return throttled(requested, { ...status, currentlyAvailable })
    }
    if (!bucket.charge(requested)) return throttled(requested, bucket.status())

    const result = execute({ schema, document, rootValue: root, contextValue, variableValues: variables })
    if (result instanceof Promise) throw new Error('Resolvers of the simulator are synchronous')
    const actual = actualCost(schema, document, variables, result.data)
    bucket.refund(requested - actual)
    return {
      ...toBody(result),
      extensions: {
        cost: { requestedQueryCost: requested, actualQueryCost: actual, throttleStatus: bucket.status() },
      },
    }
  }
}

function toBody(result: ExecutionResult): object {
  // An answer to a request that failed as a whole has no data at all.
  return {
    ...(result.data === null || result.data === undefined ? {} : { data: result.data }),
    ...(result.errors === undefined ? {} : { errors: result.errors.map((error) => error.toJSON()) }),
  }
}

function throttled(requested: number, throttleStatus: object): object {
  return {
    errors: [{ message: 'Throttled', extensions: { code: 'THROTTLED' } }],
    extensions: { cost: { requestedQueryCost: requested, actualQueryCost: null, throttleStatus } },
  }
}

function refusal(message: string, code: string): object {
  return { errors: [{ message, extensions: { code } }] }
}

function readRequest(body: unknown): { query: string; variables: Record<string, unknown> } | string {
  if (typeof body !== 'object' || body === null || !('query' in body) || typeof body.query !== 'string') {
    return 'The request has no query.'
  }
  const variables = 'variables' in body ? body.variables : undefined
  if (
    variables !== undefined &&
    variables !== null &&
    (typeof variables !== 'object' || Array.isArray(variables))
  ) {
    return 'The variables are not an object.'
  }
  return { query: body.query, variables: { ...variables } }
}

type Prepared = { document: DocumentNode } | { errors: object[] }

/** Parsing and validating take longer than answering, and clients send the same few documents. */
function createDocumentCache(schema: GraphQLSchema): (query: string) => Prepared {
  const cache = new Map<string, Prepared>()
  return (query) => {
    const known = cache.get(query)
    if (known !== undefined) return known
    const prepared = prepareDocument(schema, query)
    cache.set(query, prepared)
    const [oldest] = cache.size > DOCUMENTS_MAX ? cache.keys() : []
    if (oldest !== undefined) cache.delete(oldest)
    return prepared
  }
}

function prepareDocument(schema: GraphQLSchema, query: string): Prepared {
  try {
    const document = parse(query)
    const errors = validate(schema, document)
    return errors.length === 0 ? { document } : { errors: errors.map((error) => error.toJSON()) }
  } catch (error) {
    if (error instanceof GraphQLError) return { errors: [error.toJSON()] }
    throw error
  }
}

function findLongArray(value: unknown): number | undefined {
  if (Array.isArray(value) && value.length > INPUT_ARRAY_MAX) return value.length
  if (typeof value !== 'object' || value === null) return undefined
  for (const inner of Object.values(value)) {
    const found = findLongArray(inner)
    if (found !== undefined) return found
  }
  return undefined
}
