import {
  type ConnectorError,
  Forbidden,
  type HttpResponse,
  Invalid,
  RateLimited,
} from '@plimsoll/connector-kit'
import { z } from 'zod'

/**
 * What ShipStation's refusals mean. Their messages may quote what was sent, so only the names of fields are taken from
 * them. Undefined: the status alone says it.
 */
export function toRefusal(response: HttpResponse, operation: string): ConnectorError | undefined {
  const detail = { status: response.status }
  switch (response.status) {
    case 402:
    case 403:
      return new Forbidden(
        `${operation}: the plan of the account, or the user that the key is of, does not allow that.`,
        operation,
        detail,
      )
    case 429:
      return new RateLimited(
        `${operation}: ShipStation takes no more requests now.`,
        waitMsOf(response),
        detail,
      )
    case 400:
    case 422: {
      const field = fieldIn(response) ?? 'request'
      return new Invalid(`${operation}: ShipStation refuses ${field}.`, field, detail)
    }
    default:
      return undefined
  }
}

/** Seconds until the next minute begins (V1), or until another request is taken (V2). */
export function waitMsOf({ headers }: HttpResponse): number | undefined {
  const text = headers['retry-after'] ?? headers['x-rate-limit-reset']
  const seconds = Number(text)
  return text !== undefined && text.trim() !== '' && seconds >= 0
    ? Math.min(seconds, 3_600) * 1_000
    : undefined
}

/** V1 names fields in `ModelState`, V2 in `errors[].field_name`. */
const body = z.union([
  z.object({ ModelState: z.record(z.string(), z.unknown()) }),
  z.object({ errors: z.array(z.object({ field_name: z.string().nullish() })) }),
])

/** Our name of the first field that it refuses. */
export function fieldIn({ text }: HttpResponse): string | undefined {
  const read = body.safeParse(jsonOf(text))
  if (!read.success) return undefined
  const names =
    'ModelState' in read.data
      ? Object.keys(read.data.ModelState)
      : read.data.errors.flatMap(({ field_name }) => field_name ?? [])
  const [name] = names.filter((each) => /^[A-Za-z0-9_.[\]]{1,100}$/.test(each))
  return name === undefined ? undefined : (ours.find(([pattern]) => pattern.test(name))?.[1] ?? name)
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // The status has said that it is refused; which field, this does not tell.
  }
}

const ours: readonly [RegExp, string][] = [
  [/city/i, 'recipient.city'],
  [/postal/i, 'recipient.postalCode'],
  [/state/i, 'recipient.region'],
  [/country/i, 'recipient.country'],
  [/street|address/i, 'recipient.addressLines'],
  [/(ship|bill)_?to.*name/i, 'recipient.name'],
  [/phone/i, 'recipient.phone'],
  [/email/i, 'recipient.email'],
  [/(ship|bill)_?to/i, 'recipient'],
  [/sku/i, 'lines.sku'],
  [/quantity/i, 'lines.quantity'],
  [/items?\b/i, 'lines'],
  [/service|carrier/i, 'method'],
  [/warehouse/i, 'locationId'],
  [/order_?number/i, 'number'],
]
