import { readFileSync } from 'node:fs'
import {
  buildSchema,
  type DocumentNode,
  execute,
  GraphQLError,
  type GraphQLSchema,
  parse,
  validate,
} from 'graphql'
import { z } from 'zod'
import type { Bucket } from './account.ts'
import { requestedCredits, spentCredits } from './cost.ts'

/** A refusal as ShipHero says it: in `errors`, with status 200. */
export class Refusal extends Error {
  readonly code: number
  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

const body = z.object({ query: z.string(), variables: z.record(z.string(), z.unknown()).nullish() })

export function loadSchema(): GraphQLSchema {
  return buildSchema(readFileSync(new URL('./schema.graphql', import.meta.url), 'utf8'))
}

/** Runs documents: the credits first, then graphql-js. */
export function createEndpoint(options: {
  schema: GraphQLSchema
  root: object
  bucket: Bucket
  /** The throttle fault: pretend that no credits are left. */
  shouldThrottle: () => boolean
}): (request: unknown) => { status: number; body: object } {
  const { schema, root, bucket } = options
  const documents = new Map<string, DocumentNode | { errors: readonly GraphQLError[] }>()
  let requests = 0

  const prepare = (query: string) => {
    const known = documents.get(query)
    if (known !== undefined) return known
    const found = prepared(schema, query)
    // Clients send the same few; made-up ones are not kept for ever.
    if (documents.size > 500) documents.clear()
    documents.set(query, found)
    return found
  }

  return (request) => {
    requests += 1
    const request_id = requests.toString(16).padStart(24, '0')
    const read = body.safeParse(request)
    if (!read.success) return { status: 400, body: { errors: [{ message: 'Must provide query string.' }] } }
    const document = prepare(read.data.query)
    if ('errors' in document)
      return {
        status: 400,
        body: { errors: document.errors.map(({ message }) => ({ message, request_id })) },
      }
    const required = requestedCredits(document)
    const left = options.shouldThrottle()
      ? Math.min(bucket.left(), required - bucket.perSecond)
      : bucket.left()
    if (required > bucket.maximum || left < required)
      return { status: 200, body: noCredits(required, left, request_id, bucket) }
    const result = execute({ schema, document, rootValue: root, variableValues: read.data.variables ?? {} })
    if (result instanceof Promise) throw new Error('Resolvers of the simulator are synchronous')
    bucket.spend(spentCredits(document, result.data))
    const errors = result.errors?.map((error) => {
      const { originalError, path = [] } = error
      // What is wrong with the simulator is no refusal.
      if (originalError && !(originalError instanceof Refusal)) throw originalError
      return {
        message: error.message,
        operation: path[0],
        field: path[0],
        request_id,
        ...(originalError instanceof Refusal && { code: originalError.code }),
      }
    })
    return {
      status: 200,
      body: { data: result.data ?? null, ...(errors !== undefined && { errors }) },
    }
  }
}

function noCredits(required: number, left: number, request_id: string, bucket: Bucket): object {
  const seconds = Math.max(1, Math.ceil((required - left) / bucket.perSecond))
  return {
    data: null,
    errors: [
      {
        code: 30,
        message: `There are not enough credits to perfom the requested operation, which requires ${required} credits, but the are only ${left} left. In ${seconds} seconds you will have enough credits to perform the operation`,
        operation: 'query',
        request_id,
        required_credits: required,
        remaining_credits: left,
        time_remaining: `${seconds} seconds`,
      },
    ],
  }
}

function prepared(schema: GraphQLSchema, query: string): DocumentNode | { errors: readonly GraphQLError[] } {
  try {
    const document = parse(query)
    const errors = validate(schema, document)
    return errors.length === 0 ? document : { errors }
  } catch (error) {
    if (error instanceof GraphQLError) return { errors: [error] }
    throw error
  }
}
