import { existsSync, readFileSync } from 'node:fs'
import { Ajv, type ValidateFunction } from 'ajv'

type Schema = { [keyword: string]: unknown }
type Operation = {
  parameters?: { name: string; in: 'path' | 'query' | 'body'; schema?: Schema }[]
  responses: Record<string, { schema?: Schema }>
}
type Swagger = { paths: Record<string, Record<string, Operation>>; definitions: Record<string, Schema> }

export type PublishedContract = {
  /** What is wrong with a request; empty: nothing. */
  requestFaults(request: SeenRequest): string[]
  /** What is wrong with an answer of success. */
  answerFaults(request: SeenRequest, answer: unknown): string[]
}

export type SeenRequest = {
  method: string
  /** Below `V1`, as it was sent. */
  path: string
  isBulk: boolean
  query: Readonly<Record<string, string>>
  body: unknown
}

/** The published contract, outside the repository: without it tests test less, and say so. */
export function loadPublishedContract(file: string): PublishedContract | undefined {
  const shared = process.env.PLIMSOLL_SHARED ?? new URL('../../../../../shared', import.meta.url).pathname
  const place = `${shared}/specs/magento/${file}`
  if (!existsSync(place)) {
    console.info('Magento: the published contract is not here; set PLIMSOLL_SHARED to compare with it.')
    return undefined
  }
  return createPublishedContract(JSON.parse(readFileSync(place, 'utf8')))
}

function createPublishedContract(swagger: Swagger): PublishedContract {
  const ajv = new Ajv({ strict: false, allErrors: true })
  const sent = Object.entries(swagger.definitions).map(([name, schema]) => [
    name,
    closed(changedInPart.has(name) ? without(schema, ['required']) : schema),
  ])
  ajv.addSchema({ $id: 'sent', definitions: Object.fromEntries(sent) })
  ajv.addSchema({ $id: 'answered', definitions: mapValues(swagger.definitions, shown) })
  const compiled = new Map<string, ValidateFunction>()
  const faultsOf = (key: string, schema: Schema, value: unknown): string[] => {
    const validate = compiled.get(key) ?? ajv.compile(schema)
    compiled.set(key, validate)
    return validate(value)
      ? []
      : (validate.errors ?? []).map(
          ({ instancePath, message, params }) => `${key}${instancePath} ${message} ${JSON.stringify(params)}`,
        )
  }
  const find = ({ method, path, isBulk }: SeenRequest): { key: string; operation: Operation } | undefined => {
    const parts = path.replace(/\/$/, '').split('/')
    for (const [template, operations] of Object.entries(swagger.paths)) {
      const names = template
        .replace(/^\/V1\//, '')
        .replace(/\/$/, '')
        .split('/')
      const isSame =
        names.length === parts.length &&
        names.every((name, at) =>
          name.startsWith('{')
            ? !isBulk || parts[at]?.toLowerCase() === `by${name.slice(1, -1).toLowerCase()}`
            : name === parts[at],
        )
      const operation = operations[method.toLowerCase()]
      if (isSame && operation !== undefined) return { key: `${method} ${template}`, operation }
    }
    return undefined
  }

  return {
    requestFaults(request) {
      const found = find(request)
      if (found === undefined) return [`${request.method} ${request.path} is not published`]
      const { key, operation } = found
      const parameters = operation.parameters ?? []
      const queryNames = new Set(parameters.filter((one) => one.in === 'query').map(({ name }) => name))
      const unknown = Object.keys(request.query)
        .map((name) => name.replaceAll(/\[\d+\]/g, '[0]'))
        .filter((name) => name !== 'fields' && !queryNames.has(name))
      const faults = unknown.map((name) => `${key} takes no ${name}`)
      const body = parameters.find((one) => one.in === 'body')?.schema
      const bodies = request.isBulk && Array.isArray(request.body) ? request.body : [request.body]
      for (const one of bodies) {
        if (one === undefined && body === undefined) continue
        if (body === undefined) return [...faults, `${key} takes no body`]
        const pathNames = parameters.filter((each) => each.in === 'path').map(({ name }) => name)
        // What stood in the path stands in the row of a bulk.
        const kept = request.isBulk && isRecord(one) ? without(one, pathNames) : one
        faults.push(...faultsOf(`${key} body`, pointed(closed(body), 'sent'), kept))
      }
      return faults
    },
    answerFaults(request, answer) {
      if (request.isBulk) return []
      const found = find(request)
      if (found === undefined) return [`${request.method} ${request.path} is not published`]
      const schema = found.operation.responses['200']?.schema
      if (schema === undefined) return []
      return faultsOf(`${found.key} answer`, pointed(shown(schema), 'answered'), answer)
    },
  }
}

/**
 * What is sent of these is put over what is there (StockRegistry, updateStockItemBySku), so less than the whole is right,
 * and safer: sent back as a whole, it would undo what a person has set meanwhile.
 */
const changedInPart = new Set(['catalog-inventory-data-stock-item-interface'])

/** Nothing may be sent that is not published: a slip of the pen would be taken without a word. */
function closed(schema: Schema): Schema {
  return walk(schema, (one) => (one.properties === undefined ? one : { ...one, additionalProperties: false }))
}

/**
 * What the shop answers has no names that are not published, and the published kinds. Which may be null is not published,
 * `required` comes of comments in PHP, an empty map is an empty list, and `fields` leaves out the rest.
 */
function shown(schema: Schema): Schema {
  return walk(schema, ({ required: _, ...one }) => {
    const open = one.properties === undefined ? one : { ...one, additionalProperties: false }
    return { anyOf: [open, { type: 'null' }, { type: 'array', maxItems: 0 }] }
  })
}

/** Every schema within a schema, the innermost first. */
function walk(schema: Schema, change: (schema: Schema) => Schema): Schema {
  const { properties, items } = schema
  return change({
    ...schema,
    ...(isRecord(properties) && {
      properties: mapValues(properties, (one) => walk(one as Schema, change)),
    }),
    ...(isRecord(items) && { items: walk(items, change) }),
  })
}

/** References stay within the one document that all definitions are in. */
function pointed(schema: Schema, id: string): Schema {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/definitions/', `"${id}#/definitions/`))
}

function mapValues<T, U>(record: Readonly<Record<string, T>>, map: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]))
}

function without(record: Record<string, unknown>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name)))
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
