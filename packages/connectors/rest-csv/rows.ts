import {
  type ExternalLevel,
  type ExternalListing,
  type ExternalOrder,
  Malformed,
  type OrderLine,
  type Recipient,
} from '@plimsoll/connector-kit'
import type { Evaluated } from '@plimsoll/connector-kit/expressions'
import { z } from 'zod'
import type { Definition } from './definition.ts'

/** What maps make of the platform's rows, held to what the hub is promised. Numbers may come as texts, as CSV has them. */

const id = z.union([z.string(), z.number()]).transform(String).pipe(z.string().min(1).max(500))
const optionalText = z
  .union([z.string(), z.number()])
  .nullish()
  .transform((value) => (value === undefined || value === null || value === '' ? undefined : String(value)))

const flag = z.preprocess((value) => {
  if (typeof value !== 'string' && typeof value !== 'number') return value
  const text = String(value).trim().toLowerCase()
  if (/^(true|yes|y|1)$/.test(text)) return true
  return /^(false|no|n|0)$/.test(text) ? false : value
}, z.boolean())

/** A whole number; what is absent stays absent, never 0 (I12). A fraction is no number of units: not counted. */
const quantity = z
  .preprocess((value) => {
    if (typeof value !== 'string') return value
    const text = value.trim()
    if (text === '') return undefined
    return /^-?\d{1,15}(\.\d+)?$/.test(text) ? Number(text) : value
  }, z.number().nullish())
  .transform((value) => (value === null || !Number.isSafeInteger(value) ? undefined : value))

const units = z.preprocess((value) => {
  if (typeof value === 'string' && /^\s*\d{1,15}(\.0+)?\s*$/.test(value)) return Number(value)
  return value
}, z.int().min(0))

/** A moment: ISO 8601 with its zone, seconds or milliseconds since 1970. A text without a zone could be any. */
const moment = z.union([z.string(), z.number()]).transform((value, context): Date => {
  const text = String(value).trim()
  const date = /^\d+(\.\d+)?$/.test(text) ? fromNumber(Number(text)) : new Date(text)
  const hasZone = /^\d+(\.\d+)?$|(Z|[+-]\d{2}:?\d{2})$/i.test(text)
  if (!hasZone || Number.isNaN(date.getTime())) {
    context.addIssue({ code: 'custom', message: 'give a moment with its zone, such as 2026-11-26T10:00:00Z' })
    return z.NEVER
  }
  return date
})

/** Seconds are ten digits until the year 2286. */
function fromNumber(value: number): Date {
  return new Date(value < 100_000_000_000 ? value * 1_000 : value)
}

const listing = z
  .object({
    externalId: id,
    sku: optionalText,
    barcode: optionalText,
    title: optionalText,
    stockUnitId: id.optional(),
    tracked: flag.default(true),
    state: z.enum(['active', 'inactive', 'gone']).default('active'),
    sellsBeyondZero: flag.default(false),
    fulfilledBy: z.enum(['merchant', 'platform']).default('merchant'),
  })
  .transform(
    ({ stockUnitId, title, ...row }): ExternalListing => ({
      ...row,
      title: title ?? '',
      stockUnitId: stockUnitId ?? row.externalId,
    }),
  )

const level = (locations: readonly { id: string }[]) =>
  z
    .object({ stockUnitId: id, locationId: id.optional(), quantity })
    .transform((row, context): ExternalLevel => {
      const locationId = row.locationId ?? (locations.length === 1 ? locations[0]?.id : undefined)
      if (locationId === undefined) {
        context.addIssue({ code: 'custom', path: ['locationId'], message: 'there are several: say which' })
        return z.NEVER
      }
      return { stockUnitId: row.stockUnitId, locationId, quantity: row.quantity, updatedAt: undefined }
    })

const account = z.object({ id, name: optionalText, currency: optionalText })

const line = z.object({
  externalId: id,
  listingExternalId: optionalText,
  sku: optionalText,
  title: optionalText,
  ordered: units,
  current: units.optional(),
  shipped: units.optional(),
  returned: units.optional(),
  subtracted: z.enum(['yes', 'no', 'unknown']).optional(),
})

const order = z.object({
  externalId: id,
  number: optionalText,
  status: z.union([z.string(), z.number()]).transform(String),
  placedAt: moment,
  /** A number that grows, or the moment of the last change. */
  version: z.union([z.int().min(0), moment.transform((at) => at.getTime())]).optional(),
  currency: optionalText,
  test: flag.default(false),
  locationId: optionalText,
  // Where it goes, as far as routing needs to know.
  country: optionalText,
  region: optionalText,
  postalCode: optionalText,
  city: optionalText,
  shipBy: z.preprocess((value) => (value === '' || value === null ? undefined : value), moment.optional()),
  shippingMethod: optionalText,
})

const recipient = z.object({
  name: id,
  company: optionalText,
  addressLines: z.union([z.array(z.string()), z.string().transform((line) => [line])]),
  city: optionalText,
  region: optionalText,
  postalCode: optionalText,
  country: optionalText,
  phone: optionalText,
  email: optionalText,
})

const write = z.object({
  stockUnitId: id,
  locationId: id.optional(),
  quantity,
  error: optionalText,
  message: optionalText,
})
export type WriteRow = z.infer<typeof write>

export const readListing = (field: string, row: Evaluated): ExternalListing => read(field, listing, row)
export const readLevel = (field: string, row: Evaluated, { locations }: Definition): ExternalLevel =>
  read(field, level(locations), row)
export const readAccount = (field: string, row: Evaluated) => read(field, account, row)
export const readWrite = (field: string, row: Evaluated): WriteRow => read(field, write, row)
export const readQuantity = (field: string, row: Evaluated): number | undefined => read(field, quantity, row)

/** @throws Malformed for a status that the definition does not name: it is parked, never guessed */
export function readOrder(
  row: Evaluated,
  lines: readonly Evaluated[],
  { orders }: Definition,
): ExternalOrder {
  const { status, country, region, postalCode, city, shipBy, shippingMethod, ...head } = read(
    'orders.map',
    order,
    row,
  )
  const known = Object.hasOwn(orders.statuses, status) ? orders.statuses[status] : undefined
  if (known === undefined)
    throw new Malformed(
      `Order ${head.externalId} has the status "${status}". Say what it means in orders.statuses of the definition.`,
      status,
    )
  const mapped = lines.map((each) => toLine(read('orders.line', line, each), known))
  const ids = new Set(mapped.map(({ externalId }) => externalId))
  if (ids.size !== mapped.length)
    throw new Malformed(`Two lines of order ${head.externalId} have one id.`, '')
  return {
    ...head,
    number: head.number ?? head.externalId,
    version: head.version,
    state: known.state,
    ...(country !== undefined &&
      isCountry(country) && { destination: { country, region, postalCode, city } }),
    ...(shipBy !== undefined && { shipBy }),
    ...(shippingMethod !== undefined && { shippingMethod }),
    lines: mapped,
  }
}

function isCountry(text: string): boolean {
  return /^[A-Z]{2}$/.test(text)
}

/** Undefined where the platform says nobody: the map makes nothing, or names no country or street. */
export function readRecipient(row: Evaluated): Recipient | undefined {
  if ('value' in row && (row.value === undefined || row.value === null)) return undefined
  const { country, city = '', addressLines, ...rest } = read('orders.recipient.map', recipient, row)
  const lines = addressLines.flatMap((line) => line.trim() || [])
  if (country === undefined || !isCountry(country) || lines.length === 0) return undefined
  return { ...rest, country, city, addressLines: lines }
}

function toLine(
  { ordered, current = ordered, shipped = 0, returned = 0, ...row }: z.infer<typeof line>,
  status: Definition['orders']['statuses'][string],
): OrderLine {
  const isCancelled = status.state === 'cancelled'
  const promised = isCancelled ? shipped : current
  if (promised > ordered || shipped > promised || returned > shipped)
    throw new Malformed(
      `Line ${row.externalId}: returned ≤ shipped ≤ current ≤ ordered does not hold.`,
      JSON.stringify(row),
    )
  return {
    externalId: row.externalId,
    listingExternalId: row.listingExternalId,
    sku: row.sku,
    title: row.title ?? '',
    ordered,
    current: promised,
    shipped,
    returned,
    subtracted: row.subtracted ?? status.subtracted,
  }
}

/** @throws Malformed naming the field of the definition and that of the row */
function read<T>(field: string, schema: z.ZodType<T>, row: Evaluated): T {
  if ('problem' in row) throw new Malformed(`${field}: ${row.problem}.`, '')
  const parsed = schema.safeParse(row.value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const where = [field, ...(issue?.path ?? [])].map(String).join('.')
  throw new Malformed(
    `${where}: ${issue?.message ?? 'wrong shape'}.`,
    JSON.stringify(row.value) ?? '',
    true,
    {
      cause: parsed.error,
    },
  )
}
