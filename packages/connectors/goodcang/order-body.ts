import {
  fitAddressLines,
  fitName,
  Invalid,
  type ShipmentRequest,
  toBeijingTime,
  unitsBySku,
  usualMethodOf,
} from '@plimsoll/connector-kit'
import { LENGTHS, LINES_MAX } from './limits.ts'
import type { Settings } from './settings.ts'

/** What GoodCang is sent (`order/create_order`). It takes too long a text for a refusal, so that it is refused before. */
export function toOrderBody(request: ShipmentRequest, settings: Settings): Record<string, unknown> {
  const { recipient, lines, locationId, number, note } = request
  const method = usualMethodOf(settings.shippingMethods, locationId, request.method)
  if (method === undefined)
    throw new Invalid(
      `GoodCang needs a shipping product for ${locationId}: name one for it in the connection’s settings.`,
      'method',
    )
  checkLength(method, LENGTHS.method, 'method')
  checkLength(number, LENGTHS.number, 'number')
  if (lines.some(({ lot }) => lot !== undefined))
    throw new Invalid('GoodCang chooses lots itself.', 'lines.lot')
  const items = toItems(lines, request)
  const name = fitName(recipient.name, LENGTHS.name)
  if (name === undefined)
    throw new Invalid('GoodCang takes a name in two parts of 1 to 48 characters.', 'recipient.name')
  const streets = fitAddressLines(recipient.addressLines, { fields: 2, charactersMax: LENGTHS.addressLine })
  if (streets === undefined)
    throw new Invalid(
      'GoodCang takes an address of two lines with 50 characters each.',
      'recipient.addressLines',
    )
  const city = needed(recipient.city, LENGTHS.city, 'recipient.city')
  // It wants a province of countries too that have none: the city stands for it.
  const province = needed(recipient.region?.trim() || city, LENGTHS.province, 'recipient.region')
  if (!/^[A-Z]{2}$/.test(recipient.country))
    throw new Invalid('GoodCang takes a country of two capital letters.', 'recipient.country')
  return {
    reference_no: request.shipmentId,
    platform: 'OTHER',
    shipping_method: method,
    warehouse_code: locationId,
    country_code: recipient.country,
    province,
    city,
    company: optional(recipient.company, LENGTHS.company, 'recipient.company'),
    address1: streets[0],
    address2: streets[1] ?? '',
    zipcode: needed(recipient.postalCode ?? '', LENGTHS.zipcode, 'recipient.postalCode'),
    name: name[0],
    last_name: name[1] ?? '',
    phone: optional(recipient.phone, LENGTHS.phone, 'recipient.phone'),
    email: optional(recipient.email, LENGTHS.email, 'recipient.email'),
    order_desc: note === undefined ? '' : [...note].slice(0, LENGTHS.note).join(''),
    payment_time: toBeijingTime(request.placedAt),
    // Approved at once; what is not would wait as a draft.
    verify: 1,
    items,
  }
}

/** One for each SKU: what ships comes back by SKU. The order's number goes where a platform's would. */
function toItems(
  lines: ShipmentRequest['lines'],
  { number, currency }: ShipmentRequest,
): Record<string, unknown>[] {
  const bySku = unitsBySku(lines.map((line) => ({ ...line, sku: line.stockUnitId })))
  if (bySku.length > LINES_MAX)
    throw new Invalid(`The hub asks GoodCang for ${LINES_MAX} SKUs in one order at the most.`, 'lines')
  return bySku.map(({ sku, quantity, first }) => {
    checkSku(sku)
    // Declared in dollars whatever the order's currency.
    const value = currency === 'USD' ? first.unitValue : undefined
    return {
      product_sku: sku,
      quantity,
      transaction_id: number,
      ...(value !== undefined &&
        value >= 0.01 &&
        value <= 99_999_999.99 && { product_declared_value: value.toFixed(2) }),
    }
  })
}

/** @throws Invalid for a SKU that GoodCang cannot have */
export function checkSku(sku: string): void {
  if (sku === '' || [...sku].length > LENGTHS.sku)
    throw new Invalid(
      `GoodCang takes SKUs of 1 to ${LENGTHS.sku} characters, and ${sku.slice(0, 60)} is none.`,
      'lines.sku',
    )
}

function needed(text: string, charactersMax: number, field: string): string {
  const trimmed = text.trim()
  if (trimmed === '') throw new Invalid(`GoodCang needs ${field}.`, field)
  checkLength(trimmed, charactersMax, field)
  return trimmed
}

function optional(text: string | undefined, charactersMax: number, field: string): string {
  const trimmed = text?.trim() ?? ''
  checkLength(trimmed, charactersMax, field)
  return trimmed
}

function checkLength(text: string, charactersMax: number, field: string): void {
  if ([...text].length > charactersMax)
    throw new Invalid(`GoodCang takes ${charactersMax} characters for ${field} at the most.`, field)
}
