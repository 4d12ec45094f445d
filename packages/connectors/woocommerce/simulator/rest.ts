import { z } from 'zod'

/** One request as WordPress hands it to a route. */
export type RestCall = {
  method: string
  /** What stands in the route's brackets, in order. */
  ids: number[]
  query: Readonly<Record<string, string>>
  body: unknown
  receivedAtNs: string
}

export type RestAnswer = { status?: number; body: unknown; headers?: Record<string, string> }

export type RestRoute = {
  methods: readonly string[]
  /** Below `/wp-json`; `:id` is a number. */
  path: string
  /** The site index needs no key. */
  isPublic?: boolean
  handle(call: RestCall): RestAnswer | Promise<RestAnswer>
}

/** WordPress's own error: an envelope with a code. */
export class RestError extends Error {
  readonly code: string
  readonly status: number
  readonly params: Record<string, string> | undefined

  constructor(code: string, status: number, message: string, params?: Record<string, string>) {
    super(message)
    this.code = code
    this.status = status
    this.params = params
  }

  get envelope() {
    return {
      code: this.code,
      message: this.message,
      data: { status: this.status, ...(this.params && { params: this.params }) },
    }
  }
}

export function invalidParameter(name: string, why: string): RestError {
  return new RestError('rest_invalid_param', 400, `Invalid parameter(s): ${name}`, { [name]: why })
}

/** @throws RestError `rest_invalid_param`, as WordPress's schemas do */
export function readBody<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body ?? {})
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw invalidParameter(String(issue?.path[0] ?? 'body'), issue?.message ?? 'wrong')
}

const whole = (name: string, text: string | undefined, fallback: number, least: number, most: number) => {
  if (text === undefined) return fallback
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw invalidParameter(name, `${name} is not of type integer.`)
  if (value < least || value > most) {
    throw invalidParameter(name, `${name} must be between ${least} (inclusive) and ${most} (inclusive)`)
  }
  return value
}

/** One page of rows with the headers that go with it. A page past the end is empty, not an error. */
export function paged<Row>(
  call: RestCall,
  rows: readonly Row[],
  show: (row: Row) => Record<string, unknown>,
): RestAnswer {
  const perPage = whole('per_page', call.query.per_page, 10, 1, 100)
  const page = whole('page', call.query.page, 1, 1, Number.MAX_SAFE_INTEGER)
  const start = whole('offset', call.query.offset, (page - 1) * perPage, 0, Number.MAX_SAFE_INTEGER)
  return {
    body: rows.slice(start, start + perPage).map((row) => withFields(show(row), call.query)),
    headers: {
      'x-wp-total': String(rows.length),
      'x-wp-totalpages': String(Math.ceil(rows.length / perPage)),
    },
  }
}

/** `_fields`: only these; `shipping.city` names a part of an object (WordPress from 5.3 on). */
export function withFields(row: Record<string, unknown>, query: Readonly<Record<string, string>>) {
  const { _fields: fields } = query
  if (fields === undefined || fields === '') return row
  const wanted = new Map<string, Set<string> | 'whole'>()
  for (const field of fields.split(',')) {
    const [name = '', part] = field.trim().split('.')
    const known = wanted.get(name)
    if (part === undefined) wanted.set(name, 'whole')
    else if (known !== 'whole') wanted.set(name, (known ?? new Set()).add(part))
  }
  return Object.fromEntries(
    Object.entries(row).flatMap(([name, value]): [string, unknown][] => {
      const parts = wanted.get(name)
      if (parts === undefined) return []
      if (parts === 'whole' || typeof value !== 'object' || value === null) return [[name, value]]
      return [[name, Object.fromEntries(Object.entries(value).filter(([part]) => parts.has(part)))]]
    }),
  )
}

/** A list of ids as WordPress takes it; undefined when the parameter is absent. */
export function idsOf(name: string, text: string | undefined): Set<number> | undefined {
  if (text === undefined) return undefined
  return new Set(text.split(',').map((id) => whole(name, id.trim(), 0, 0, Number.MAX_SAFE_INTEGER)))
}

export function oneOf<T extends string>(
  name: string,
  text: string | undefined,
  allowed: readonly T[],
  fallback: T,
): T {
  if (text === undefined) return fallback
  const found = allowed.find((value) => value === text)
  if (found === undefined) throw invalidParameter(name, `${name} is not one of ${allowed.join(', ')}.`)
  return found
}

/**
 * `modified_after` and its like, in milliseconds. Without `dates_are_gmt` the shop reads a date as its own time,
 * whatever zone the text names.
 */
export function momentOf(
  name: string,
  query: Readonly<Record<string, string>>,
  siteOffsetHours: number,
): number | undefined {
  const text = query[name]
  if (text === undefined) return undefined
  const ms = Date.parse(`${text.slice(0, 19)}Z`)
  if (Number.isNaN(ms)) throw invalidParameter(name, 'Invalid date.')
  return query.dates_are_gmt === 'true' || query.dates_are_gmt === '1' ? ms : ms - siteOffsetHours * 3_600_000
}

/** Whole seconds, as the database keeps them. */
export function toSecond(ms: number): number {
  return Math.floor(ms / 1_000) * 1_000
}

const batchBody = z.object({
  create: z.array(z.unknown()).default([]),
  update: z.array(z.unknown()).default([]),
  delete: z.array(z.unknown()).default([]),
})

/**
 * Many changes in one request, carried out one after the other; each fails for itself.
 * @param dies stops there, with what is done being done: the host has ended the request
 */
export async function batch(
  call: RestCall,
  {
    max,
    create,
    update,
    remove,
    dies,
  }: {
    max: number
    create(item: unknown): RestAnswer | Promise<RestAnswer>
    update(item: unknown): RestAnswer | Promise<RestAnswer>
    remove(item: unknown): RestAnswer | Promise<RestAnswer>
    dies(done: number): Promise<void> | void
  },
): Promise<RestAnswer> {
  const body = readBody(batchBody, call.body)
  if (body.create.length + body.update.length + body.delete.length > max) {
    throw new RestError(
      'woocommerce_rest_request_entity_too_large',
      413,
      `Unable to accept more than ${max} items for this request.`,
    )
  }
  let done = 0
  const each = async (items: unknown[], handle: (item: unknown) => RestAnswer | Promise<RestAnswer>) => {
    const rows: unknown[] = []
    for (const item of items) {
      await dies(done)
      try {
        rows.push((await handle(item)).body)
      } catch (error) {
        if (!(error instanceof RestError)) throw error
        rows.push({ id: idOf(item), error: error.envelope })
      }
      done += 1
    }
    return rows
  }
  const created = await each(body.create, create)
  const updated = await each(body.update, update)
  const removed = await each(body.delete, remove)
  const answered = {
    ...(created.length > 0 && { create: created }),
    ...(updated.length > 0 && { update: updated }),
    ...(removed.length > 0 && { delete: removed }),
  }
  // PHP writes an empty map as an empty list.
  return { body: Object.keys(answered).length === 0 ? [] : answered }
}

/** The `id` of a batch's item, 0 without one. */
export function idOf(item: unknown): number {
  return z.object({ id: z.coerce.number() }).safeParse(item).data?.id ?? 0
}
