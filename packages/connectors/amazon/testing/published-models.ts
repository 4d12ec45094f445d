import { existsSync, readFileSync } from 'node:fs'

/** Where Amazon's models and schemas are: outside the repository. Without them tests test less, and say so. */
function specsFolder(): string | undefined {
  const shared = process.env.PLIMSOLL_SHARED ?? new URL('../../../../../shared', import.meta.url).pathname
  const folder = `${shared}/specs/amazon`
  if (existsSync(folder)) return folder
  console.info('Amazon: the published models are not here; set PLIMSOLL_SHARED to compare with them.')
  return undefined
}

export const published = specsFolder()

export type Json = { [name: string]: unknown }

export type Operation = {
  model: string
  method: string
  path: string
  operationId: string
  description: string
  parameters: Json[]
  responses: Record<string, { schema?: { $ref?: string }; [name: string]: unknown }>
}

export const MODELS = [
  'listingsItems_2021-08-01',
  'feeds_2021-06-30',
  'reports_2021-06-30',
  'orders_2026-01-01',
  'ordersV0',
  'fbaInventory',
  'fulfillmentOutbound_2020-07-01',
  'sellers',
  'tokens_2021-03-01',
  'notifications',
] as const

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function readSpec(path: string): Json {
  const json: unknown = JSON.parse(readFileSync(`${published}/${path}`, 'utf8'))
  if (!isObject(json)) throw new TypeError(`${path} is no object`)
  return json
}

/** Every operation of a model, with the parameters of its path. */
export function operationsOf(model: string): Operation[] {
  const { paths, parameters: shared } = readSpec(`models/${model}.json`)
  if (!isObject(paths)) throw new TypeError(`${model} has no paths`)
  return Object.entries(paths).flatMap(([path, item]) => {
    if (!isObject(item)) return []
    return Object.entries(item).flatMap(([method, operation]): Operation[] => {
      if (!isObject(operation) || typeof operation.operationId !== 'string') return []
      const own = [...list(item.parameters), ...list(operation.parameters)].map((each) =>
        typeof each.$ref === 'string' && isObject(shared)
          ? (shared[each.$ref.replace('#/parameters/', '')] as Json)
          : each,
      )
      return [
        {
          model,
          method: method.toUpperCase(),
          path,
          operationId: operation.operationId,
          description: String(operation.description ?? ''),
          parameters: own,
          responses: operation.responses as Operation['responses'],
        },
      ]
    })
  })
}

/** The answers that Amazon gives for an example of an operation that went well. */
export function examplesOf({ responses }: Operation): unknown[] {
  return Object.entries(responses).flatMap(([status, response]) => {
    if (!status.startsWith('2') || !isObject(response)) return []
    const sandbox = isObject(response['x-amzn-api-sandbox']) ? response['x-amzn-api-sandbox'] : {}
    const examples = isObject(response.examples) ? response.examples['application/json'] : undefined
    return [
      ...list(sandbox.static).map((each) => each.response),
      ...(examples === undefined ? [] : [examples]),
    ]
  })
}

function list(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}

/**
 * Swagger 2 is nearly JSON Schema. Objects whose properties are listed have no others: a field that Amazon does not
 * know is a mistake of ours, whichever side makes it up.
 */
export function strict(schema: unknown, isWithinAllOf = false): unknown {
  if (Array.isArray(schema)) return schema.map((each) => strict(each))
  if (!isObject(schema)) return schema
  const entries = Object.entries(schema).flatMap(([name, value]): [string, unknown][] => {
    // Words and examples, which would be taken for keywords.
    if (name.startsWith('x-') || name === 'example' || name === 'description') return []
    if (name === 'properties' && isObject(value))
      return [[name, Object.fromEntries(Object.entries(value).map(([key, each]) => [key, strict(each)]))]]
    if (name === 'allOf' && Array.isArray(value)) return [[name, value.map((each) => strict(each, true))]]
    return [[name, strict(value)]]
  })
  const isClosed =
    isObject(schema.properties) &&
    schema.type === 'object' &&
    schema.additionalProperties === undefined &&
    !isWithinAllOf
  return { ...Object.fromEntries(entries), ...(isClosed && { additionalProperties: false }) }
}
