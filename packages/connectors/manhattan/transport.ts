import {
  type CallOptions,
  type ConnectorContext,
  type HttpResponse,
  readJson,
  unquoted,
} from '@plimsoll/connector-kit'
import type { z } from 'zod'
import type { Credentials } from './credentials.ts'
import { verdict } from './envelope.ts'
import { type PathName, pathOf } from './paths.ts'
import { statusRefusal, verdictRefusal } from './refusals.ts'
import { apiUrl, type Settings } from './settings.ts'

export type Context = ConnectorContext<Settings, Credentials>

export type Call = {
  operation: string
  method?: 'POST' | 'PUT'
  path: PathName
  /** Goes into the path, where that has a place for one. */
  id?: string
  /** Whose shelves it is about. */
  facility: string
  body: unknown
  options?: CallOptions | undefined
}

/**
 * One call in its answer's envelope. Answers repeat recipients, so no error quotes any of them.
 * @throws the class that its status stands for, or its codes where it says 200 and `success: false`
 */
export async function ask<T>(
  context: Context,
  call: Call,
  schema: z.ZodType<T>,
): Promise<{ value: T; response: HttpResponse }> {
  const { operation, method = 'POST', path, id, facility, body, options } = call
  const { settings, http } = context
  const { organization, businessUnit } = settings
  const response = await http.send({
    operation,
    method,
    url: `${apiUrl(settings)}${pathOf(settings.paths, path, id)}`,
    token: { name: 'access', headers: (token) => ({ authorization: `Bearer ${token}` }) },
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      selectedOrganization: organization,
      selectedLocation: facility,
      ...(businessUnit !== undefined && { selectedBusinessUnit: businessUnit }),
    },
    body: JSON.stringify(body),
    ...(options?.signal !== undefined && { signal: options.signal }),
  })
  if (response.status !== 200 && response.status !== 201) throw statusRefusal(response, operation, path)
  const judged = unquoted(() => readJson(response, verdict, operation))
  if (!judged.success) throw verdictRefusal(judged, operation, path)
  return { value: unquoted(() => readJson(response, schema, operation)), response }
}
