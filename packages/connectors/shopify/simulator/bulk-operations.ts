import {
  type ArgumentNode,
  execute,
  type FieldNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  parse,
  validate,
} from 'graphql'
import { z } from 'zod'
import type { Shop } from './shop.ts'
import { gid, instant } from './views.ts'

/**
 * Bulk queries: a list without an end, carried out while nobody waits and written into a file of one JSON object a line.
 * Shopify takes five at a time for each shop. Here one connection is followed, the outermost; one without another inside.
 */
export type BulkOperations = {
  run(query: string): { operation: BulkOperation } | { code: string; message: string }
  find(id: number): BulkOperation | undefined
  view(operation: BulkOperation): object
  /** The lines of a finished one's file, where the signature of its address is right. */
  file(id: number, signature: string | undefined): Buffer | undefined
}

type BulkOperation = {
  id: number
  query: string
  createdAtMs: number
  readyAtMs: number
  signature: string
  /** Made when it is first seen finished. */
  result: { lines: string[]; text: Buffer } | undefined
}

/** What bulk operations are like in this shop; may change while it runs. */
export type BulkTraits = {
  /** Until the file is there. */
  bulkMs: number
  /** `fails`: ends in the middle, with a file of what it had. `expires`: its file is gone. `busy`: takes no more. */
  bulk: 'completes' | 'fails' | 'expires' | 'busy'
}

const AT_ONCE = 5

export function createBulkOperations(options: {
  shop: Shop
  schema: () => GraphQLSchema
  root: () => object
  traits: BulkTraits
  origin: () => string
  random: () => number
}): BulkOperations {
  const { shop, schema, root, traits } = options
  const all = new Map<number, BulkOperation>()
  const now = () => shop.options.now()
  const isRunning = (operation: BulkOperation) => now() < operation.readyAtMs

  const resultOf = (operation: BulkOperation) => {
    operation.result ??= toFile(linesOf(operation.query, { schema: schema(), root: root() }))
    return operation.result
  }
  const address = ({ id, signature }: BulkOperation) =>
    `${options.origin()}/bulk-operations/${id}?signature=${signature}`

  return {
    run(query) {
      if (traits.bulk === 'busy' || [...all.values()].filter(isRunning).length >= AT_ONCE) {
        return { code: 'LIMIT_REACHED', message: 'Bulk operations limit reached. Please try again later.' }
      }
      const wrong = whyNot(query, schema())
      if (wrong !== undefined) return { code: 'INVALID', message: wrong }
      const operation: BulkOperation = {
        id: shop.nextId(),
        query,
        createdAtMs: shop.stampMs(),
        // Never at once.
        readyAtMs: now() + Math.max(1, traits.bulkMs),
        signature: Math.floor(options.random() * 2 ** 48).toString(16),
        result: undefined,
      }
      all.set(operation.id, operation)
      return { operation }
    },
    find: (id) => all.get(id),
    view(operation) {
      const common = {
        __typename: 'BulkOperation',
        id: gid('BulkOperation', operation.id),
        createdAt: instant(operation.createdAtMs),
        query: operation.query,
        type: 'QUERY',
      }
      const none = { completedAt: null, fileSize: null, url: null, partialDataUrl: null, errorCode: null }
      if (isRunning(operation)) {
        return { ...common, ...none, status: 'RUNNING', objectCount: '0', rootObjectCount: '0' }
      }
      const { lines, text } = resultOf(operation)
      const count = { objectCount: String(lines.length), rootObjectCount: String(lines.length) }
      const completedAt = instant(operation.readyAtMs)
      switch (traits.bulk) {
        case 'fails':
          return {
            ...common,
            ...none,
            ...count,
            status: 'FAILED',
            errorCode: 'TIMEOUT',
            partialDataUrl: address(operation),
          }
        case 'expires':
          return { ...common, ...none, ...count, status: 'EXPIRED', completedAt }
        case 'completes':
        case 'busy':
          return {
            ...common,
            ...none,
            ...count,
            status: 'COMPLETED',
            completedAt,
            fileSize: String(text.length),
            // Without a single object there is no file.
            url: lines.length === 0 ? null : address(operation),
          }
      }
    },
    file(id, signature) {
      const operation = all.get(id)
      if (operation === undefined || isRunning(operation) || signature !== operation.signature)
        return undefined
      return resultOf(operation).text
    },
  }
}

function toFile(lines: string[]): { lines: string[]; text: Buffer } {
  return { lines, text: Buffer.from(lines.map((line) => `${line}\n`).join('')) }
}

function rootField(query: string): FieldNode | undefined {
  const operation = parse(query).definitions.find(
    (each): each is OperationDefinitionNode => each.kind === Kind.OPERATION_DEFINITION,
  )
  const [field] = operation?.selectionSet.selections ?? []
  return field?.kind === Kind.FIELD ? field : undefined
}

/** The message of the refusal where there is one. */
function whyNot(query: string, schema: GraphQLSchema): string | undefined {
  let field: FieldNode | undefined
  try {
    const [error] = validate(schema, parse(query))
    if (error !== undefined) return `Invalid bulk query: ${error.message}`
    field = rootField(query)
  } catch (error) {
    return `Invalid bulk query: ${error instanceof Error ? error.message : String(error)}`
  }
  const edges = field?.selectionSet?.selections.find(
    (each) => each.kind === Kind.FIELD && each.name.value === 'edges',
  )
  return edges === undefined
    ? 'Bulk queries must contain at least one connection, read by its edges.'
    : undefined
}

const nodesSchema = z.object({ edges: z.array(z.object({ node: z.looseObject({ id: z.string() }) })) })

/** Every node of the query's connection, a window of ids after the other, as no list is paged deeper than 25,000. */
function linesOf(query: string, { schema, root }: { schema: GraphQLSchema; root: object }): string[] {
  const document = parse(query)
  const lines: string[] = []
  for (let last: string | undefined; ; ) {
    const result = execute({
      schema,
      document: {
        ...document,
        definitions: document.definitions.map((each) =>
          each.kind === Kind.OPERATION_DEFINITION ? windowed(each, last) : each,
        ),
      },
      rootValue: root,
      contextValue: { receivedAtNs: '0' },
    })
    if (result instanceof Promise) throw new Error('Resolvers of the simulator are synchronous')
    const [connection] = Object.values(result.data ?? {})
    const read = nodesSchema.parse(connection)
    lines.push(...read.edges.map(({ node }) => JSON.stringify(node)))
    const end = read.edges.at(-1)?.node.id
    if (end === undefined || read.edges.length < WINDOW) return lines
    last = /(\d+)$/.exec(end)?.[1]
  }
}

const WINDOW = 250

/** The same operation with `first`, and `query: "id:>…"` after the first window. */
function windowed(operation: OperationDefinitionNode, last: string | undefined): OperationDefinitionNode {
  const [field] = operation.selectionSet.selections
  if (field?.kind !== Kind.FIELD) return operation
  const args: ArgumentNode[] = [
    argument('first', { kind: Kind.INT, value: String(WINDOW) }),
    ...(last === undefined ? [] : [argument('query', { kind: Kind.STRING, value: `id:>${last}` })]),
  ]
  return {
    ...operation,
    selectionSet: { kind: Kind.SELECTION_SET, selections: [{ ...field, arguments: args }] },
  }
}

function argument(name: string, value: ArgumentNode['value']): ArgumentNode {
  return { kind: Kind.ARGUMENT, name: { kind: Kind.NAME, value: name }, value }
}
