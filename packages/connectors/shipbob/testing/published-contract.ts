import { existsSync, readFileSync } from 'node:fs'
import { Ajv, type ValidateFunction } from 'ajv'
import { API_VERSION } from '../limits.ts'

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

type Schema = Record<string, unknown>
type Content = Record<string, { schema?: Schema; example?: unknown }>
type Operation = {
  parameters?: { name: string; in: string; required?: boolean }[]
  requestBody?: { content: Content }
  responses: Record<string, { content?: Content }>
}
type Document = {
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, Schema> }
}

/** ShipBob's own description, outside the repository: without it tests test less, and say so. */
export function loadPublishedContract(): PublishedContract | undefined {
  const shared = process.env.PLIMSOLL_SHARED ?? new URL('../../../../../shared', import.meta.url).pathname
  const file = `${shared}/specs/shipbob/openapi-${API_VERSION}.json`
  if (!existsSync(file)) {
    console.info('ShipBob: the published contract is not here; set PLIMSOLL_SHARED to compare with it.')
    return undefined
  }
  return createPublishedContract(JSON.parse(readFileSync(file, 'utf8')) as Document)
}

export type PublishedContract = {
  /** What an exchange does that the contract does not allow; empty: nothing. */
  faultsOf(exchange: Exchange): string[]
  /** The answer that the document shows as an example. */
  exampleOf(method: string, path: string): unknown
}

// The pages of these lists are followed by addresses that they give; what is in them is theirs.
const FOLLOWED = new Set(['Cursor', 'PageSize', 'InventoryIds'])

function createPublishedContract({ paths, components }: Document): PublishedContract {
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: false })
  for (const [name, schema] of Object.entries(components.schemas))
    ajv.addSchema(readable(schema) as Schema, idOf(name))
  const compiled = new Map<Schema, ValidateFunction>()
  const operations = Object.entries(paths).flatMap(([path, methods]) => {
    const pattern = new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{[^}]+\}/g, '[^/:]+')}$`)
    return Object.entries(methods).map(([method, operation]) => ({
      pattern,
      method: method.toUpperCase(),
      operation,
      isExact: !path.includes('{'),
    }))
  })
  const judge = (schema: Schema | undefined, text: string | undefined, what: string): string[] => {
    if (schema === undefined || !text) return []
    const validate = compiled.get(schema) ?? ajv.compile(readable(schema) as Schema)
    compiled.set(schema, validate)
    return validate(JSON.parse(text)) ? [] : [`${what}: ${ajv.errorsText(validate.errors)}`]
  }

  return {
    exampleOf: (method, path) => {
      const { responses } = paths[`/${API_VERSION}${path}`]?.[method] ?? { responses: {} }
      return (responses['200'] ?? responses['201'])?.content?.['application/json']?.example
    },
    faultsOf({ method, url, headers, body, status, text }) {
      const { pathname, searchParams } = new URL(url)
      const found = operations
        .filter((each) => each.method === method && each.pattern.test(pathname))
        .toSorted((one, other) => Number(other.isExact) - Number(one.isExact))[0]?.operation
      if (found === undefined) return [`${method} ${pathname} is not in the contract`]
      const declared = found.parameters ?? []
      const answer = found.responses[String(status)]
      const sent = new Set(Object.keys(headers).map((name) => name.toLowerCase()))
      return [
        ...[...searchParams.keys()]
          .filter((name) => !FOLLOWED.has(name) && !declared.some((each) => each.name === name))
          .map((name) => `the query has ${name}, which is not declared`),
        ...declared
          .filter(({ required, in: place }) => required === true && place !== 'path')
          .filter(
            ({ name, in: place }) =>
              !(place === 'header' ? sent.has(name.toLowerCase()) : searchParams.has(name)),
          )
          .map(({ name }) => `${name} is missing`),
        ...(answer === undefined ? [`the status ${status} is not declared`] : []),
        ...judge(found.requestBody?.content['application/json']?.schema, body, 'request'),
        ...judge(answer?.content?.['application/json']?.schema, text, 'answer'),
      ]
    },
  }
}

function idOf(name: string): string {
  return `https://contract.invalid/${encodeURIComponent(name)}`
}

/**
 * OpenAPI 3.0 as the JSON Schema that it means: what stands beside a reference is ignored there, `nullable` stands beside
 * anything, and `additionalProperties` stands on what has no properties.
 */
function readable(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(readable)
  if (typeof schema !== 'object' || schema === null) return schema
  const { nullable, additionalProperties, allOf, format, example, ...rest } = schema as Schema
  const { $ref: reference } = rest
  if (typeof reference === 'string') return { $ref: idOf(reference.split('/').at(-1) ?? '') }
  const inner = Object.fromEntries(
    Object.entries(rest).map(([name, value]) => [
      name,
      name === 'enum' || name === 'required' ? value : readable(value),
    ]),
  )
  if (typeof rest.properties === 'object' && rest.properties !== null) {
    // Names of properties are no keywords.
    inner.properties = Object.fromEntries(
      Object.entries(rest.properties).map(([name, value]) => [name, readable(value)]),
    )
    if (additionalProperties !== undefined) inner.additionalProperties = readable(additionalProperties)
  } else if (allOf !== undefined) inner.allOf = readable(allOf)
  else if (typeof additionalProperties === 'object')
    inner.additionalProperties = readable(additionalProperties)
  return nullable === true ? { anyOf: [inner, { type: 'null' }] } : inner
}
