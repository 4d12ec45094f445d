import {
  type CallOptions,
  type ConnectorContext,
  type HttpResponse,
  looseList,
  looseText,
  meaningOf,
  type Quotable,
  type Refusal,
  type RefusalMeaning,
  readJson,
  refusalError,
  signWith,
  statusError,
  unquoted,
  withoutText,
} from '@plimsoll/connector-kit'
import { z } from 'zod'
import { RULES } from './refusals.ts'
import { apiUrl, type Credentials, type Settings } from './settings.ts'
import { scheme } from './signing.ts'

export type Context = ConnectorContext<Settings, Credentials>

export type Call = {
  operation: string
  /** Such as `fu.wms.outbound.create`. */
  method: string
  body?: Record<string, unknown>
  /** What of a refusal's sentence may be said. */
  quotable: Quotable
  options?: CallOptions | undefined
}

const envelope = z.looseObject({
  result: z.union([z.literal('1'), z.literal('0'), z.literal(1), z.literal(0)]),
  msg: looseText,
  request_id: looseText,
  errors: looseList(z.object({ error_code: looseText, error_msg: looseText, error_data: looseText })),
})

export type Answer<T> =
  | { kind: 'done'; value: T; response: HttpResponse }
  | { kind: 'refused'; refusal: Refusal; meaning: RefusalMeaning | undefined; response: HttpResponse }

/** One signed call. `result` says whether it was carried out; answers may repeat a recipient, so that none is quoted. */
export async function ask<T>(context: Context, call: Call, schema: z.ZodType<T>): Promise<Answer<T>> {
  const { operation, options } = call
  const response = await context.http.send({
    operation,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    ...signed(context, call),
    ...(options?.signal !== undefined && { signal: options.signal }),
  })
  if (response.status !== 200) throw statusError(withoutText(response), operation)
  const said = unquoted(() => readJson(response, envelope, operation))
  if (String(said.result) === '1') {
    const { data } = unquoted(() => readJson(response, z.object({ data: schema }), operation))
    return { kind: 'done', value: data, response }
  }
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

export function toError(refusal: Refusal, { operation, quotable }: Pick<Call, 'operation' | 'quotable'>) {
  return refusalError(refusal, { operation, platform: '4PX', rules: RULES, quotable })
}

function signed({ settings, credentials, now }: Context, { method, body = {} }: Call) {
  const text = JSON.stringify({
    ...(settings.customerCode !== undefined && { customer_code: settings.customerCode }),
    ...body,
  })
  const parameters = {
    app_key: credentials.appKey,
    format: 'json',
    method,
    timestamp: String(Math.floor(now())),
    v: '1.0.0',
  }
  const query = new URLSearchParams({
    ...parameters,
    language: 'cn',
    ...(credentials.accessToken !== undefined && { access_token: credentials.accessToken }),
    sign: signWith(scheme, { parameters, body: text }, credentials.appSecret),
  })
  return { url: `${apiUrl(settings)}?${query}`, body: text }
}

function refusalOf({ msg, request_id, errors }: z.infer<typeof envelope>): Refusal {
  const [first] = errors
  const sentence = [first?.error_msg ?? msg, first?.error_data]
    .filter((part) => part !== undefined)
    .join(': ')
  return { code: first?.error_code, message: sentence || (first?.error_code ?? ''), requestId: request_id }
}
