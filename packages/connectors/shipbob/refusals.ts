import {
  type ConnectorError,
  Forbidden,
  type HttpResponse,
  Invalid,
  RateLimited,
} from '@plimsoll/connector-kit'

/**
 * What ShipBob's refusals mean. Their messages may quote what was sent, so only the names of fields are taken from them.
 * Undefined: the status alone says it.
 */
export function toRefusal(
  response: HttpResponse,
  { operation, scope }: { operation: string; scope: string },
): ConnectorError | undefined {
  const detail = { status: response.status }
  switch (response.status) {
    case 403:
      return new Forbidden(`${operation}: the token lacks ${scope}.`, scope, detail)
    case 429: {
      const seconds = Number(
        response.headers['x-retry-after'] ?? response.headers['retry-after'] ?? Number.NaN,
      )
      return new RateLimited(
        `${operation}: ShipBob takes 150 requests in a minute.`,
        seconds >= 0 ? Math.min(seconds, 86_400) * 1_000 : undefined,
        detail,
      )
    }
    case 400:
    case 422: {
      const field = fieldsOf(response)[0] ?? 'request'
      return new Invalid(`${operation}: ShipBob refuses ${field}.`, field, detail)
    }
    default:
      return undefined
  }
}

/** Our names of the fields that it refuses, in its order: `{"Recipient.Address.City": ["…"]}`, or that under `errors`. */
export function fieldsOf({ text }: HttpResponse): string[] {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return [] // The status has said that it is refused; which field, this does not tell.
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return []
  const { errors } = json as { errors?: unknown }
  const named = typeof errors === 'object' && errors !== null && !Array.isArray(errors) ? errors : json
  return Object.keys(named)
    .filter((name) => name !== 'errors' && /^[A-Za-z0-9_.[\]$]{1,100}$/.test(name))
    .map(toOurField)
}

const ours: readonly [RegExp, string][] = [
  [/^recipient\.address\.city$/, 'recipient.city'],
  [/^recipient\.address\.zip_?code$/, 'recipient.postalCode'],
  [/^recipient\.address\.state$/, 'recipient.region'],
  [/^recipient\.address\.country$/, 'recipient.country'],
  [/^recipient\.address\.address[12]$/, 'recipient.addressLines'],
  [/^recipient\.name$/, 'recipient.name'],
  [/^recipient\.phone_?number$/, 'recipient.phone'],
  [/^recipient\.email$/, 'recipient.email'],
  [/^recipient\b/, 'recipient'],
  [/^inventory\b.*quantity$/, 'lines.quantity'],
  [/^inventory\b/, 'lines.sku'],
  [/^(products|boxes|box_?items)\b.*(reference_?id|inventory_?id|sku)$/, 'lines.sku'],
  [/^(products|boxes|box_?items)\b.*quantity$/, 'lines.quantity'],
  [/^(products|boxes|box_?items)\b/, 'lines'],
  [/^shipping_?method$/, 'method'],
  [/^(location_?id|fulfillment_?center)\b/, 'locationId'],
  [/^order_?number$/, 'number'],
  [/^reference_?id$/, 'shipmentId'],
]

function toOurField(theirs: string): string {
  const name = theirs.toLowerCase().replace(/^\$\.?/, '')
  return ours.find(([pattern]) => pattern.test(name))?.[1] ?? theirs
}
