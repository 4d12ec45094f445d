import * as shapes from '@plimsoll/client'
import { z } from 'zod'
import { VERSION } from '../version.ts'
import { errorsOf } from './error-codes.ts'
import { KEY_LENGTH_MAX, type RouteSpec, tags } from './route.ts'

/** A route with the path under which the server has it. */
export type DeclaredRoute = { path: string; spec: RouteSpec }
/** 3.0 for importers that know nothing newer. */
export type OpenApiVersion = '3.1.1' | '3.0.4'
export type OpenApiDocument = {
  openapi: OpenApiVersion
  paths: Record<string, Json>
  components: Json
} & Json
type Json = { [key: string]: unknown }

const KEY_HEADER = {
  name: 'Idempotency-Key',
  in: 'header',
  required: true,
  description: 'Fresh for each command, and the same for each retry of it: the same is applied once.',
  schema: { type: 'string', minLength: 1, maxLength: KEY_LENGTH_MAX },
}

const ETAG = { description: 'The version of what is answered: "3".', schema: { type: 'string' } }
const versionHeader = (required: boolean) => ({
  name: 'If-Match',
  in: 'header',
  required,
  description:
    'The version that the change is meant for, as its ETag says it: "3"; * means whichever is there.',
  schema: { type: 'string' },
})

/** The OpenAPI document of these routes, made of the very schemas that check them. */
export function describeApi(routes: readonly DeclaredRoute[], version: OpenApiVersion): OpenApiDocument {
  const target = version.startsWith('3.0') ? ('openapi-3.0' as const) : ('draft-2020-12' as const)
  const answers = namedAnswers()
  const bodies = z.registry<{ id: string }>()
  for (const { spec } of routes) if (spec.body !== undefined) bodies.add(spec.body, { id: bodyName(spec) })

  const paths: Record<string, Json> = {}
  for (const { path, spec } of routes) {
    const address = path.replace(/:(\w+)/g, '{$1}')
    paths[address] = {
      ...paths[address],
      [spec.method.toLowerCase()]: toOperation({ path, spec }, target, answers),
    }
  }
  const convert = (registry: Registry, io: 'input' | 'output') =>
    z.toJSONSchema(registry, { target, io, uri: schemaUri, override: (each) => tidy(each.jsonSchema, io) })
      .schemas
  const all: Json = { ...convert(answers, 'output'), ...convert(bodies, 'input') }
  const schemas = Object.fromEntries(
    [...reachable(paths, all)].sort().map((name) => [name, withoutIdentity(all[name])]),
  )
  return {
    openapi: version,
    info: {
      title: 'Plimsoll',
      version: VERSION,
      description:
        'One true stock count for a brand, shown by every channel. Quantities of items are base units, those of listings and levels are listing units; instants are ISO 8601 in UTC. Refusals are problem+json (RFC 9457) with a stable code and the cure.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    servers: [{ url: '/' }],
    tags: tags.map((name) => ({ name })),
    paths,
    components: { schemas },
  }
}

type Target = 'openapi-3.0' | 'draft-2020-12'
type Registry = ReturnType<typeof z.registry<{ id: string }>>

/** Every schema that the client exports, under its name there. */
function namedAnswers(): Registry {
  const registry = z.registry<{ id: string }>()
  for (const [name, schema] of Object.entries(shapes)) {
    if (schema instanceof z.ZodType) registry.add(schema, { id: name })
  }
  return registry
}

function toOperation({ path, spec }: DeclaredRoute, target: Target, answers: Registry): Json {
  const parameters = [
    ...toParameters('path', spec.params, target),
    ...toParameters('query', spec.query, target),
    ...(spec.takesKey === true ? [KEY_HEADER] : []),
    ...(spec.version === 'heeded' || spec.version === 'required'
      ? [versionHeader(spec.version === 'required')]
      : []),
  ]
  return {
    operationId: spec.operation,
    tags: [spec.tag],
    summary: spec.summary,
    ...(parameters.length > 0 && { parameters }),
    ...(spec.body !== undefined && {
      requestBody: {
        // Where every field may be left out, so may the body.
        required: !spec.body.safeParse({}).success,
        content: { 'application/json': { schema: { $ref: schemaUri(bodyName(spec)) } } },
      },
    }),
    ...(spec.rawBody !== undefined && {
      requestBody: {
        required: true,
        description: spec.rawBody.description,
        content: { [spec.rawBody.contentType]: { schema: { type: 'string', format: 'binary' } } },
      },
    }),
    responses: { ...toAnswers(spec, answers), ...toProblems(spec, path) },
  }
}

function toParameters(place: 'path' | 'query', schema: z.ZodObject | undefined, target: Target): Json[] {
  if (schema === undefined) return []
  const { properties = {}, required = [] } = z.toJSONSchema(schema, {
    target,
    io: 'input',
    override: (each) => tidy(each.jsonSchema, 'input'),
  })
  return Object.entries(properties).map(([name, property]) => {
    const { description, ...rest } = typeof property === 'object' ? property : {}
    return {
      name,
      in: place,
      required: place === 'path' || required.includes(name),
      ...(description !== undefined && { description }),
      schema: rest,
    }
  })
}

function toAnswers(spec: RouteSpec, answers: Registry): Json {
  return Object.fromEntries(
    Object.entries(spec.answers).map(([status, answer]) => {
      if (!(answer instanceof z.ZodType)) {
        const content = { [answer.contentType]: { schema: { type: 'string' } } }
        return [status, { description: answer.description, content }]
      }
      const name = answers.get(answer)?.id
      if (name === undefined)
        throw new Error(`${spec.operation} answers a schema that the client does not export`)
      const content = { 'application/json': { schema: { $ref: schemaUri(name) } } }
      const headers = spec.version === undefined ? {} : { headers: { ETag: ETAG } }
      return [status, { description: name, ...headers, content }]
    }),
  )
}

function toProblems(spec: RouteSpec, path: string): Json {
  return Object.fromEntries(
    [...errorsOf(spec, path)].map(([status, codes]) => {
      const code = { type: 'object', properties: { code: { type: 'string', enum: codes } } }
      const schema = { allOf: [{ $ref: schemaUri('problem') }, code] }
      return [
        String(status),
        { description: codes.join(', '), content: { 'application/problem+json': { schema } } },
      ]
    }),
  )
}

function bodyName(spec: RouteSpec): string {
  return `${spec.operation}Body`
}

function schemaUri(name: string): string {
  return `#/components/schemas/${name}`
}

/** Makes Zod's JSON schema what a reader of the document wants. */
function tidy(schema: z.core.JSONSchema.BaseSchema, io: 'input' | 'output'): void {
  // A later version may answer more, and clients made of this document should still read it.
  if (io === 'output') delete schema.additionalProperties
  // The format says it shorter than the pattern behind it.
  if (schema.format !== undefined) delete schema.pattern
  if (schema.type === 'integer') {
    if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum
    if (schema.maximum === Number.MAX_SAFE_INTEGER) {
      delete schema.maximum
      schema.format = 'int64'
    }
  }
}

/** References are by place in the document, and 3.0 knows no `$id`. */
function withoutIdentity(schema: unknown): unknown {
  if (typeof schema !== 'object' || schema === null) return schema
  const { $id: _id, $schema: _schema, ...rest }: Json = { ...schema }
  return rest
}

/** The schemas that something in the paths leads to. */
function reachable(paths: unknown, all: Json): Set<string> {
  const found = new Set<string>()
  const visit = (value: unknown) => {
    for (const [, name = ''] of JSON.stringify(value).matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      if (found.has(name)) continue
      found.add(name)
      visit(all[name])
    }
  }
  visit(paths)
  return found
}
