import {
  type ConnectorContext,
  type HttpRequest,
  type HttpResponse,
  Invalid,
  isConnectorError,
  Malformed,
} from '@plimsoll/connector-kit'
import { type Evaluated, ExpressionProblem, evaluate } from '@plimsoll/connector-kit/expressions'
import { readCsv, writeCsv } from './csv.ts'
import { type Definition, isLoopback, type Request } from './definition.ts'
import { toRefusal } from './refusals.ts'
import type { Credentials, Settings } from './settings.ts'
import { fill, MissingValue, type Values } from './template.ts'

/** What a call needs beside its request as it is defined. */
export type Call = {
  /** Of the contract: `setLevels`. */
  operation: string
  /** Where it stands in the definition: `orders.list`. */
  field: string
  request: Request
  values?: Values
  /** What the body's expression is run over; for CSV, the rows. */
  input?: unknown
  /** Added to the address: where the page begins, how large it is. */
  query?: Readonly<Record<string, string>>
  /** In place of path and query: the next page as the platform named it, below the base address. */
  url?: string
  signal: AbortSignal | undefined
}

export type Answer = { content: unknown; response: HttpResponse }

export type Client = {
  /** The address of a path below the base, for what is relative to it. */
  address(path: string): string
  /** @throws the kit's errors; those of the platform's own codes where the definition names them */
  call(call: Call): Promise<Answer>
  /** One expression over many inputs. @throws Malformed where it cannot be run, naming the field */
  evaluateEach(field: string, expression: string, inputs: readonly unknown[]): Promise<Evaluated[]>
  /** Over one input. @throws Malformed where it fails, naming the field */
  evaluateOne(field: string, expression: string, input: unknown): Promise<unknown>
}

/** The way to the platform that a definition describes. Neither repeats nor waits. */
export function createClient(
  context: ConnectorContext<Settings, Credentials>,
  definition: Definition,
): Client {
  const { credentials, http } = context
  const base = new URL(definition.baseUrl)

  const evaluateEach: Client['evaluateEach'] = async (field, expression, inputs) => {
    try {
      return await evaluate({ expression, inputs, now: context.now() })
    } catch (error) {
      if (!(error instanceof ExpressionProblem)) throw error
      throw new Malformed(`${field}: ${error.message}${cure(error, inputs.length)}.`, '', true, {
        cause: error,
      })
    }
  }
  const evaluateOne: Client['evaluateOne'] = async (field, expression, input) => {
    const [first] = await evaluateEach(field, expression, [input])
    if (first === undefined || 'problem' in first)
      throw new Malformed(`${field}: ${first?.problem ?? 'nothing came'}.`, JSON.stringify(input) ?? '')
    return first.value
  }

  const bodyOf = async ({
    request,
    field,
    values,
    query,
    // A search that is posted says in its body what others say in the address.
    input = { ...values, ...query },
  }: Call): Promise<{ type: string; body: string } | undefined> => {
    if (request.csvBody !== undefined) {
      const { columns, separator } = request.csvBody
      const rows = Array.isArray(input) ? input : [input]
      const fields = Object.entries(columns).map(([column, text]) => `${JSON.stringify(column)}: (${text})`)
      const cells = await evaluateEach(`${field}.csvBody`, `{${fields.join(', ')}}`, rows)
      return { type: 'text/csv; charset=utf-8', body: writeCsv(Object.keys(columns), cells, separator) }
    }
    if (request.body === undefined) return undefined
    const value = await evaluateOne(`${field}.body`, request.body, input)
    if (value === undefined) throw new Invalid(`${field}.body says nothing.`, `${field}.body`)
    return { type: 'application/json', body: JSON.stringify(value) }
  }

  const call: Client['call'] = async (wanted) => {
    const { operation, field, request, values = {}, signal } = wanted
    const known: Values = { user: credentials.user, ...values }
    try {
      const made = await bodyOf(wanted).catch(neverSent)
      const url = new URL(wanted.url ?? `${definition.baseUrl}${fill(request.path, known, encodePart)}`)
      if (wanted.url === undefined) {
        for (const [name, text] of Object.entries(request.query))
          url.searchParams.set(name, fill(text, known))
      }
      for (const [name, value] of Object.entries(wanted.query ?? {})) url.searchParams.set(name, value)
      // Whatever ids and pages are made of, the secrets go to this place alone.
      const root = base.pathname.replace(/\/?$/, '/')
      if (url.origin !== base.origin || !`${url.pathname}/`.startsWith(root))
        throw new Invalid(`${field} leads away from ${definition.baseUrl}.`, `${field}.path`)
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([name, text]) => [name.toLowerCase(), fill(text, known)]),
      )
      const proof = prove(definition, credentials, url)
      const response = await http.send({
        operation,
        method: request.method ?? (made === undefined ? 'GET' : 'POST'),
        url: url.href,
        headers: {
          accept: request.csv === undefined ? 'application/json' : 'text/csv',
          ...(made !== undefined && { 'content-type': made.type }),
          ...headers,
          ...proof.headers,
        },
        ...(proof.token !== undefined && { token: proof.token }),
        ...(made !== undefined && { body: made.body }),
        timeoutMs: request.timeoutSeconds * 1_000,
        publicOnly: !isLoopback(base),
        ...(signal !== undefined && { signal }),
      })
      if (response.status < 200 || response.status > 299)
        throw await toRefusal(response, { operation, errors: definition.errors, evaluateOne })
      return { content: readContent(response, request, operation), response }
    } catch (error) {
      // A place in a text that this request cannot fill: the definition is to be corrected.
      if (error instanceof MissingValue)
        throw new Invalid(`${field}: ${error.message}.`, field, { cause: error })
      throw error
    }
  }
  return { call, evaluateEach, evaluateOne, address: (path) => `${definition.baseUrl}${path}` }
}

/** What is there to do about an expression that was broken off. */
function cure({ lacked }: ExpressionProblem, rows: number): string {
  if (lacked === undefined) return ''
  return rows > 1
    ? ` over ${rows} rows; make the expression simpler, or ask for fewer rows at once (paging.size)`
    : '; make the expression simpler, or the answer smaller (paging.size, or a filter in the query)'
}

function readContent(response: HttpResponse, { csv }: Request, operation: string): unknown {
  const text = response.text.replace(/^\uFEFF/, '')
  if (csv !== undefined) return readCsv(response, csv, operation)
  // Writes are often answered with nothing at all.
  if (text.trim() === '' && (response.status === 204 || response.status === 202)) return null
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new Malformed(`${operation}: the answer is not complete JSON.`, text, true, {
      status: response.status,
      cause,
    })
  }
}

/** How a request says whose it is. Adds to the address where the key travels there. */
function prove(
  { authentication }: Definition,
  { user, secret }: Credentials,
  url: URL,
): { headers: Record<string, string>; token?: NonNullable<HttpRequest['token']> } {
  switch (authentication.kind) {
    case 'none':
      return { headers: {} }
    case 'bearer':
      return { headers: { authorization: `Bearer ${secret}` } }
    case 'basic':
      return { headers: { authorization: basic(user, secret) } }
    case 'header':
      return { headers: { [authentication.name.toLowerCase()]: `${authentication.prefix}${secret}` } }
    case 'query':
      url.searchParams.set(authentication.parameter, secret)
      return { headers: {} }
    case 'oauth-client-credentials':
      return {
        headers: {},
        token: { name: 'access', headers: (token) => ({ authorization: `Bearer ${token}` }) },
      }
    default: {
      const never: never = authentication
      return never
    }
  }
}

/** What cannot be said was not said: the platform has not carried anything out. */
function neverSent(error: unknown): never {
  if (!isConnectorError(error) || error.kind !== 'malformed') throw error
  throw new Malformed(error.message, 'body' in error ? String(error.body) : '', false, { cause: error })
}

/** One part of a path: neither a slash in it nor dots may lead anywhere else. */
function encodePart(value: string): string {
  if (/^\.{1,2}$/.test(value)) throw new Invalid(`"${value}" is no id.`, 'id')
  return encodeURIComponent(value)
}

export function basic(user: string, secret: string): string {
  return `Basic ${Buffer.from(`${user}:${secret}`, 'utf8').toString('base64')}`
}
