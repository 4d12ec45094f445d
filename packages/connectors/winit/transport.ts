import {
  type CallOptions,
  type ConnectorContext,
  type HttpResponse,
  looseText,
  meaningOf,
  neededText,
  type Quotable,
  type Refusal,
  type RefusalMeaning,
  readJson,
  refusalError,
  signWith,
  statusError,
  toBeijingTime,
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
  /** Such as `queryOutboundOrderList`. */
  action: string
  data?: Record<string, unknown>
  /** What of a refusal's sentence may be said. */
  quotable: Quotable
  options?: CallOptions | undefined
}

const envelope = z.looseObject({ code: neededText, msg: looseText })

export type Answer<T> =
  | { kind: 'done'; value: T; response: HttpResponse }
  | { kind: 'refused'; refusal: Refusal; meaning: RefusalMeaning | undefined; response: HttpResponse }

/** One signed call. `code` 0 says that it was carried out; answers may repeat a recipient, so that none is quoted. */
export async function ask<T>(context: Context, call: Call, schema: z.ZodType<T>): Promise<Answer<T>> {
  const { operation, options } = call
  const response = await context.http.send({
    operation,
    method: 'POST',
    url: apiUrl(context.settings),
    headers: { 'content-type': 'application/json' },
    body: bodyOf(context, call),
    ...(options?.signal !== undefined && { signal: options.signal }),
  })
  if (response.status !== 200) throw statusError(withoutText(response), operation)
  const said = unquoted(() => readJson(response, envelope, operation))
  if (said.code === '0') {
    const { data } = unquoted(() => readJson(response, z.object({ data: schema }), operation))
    return { kind: 'done', value: data, response }
  }
  // It has no id of its own for a request.
  const refusal = { code: said.code, message: said.msg ?? '', requestId: undefined }
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
  return refusalError(refusal, { operation, platform: 'Winit', rules: RULES, quotable })
}

function bodyOf({ settings, credentials, now }: Context, { action, data = {} }: Call): string {
  const call = {
    action,
    app_key: credentials.appKey,
    data: JSON.stringify(data),
    format: 'json',
    platform: settings.platform,
    sign_method: 'md5',
    timestamp: toBeijingTime(new Date(now())),
    version: '1.0',
  }
  return JSON.stringify({
    ...call,
    // As it was signed: the text of this object is that text.
    data,
    client_id: credentials.clientId,
    client_sign: signWith(scheme, call, credentials.clientSecret),
    language: 'zh_CN',
    sign: signWith(scheme, call, credentials.token),
  })
}
