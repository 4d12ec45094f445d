import type { FastifyRequest } from 'fastify'

/** One request as Magento hands it to a service. */
export type RestCall = {
  /** What stands in the route's `:names`, decoded. */
  params: Readonly<Record<string, string>>
  query: Readonly<Record<string, string>>
  body: unknown
  /** The store view of the address, or of the header. */
  store: string
  receivedAtNs: string
}

export type RestRoute = {
  method: 'GET' | 'POST' | 'PUT'
  /** Below `V1`: `orders/:id`. */
  path: string
  /** The right that it needs (webapi.xml). */
  resource: string
  handle(call: RestCall): unknown
}

/** Magento's own error: a message with places for its parameters, filled by whoever reads it. */
export class MagentoError extends Error {
  readonly status: number
  readonly parameters: Readonly<Record<string, unknown>> | readonly unknown[] | undefined

  constructor(
    status: number,
    message: string,
    parameters?: Readonly<Record<string, unknown>> | readonly unknown[],
  ) {
    super(message)
    this.status = status
    this.parameters = parameters
  }

  get envelope() {
    return { message: this.message, ...(this.parameters !== undefined && { parameters: this.parameters }) }
  }
}

export function noSuchEntity(fieldName: string, fieldValue: unknown): MagentoError {
  return new MagentoError(404, 'No such entity with %fieldName = %fieldValue', {
    fieldName,
    fieldValue: String(fieldValue),
  })
}

/** As PHP reads a query: `a[b][0]` stays one name here, and of a name that comes twice the last counts. */
export function queryOf(request: Pick<FastifyRequest, 'url'>): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(request.url.split('?')[1] ?? ''))
}

type FieldTree = Map<string, FieldTree | undefined>

/** `fields=items[sku,name],total_count`: only these. Names that there are none of are left out without a word. */
export function withFields(value: unknown, fields: string | undefined): unknown {
  if (fields === undefined || fields === '') return value
  return pick(value, parseFields(fields))
}

function parseFields(text: string): FieldTree {
  let at = 0
  const parse = (): FieldTree => {
    const tree: FieldTree = new Map()
    let name = ''
    for (; at < text.length; at += 1) {
      const character = text[at]
      if (character === '[') {
        at += 1
        tree.set(name.trim(), parse())
        name = ''
      } else if (character === ',' || character === ']') {
        if (name.trim() !== '') tree.set(name.trim(), undefined)
        name = ''
        if (character === ']') return tree
      } else name += character
    }
    if (name.trim() !== '') tree.set(name.trim(), undefined)
    return tree
  }
  return parse()
}

function pick(value: unknown, tree: FieldTree): unknown {
  if (Array.isArray(value)) return value.map((element) => pick(element, tree))
  if (typeof value !== 'object' || value === null) return value
  const picked = Object.entries(value).flatMap(([name, inner]): [string, unknown][] => {
    if (!tree.has(name)) return []
    const below = tree.get(name)
    return [[name, below === undefined ? inner : pick(inner, below)]]
  })
  // PHP writes an empty map as an empty list.
  return picked.length === 0 ? [] : Object.fromEntries(picked)
}

/** UTC without a zone and in whole seconds. */
export function gmt(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace('T', ' ')
}
