import { existsSync, readFileSync } from 'node:fs'
import { Ajv, type ValidateFunction } from 'ajv'
import { z } from 'zod'

/** eBay's published OpenAPI documents, outside the repository: without them tests test less, and say so. */
const documents = [
  'sell_inventory_v1_oas3.json',
  'sell_fulfillment_v1_oas3.json',
  'commerce_notification_v1_oas3.json',
  'commerce_identity_v1_oas3.json',
  'developer_analytics_v1_beta_oas3.json',
  'sell_account_v1_oas3.json',
]

const operation = z.looseObject({
  parameters: z
    .array(z.looseObject({ name: z.string(), in: z.string(), required: z.boolean().optional() }))
    .optional(),
  requestBody: z
    .looseObject({ content: z.record(z.string(), z.looseObject({ schema: z.unknown() })) })
    .optional(),
  responses: z.record(
    z.string(),
    z.looseObject({ content: z.record(z.string(), z.looseObject({ schema: z.unknown() })).optional() }),
  ),
})
const published = z.looseObject({
  servers: z.array(
    z.looseObject({ variables: z.looseObject({ basePath: z.looseObject({ default: z.string() }) }) }),
  ),
  paths: z.record(z.string(), z.record(z.string(), z.unknown())),
})

export type PublishedOperation = {
  name: string
  query: ReadonlySet<string>
  /** Undefined: the document says no schema. */
  validateRequest: ValidateFunction | undefined
  validateAnswer(status: number): ValidateFunction | undefined
  statuses: readonly string[]
}

export type PublishedContract = { find(method: string, path: string): PublishedOperation | undefined }

export function loadPublishedContract(): PublishedContract | undefined {
  const shared = process.env.PLIMSOLL_SHARED ?? new URL('../../../../../shared', import.meta.url).pathname
  const folder = `${shared}/specs/ebay`
  if (!documents.every((document) => existsSync(`${folder}/${document}`))) {
    console.info('eBay: the published contracts are not here; set PLIMSOLL_SHARED to compare with them.')
    return undefined
  }
  const operations: { method: string; pattern: RegExp; found: PublishedOperation }[] = []
  for (const document of documents) {
    const json: unknown = JSON.parse(readFileSync(`${folder}/${document}`, 'utf8'))
    closeObjects(json)
    const { servers, paths } = published.parse(json)
    const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true })
    ajv.addSchema(json as object, document)
    const base = servers[0]?.variables.basePath.default ?? ''
    for (const [path, methods] of Object.entries(paths)) {
      for (const [method, raw] of Object.entries(methods)) {
        const parsed = operation.safeParse(raw)
        if (!parsed.success) continue
        const { parameters = [], requestBody, responses } = parsed.data
        const compile = (schema: unknown): ValidateFunction | undefined =>
          schema === undefined ? undefined : ajv.compile(withOwnRefs(schema, document))
        const whole = responses['200'] ?? responses['201']
        operations.push({
          method: method.toUpperCase(),
          pattern: new RegExp(`^${(base + path).replaceAll(/\{[^}]+\}/g, '[^/]+').replace(/\/$/, '')}/?$`),
          found: {
            name: `${method.toUpperCase()} ${base}${path}`,
            query: new Set(parameters.filter((each) => each.in === 'query').map(({ name }) => name)),
            statuses: Object.keys(responses),
            validateRequest: compile(requestBody?.content['application/json']?.schema),
            // 207 is documented without a shape: that of 200.
            validateAnswer: (status) =>
              compile((responses[String(status)]?.content ?? whole?.content)?.['application/json']?.schema),
          },
        })
      }
    }
  }
  return {
    find: (method, path) =>
      operations.find((each) => each.method === method && each.pattern.test(path))?.found,
  }
}

/** What a document does not name is not there: a misspelt field would pass unseen. */
function closeObjects(node: unknown): void {
  if (typeof node !== 'object' || node === null) return
  if ('properties' in node && 'type' in node && node.type === 'object' && !('additionalProperties' in node))
    Object.assign(node, { additionalProperties: false })
  for (const inner of Object.values(node)) closeObjects(inner)
}

/** References in a schema that is compiled by itself lead into its document. */
function withOwnRefs(schema: unknown, document: string): object {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', `"${document}#/components/`))
}
