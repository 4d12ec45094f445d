import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { Ajv, type ValidateFunction } from 'ajv'
import { parse } from 'yaml'

/** One call as it went over the wire. */
export type Exchange = {
  operation: string
  method: string
  url: string
  headers: Readonly<Record<string, string>>
  body: string | undefined
  status: number
  text: string
}

type Schema = object
type Example = { example?: unknown; examples?: Record<string, { value?: unknown }> }
type Operation = {
  parameters?: { name: string; in: string; required?: boolean }[]
  requestBody?: { content: Record<string, { schema: Schema }> }
  responses: Record<string, { content?: Record<string, { schema: Schema } & Example> }>
}
type Document = { paths: Record<string, Record<string, Operation>> }

const DOCUMENTS = [
  'authentication',
  'feeds',
  'inventory',
  'items',
  'notifications',
  'orders',
  'returns',
  'settings',
]

/** Walmart's own documents, outside the repository: without them tests test less, and say so. */
export function loadPublishedContract(): PublishedContract | undefined {
  const shared = process.env.PLIMSOLL_SHARED ?? new URL('../../../../../shared', import.meta.url).pathname
  const folder = `${shared}/specs/walmart/us-2026`
  if (!existsSync(folder)) {
    console.info('Walmart: the published contract is not here; set PLIMSOLL_SHARED to compare with it.')
    return undefined
  }
  const documents = DOCUMENTS.map((name) => {
    const plain = `${folder}/${name}.openapi.yml`
    const text = existsSync(plain) ? readFileSync(plain) : gunzipSync(readFileSync(`${plain}.gz`))
    return parse(text.toString('utf8'), { maxAliasCount: -1 }) as Document
  })
  return createPublishedContract([
    ...documents,
    loadFulfilments(`${shared}/specs/walmart/us/fulfillment.json`),
  ])
}

const FULFILMENTS = '/v3/fulfillment/orders-fulfillments'

/**
 * Orders that Walmart sends for other channels are in the document of 2023 alone. Two of its faults are put right, as its own
 * examples and the newer pages show: the schema of what asking answers stands at looking, and the other way round; and `orgId` is not sent.
 */
function loadFulfilments(file: string): Document {
  const whole = JSON.parse(readFileSync(file, 'utf8')) as Document & Components
  const paths = Object.fromEntries(
    [FULFILMENTS, `${FULFILMENTS}/cancel`, `${FULFILMENTS}/status`].map((path) => [
      path,
      withoutReferences(whole.paths[path], whole) as Record<string, Operation>,
    ]),
  )
  const [create, cancel, status] = [
    paths[FULFILMENTS]?.post,
    paths[`${FULFILMENTS}/cancel`]?.post,
    paths[`${FULFILMENTS}/status`]?.get,
  ]
  if (create === undefined || cancel === undefined || status === undefined)
    throw new TypeError('the document of 2023 describes orders-fulfillments')
  const contentOf = ({ responses }: Operation) => responses['200']?.content?.['application/json']
  const [taken, stopped, shown] = [create, cancel, status].map(contentOf)
  if (taken === undefined || stopped === undefined || shown === undefined)
    throw new TypeError('the document of 2023 says what they answer')
  const [ofTaking, ofShowing] = [shown.schema, taken.schema]
  taken.schema = ofTaking
  stopped.schema = ofTaking
  shown.schema = ofShowing
  status.parameters = (status.parameters ?? []).filter(({ name }) => name !== 'orgId')
  // A newer filter than the document: developer.walmart.com/us-marketplace/docs/get-fulfillment-order-status.
  status.parameters.push({ name: 'orderChannelId', in: 'query' })
  return { paths }
}

type Components = { components: { schemas: Record<string, unknown> } }

function withoutReferences(value: unknown, whole: Components): unknown {
  if (Array.isArray(value)) return value.map((each) => withoutReferences(each, whole))
  if (typeof value !== 'object' || value === null) return value
  const { $ref } = value as { $ref?: unknown }
  if (typeof $ref === 'string')
    return withoutReferences(whole.components.schemas[$ref.split('/').at(-1) ?? ''], whole)
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, each]) =>
      // A word of an older JSON Schema: "greater than the minimum".
      name.startsWith('exclusive') && typeof each === 'boolean'
        ? []
        : [[name, withoutReferences(each, whole)]],
    ),
  )
}

export type PublishedContract = {
  /** What an exchange does that the contract does not allow; empty: nothing. */
  faultsOf(exchange: Exchange): string[]
  /** Answers that the documents show as examples. */
  examplesOf(method: string, path: string): unknown[]
}

function createPublishedContract(documents: readonly Document[]): PublishedContract {
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: false })
  const compiled = new Map<Schema, ValidateFunction>()
  const operations = documents.flatMap(({ paths }) =>
    Object.entries(paths).flatMap(([path, methods]) => {
      const pattern = new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{[^}]+\}/g, '[^/]+')}$`)
      return Object.entries(methods).map(([method, operation]) => ({
        pattern,
        method: method.toUpperCase(),
        operation,
        isExact: !path.includes('{'),
      }))
    }),
  )
  const judge = (schema: Schema | undefined, value: unknown, what: string): string[] => {
    if (schema === undefined) return []
    const validate = compiled.get(schema) ?? ajv.compile(schema)
    compiled.set(schema, validate)
    if (validate(value)) return []
    return [`${what}: ${ajv.errorsText(validate.errors)}`]
  }

  return {
    examplesOf: (method, path) =>
      documents.flatMap(({ paths }) => {
        const content = paths[path]?.[method]?.responses['200']?.content?.['application/json']
        if (content === undefined) return []
        const named = Object.values(content.examples ?? {}).map(({ value }) => value)
        return content.example === undefined ? named : [content.example, ...named]
      }),
    faultsOf(exchange) {
      const { pathname, searchParams } = new URL(exchange.url)
      const found = operations
        .filter(({ pattern, method }) => method === exchange.method && pattern.test(pathname))
        .toSorted((a, b) => Number(b.isExact) - Number(a.isExact))[0]?.operation
      if (found === undefined) return [`${exchange.method} ${pathname} is not in the contract`]
      const declared = found.parameters ?? []
      const queryNames = declared.filter((each) => each.in === 'query').map(({ name }) => name)
      const sent = Object.keys(exchange.headers).map((name) => name.toLowerCase())
      const answer = found.responses['200']?.content?.['application/json']?.schema
      const json = found.requestBody?.content['application/json']?.schema
      return [
        ...[...searchParams.keys()].flatMap((name) =>
          queryNames.includes(name) ? [] : [`the query has ${name}, which is not declared`],
        ),
        ...declared.flatMap(({ name, in: place, required }) =>
          place === 'query' && required === true && !searchParams.has(name)
            ? [`the query lacks ${name}`]
            : [],
        ),
        ...declared.flatMap(({ name, in: place, required }) =>
          place === 'header' && required === true && !sent.includes(name.toLowerCase())
            ? [`the header ${name} is missing`]
            : [],
        ),
        ...(json === undefined || !exchange.body ? [] : judge(json, JSON.parse(exchange.body), 'request')),
        ...(exchange.status === 200 ? judge(answer, JSON.parse(exchange.text), 'answer') : []),
      ]
    },
  }
}
