import type { CatalogueItem, HandOrderKind, ItemRow } from '@plimsoll/client'
import type { NewOrder, NewOrderRecipient } from '@plimsoll/client/client'

/** An order as it is being typed in. Pure: what follows from it is worked out here, and nothing is asked. */

export const orderKinds: readonly HandOrderKind[] = ['manual', 'b2b', 'sample', 'point-of-sale']

/** What is there of an item, at each location. Base units. */
export type Free = { all: number; at: Readonly<Record<string, number>> }

export type DraftLine = {
  sku: string
  name: string
  /** As it stands in its field. */
  quantity: string
  /** Code of the unit; the base unit's: none. */
  unit: string
  baseUnit: string
  units: readonly { code: string; factor: number }[]
  free: Free
  /** A day, as 2026-12-01: a pre-order; '': at once. */
  shipsFrom: string
}

export type Draft = {
  kind: HandOrderKind
  number: string
  /** Code; '': by the rules. */
  location: string
  reference: string
  note: string
  /** A day; '': none. */
  shipBy: string
  backorder: boolean
  lines: readonly DraftLine[]
  recipient: Readonly<Record<RecipientField, string>>
}

export const recipientFields = [
  'name',
  'company',
  'address',
  'address2',
  'postalCode',
  'city',
  'region',
  'country',
  'phone',
  'email',
] as const
export type RecipientField = (typeof recipientFields)[number]

export const emptyDraft: Draft = {
  kind: 'manual',
  number: '',
  location: '',
  reference: '',
  note: '',
  shipBy: '',
  backorder: false,
  lines: [],
  recipient: Object.fromEntries(recipientFields.map((field) => [field, ''])) as Draft['recipient'],
}

/** A line of an item that was just chosen. @param codes of locations, by their ids */
export function toDraftLine(
  item: Pick<CatalogueItem, 'sku' | 'name' | 'baseUnit' | 'units'>,
  stock: Pick<ItemRow, 'available' | 'locations'> | undefined,
  codes: ReadonlyMap<string, string>,
  unit = '',
): DraftLine {
  const at = (stock?.locations ?? []).flatMap(({ locationId, available }) => {
    const code = codes.get(locationId)
    return code === undefined ? [] : [[code, available] as const]
  })
  const { sku, name, baseUnit, units } = item
  return {
    sku,
    name,
    quantity: '1',
    unit: unit === baseUnit ? '' : unit,
    baseUnit,
    units,
    free: { all: stock?.available ?? 0, at: Object.fromEntries(at) },
    shipsFrom: '',
  }
}

/** Base units of a line; undefined: what stands in its field is no quantity. */
export function unitsOf({ quantity, unit, units }: DraftLine): number | undefined {
  const typed = /^\d{1,9}$/.test(quantity.trim()) ? Number(quantity) : undefined
  if (typed === undefined || typed < 1) return undefined
  const factor = unit === '' ? 1 : units.find(({ code }) => code === unit)?.factor
  return factor === undefined ? undefined : typed * factor
}

/** What of a line's item is free, where the order is to be sent from. */
export function freeFor({ free }: DraftLine, location: string): number {
  return Math.max(0, location === '' ? free.all : (free.at[location] ?? 0))
}

/** Base units that are ordered beyond what is free, all lines of the item together; pre-orders need not be there yet. */
export function shortOf(line: DraftLine, { lines, location }: Pick<Draft, 'lines' | 'location'>): number {
  if (line.shipsFrom !== '') return 0
  const wanted = lines
    .filter(({ sku, shipsFrom }) => sku === line.sku && shipsFrom === '')
    .reduce((sum, each) => sum + (unitsOf(each) ?? 0), 0)
  return Math.max(0, wanted - freeFor(line, location))
}

/** What keeps the order from being made, as the key of a sentence; undefined: nothing. */
export function hindranceOf(
  draft: Draft,
): 'noLines' | 'noQuantity' | 'short' | 'saleWhere' | 'toWhom' | undefined {
  if (draft.lines.length === 0) return 'noLines'
  if (draft.lines.some((line) => unitsOf(line) === undefined)) return 'noQuantity'
  if (draft.kind === 'point-of-sale' && draft.location === '') return 'saleWhere'
  const { recipient } = draft
  const needed = (['name', 'address', 'city', 'country'] as const).filter(
    (field) => recipient[field].trim() === '',
  )
  const isAnySaid = recipientFields.some((field) => recipient[field].trim() !== '')
  if (isAnySaid && needed.length > 0) return 'toWhom'
  if (!draft.backorder && draft.lines.some((line) => shortOf(line, draft) > 0)) return 'short'
  return undefined
}

/** As the hub takes it; days are of the reader's own clock. */
export function toNewOrder(draft: Draft): NewOrder {
  const { kind, backorder, lines } = draft
  const said = (text: string) => (text.trim() === '' ? undefined : text.trim())
  const [number, location, reference, note] = [draft.number, draft.location, draft.reference, draft.note].map(
    said,
  )
  const recipient = toRecipient(draft.recipient)
  return {
    kind,
    ...(number !== undefined && { number }),
    ...(location !== undefined && { location }),
    ...(reference !== undefined && { reference }),
    ...(note !== undefined && { note }),
    ...(draft.shipBy !== '' && { shipBy: endOf(draft.shipBy) }),
    ...(recipient !== undefined && { recipient }),
    ...(backorder && { backorder }),
    lines: lines.map(({ sku, quantity, unit, shipsFrom }) => ({
      sku,
      quantity: Number(quantity),
      ...(unit !== '' && { unit }),
      ...(shipsFrom !== '' && { shipsFrom: new Date(`${shipsFrom}T00:00:00`).toISOString() }),
    })),
  }
}

function toRecipient(typed: Draft['recipient']): NewOrderRecipient | undefined {
  const said = (field: RecipientField) => (typed[field].trim() === '' ? undefined : typed[field].trim())
  const [name, address, city, country] = [said('name'), said('address'), said('city'), said('country')]
  if (name === undefined || address === undefined || city === undefined || country === undefined)
    return undefined
  const [company, address2, region] = [said('company'), said('address2'), said('region')]
  const [postalCode, phone, email] = [said('postalCode'), said('phone'), said('email')]
  return {
    name,
    city,
    country: country.toUpperCase(),
    addressLines: [address, ...(address2 === undefined ? [] : [address2])],
    ...(company !== undefined && { company }),
    ...(region !== undefined && { region }),
    ...(postalCode !== undefined && { postalCode }),
    ...(phone !== undefined && { phone }),
    ...(email !== undefined && { email }),
  }
}

function endOf(day: string): string {
  return new Date(`${day}T23:59:59`).toISOString()
}
