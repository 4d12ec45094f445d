import {
  type CallOptions,
  type ConnectorContext,
  type HttpResponse,
  looseText,
  Malformed,
  maybeUnits,
  meaningOf,
  type Quotable,
  type Refusal,
  type RefusalMeaning,
  readJson,
  refusalError,
  statusError,
  unquoted,
  withoutText,
} from '@plimsoll/connector-kit'
import { z } from 'zod'
import { RULES } from './refusals.ts'
import { apiUrl, type Credentials, type Settings } from './settings.ts'

export type Context = ConnectorContext<Settings, Credentials>

export type Call = {
  operation: string
  /** Behind `/public_open`: `/order/create_order`. */
  path: string
  body?: Record<string, unknown>
  /** What of a refusal's sentence may be said. */
  quotable: Quotable
  options?: CallOptions | undefined
}

/** Everything is answered with 200 and one of these: `open.goodcang.com/docs_api` (V1). */
const envelope = z.looseObject({
  ask: z.string(),
  message: looseText,
  errCode: looseText,
  request_id: looseText,
  Error: z
    .union([
      z.object({ errCode: looseText, errMessage: looseText }),
      z.array(z.never()),
      z.literal(''),
      z.null(),
    ])
    .optional(),
})

export type Answer<T> =
  | { kind: 'done'; value: T; response: HttpResponse }
  | { kind: 'refused'; refusal: Refusal; meaning: RefusalMeaning | undefined; response: HttpResponse }

/**
 * One call. The envelope says whether it was carried out, whatever the status; what it says of a refusal is handed over.
 * Its answers may repeat a recipient, so that none is quoted.
 */
export async function ask<T>(context: Context, call: Call, schema: z.ZodType<T>): Promise<Answer<T>> {
  const { operation, path, body = {}, options } = call
  const { appToken, appKey } = context.credentials
  const response = await context.http.send({
    operation,
    method: 'POST',
    url: `${apiUrl(context.settings)}${path}`,
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      'app-token': appToken,
      'app-key': appKey,
    },
    body: JSON.stringify(body),
    ...(options?.signal !== undefined && { signal: options.signal }),
  })
  if (response.status !== 200) throw statusError(withoutText(response), operation)
  const said = unquoted(() => readJson(response, envelope, operation))
  if (said.ask === 'Success')
    return { kind: 'done', value: unquoted(() => readJson(response, schema, operation)), response }
  const refusal = refusalOf(said)
  const meaning = meaningOf(refusal, RULES)
  if (meaning === 'rate-limited') context.http.budgets.throttled(undefined, operation)
  return { kind: 'refused', refusal, meaning, response }
}

/** The same where a refusal is an error. */
export async function askFor<T>(
  context: Context,
  call: Call,
  schema: z.ZodType<T>,
): Promise<{ value: T; response: HttpResponse }> {
  const answer = await ask(context, call, schema)
  if (answer.kind === 'refused') throw toError(answer.refusal, call)
  return answer
}

/**
 * A page of a list, and the number of the next one. That there is nothing GoodCang says as a refusal: an empty page. One
 * that is shorter than it says there are rows was cut on its way, and is Malformed.
 */
export async function askForPage<T>(
  context: Context,
  call: Call,
  { row, page, size }: { row: z.ZodType<T>; page: number; size: number },
): Promise<{ rows: T[]; next: number | undefined; count: number; response: HttpResponse }> {
  const answer = await ask(context, call, z.object({ data: z.array(row), count: maybeUnits }))
  if (answer.kind === 'refused') {
    if (answer.meaning !== 'not-found') throw toError(answer.refusal, call)
    return { rows: [], next: undefined, count: 0, response: answer.response }
  }
  const { value, response } = answer
  const isFull = value.data.length >= size
  const read = (page - 1) * size + value.data.length
  if (!isFull && (value.count ?? 0) > read)
    throw new Malformed(
      `${call.operation}: page ${page} holds ${value.data.length} rows of ${value.count}: rows are missing`,
      '',
    )
  return { rows: value.data, next: isFull ? page + 1 : undefined, count: value.count ?? read, response }
}

export function toError(refusal: Refusal, { operation, quotable }: Pick<Call, 'operation' | 'quotable'>) {
  return refusalError(refusal, { operation, platform: 'GoodCang', rules: RULES, quotable })
}

function refusalOf({ message, errCode, request_id, Error: error }: z.infer<typeof envelope>): Refusal {
  const detail =
    error === undefined || error === null || error === '' || Array.isArray(error) ? undefined : error
  const sentence = detail?.errMessage ?? message ?? ''
  return {
    code: detail?.errCode ?? errCode,
    // "Failure" alone says nothing.
    message: sentence,
    requestId: request_id ?? /\(ERROR ID ([^)]{1,40})\)/.exec(sentence)?.[1],
  }
}
