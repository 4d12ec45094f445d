import type { WarehouseReceipt, WarehouseReturn } from '@plimsoll/connector-kit'

export type DeliveryKind = 'receipt' | 'return'
export type Condition = 'sellable' | 'damaged' | 'disposed' | 'waiting'

/** Something that came in at a warehouse, as far as it was told: a delivery, or what a customer sent back. */
export type Delivery = {
  kind: DeliveryKind
  externalId: string
  place: string
  inboundId: string | null
  shipmentId: string | null
  /** Ours, of a return: as the warehouse named it, or as it was matched. */
  returnId: string | null
  number: string | null
  version: number | null
  isComplete: boolean
  /** Undefined: what is not named any more has been taken back. */
  remembersAll?: false
  lines: ToldLine[]
}

/** Units of one line in one condition, of one SKU and lot, so far, in the warehouse's stock units. */
export type ToldLine = {
  lineExternalId: string
  condition: Condition
  sku: string
  lot: string | null
  expiresOn: string | null
  receivedAt: Date
  told: number
  toldSerials: string[]
}

/** Told lines with how much of each is in the ledger. */
export type DeliveryLine = ToldLine & { booked: number; bookedSerials: string[]; problem: string | null }

export function toDelivery(
  told: { kind: 'receipt'; receipt: WarehouseReceipt } | { kind: 'return'; return: WarehouseReturn },
): Delivery {
  const from = told.kind === 'receipt' ? told.receipt : told.return
  const lines = new Map<string, ToldLine>()
  for (const { externalId, sku, quantity, condition, lot, expiresOn, serials, receivedAt } of from.lines) {
    const key = JSON.stringify([externalId, condition, sku, lot ?? null])
    const known = lines.get(key)
    lines.set(key, {
      lineExternalId: externalId,
      condition,
      sku,
      lot: lot ?? null,
      expiresOn: expiresOn ?? null,
      // Dates come back from `jsonb` as text.
      receivedAt: new Date(receivedAt),
      told: (known?.told ?? 0) + quantity,
      toldSerials: [...(known?.toldSerials ?? []), ...serials],
    })
  }
  return {
    kind: told.kind,
    externalId: from.externalId,
    place: from.locationId,
    inboundId: uuidOf('inboundId' in from ? from.inboundId : undefined),
    shipmentId: uuidOf('shipmentId' in from ? from.shipmentId : undefined),
    returnId: uuidOf('returnId' in from ? from.returnId : undefined),
    number: ('number' in from ? from.number : undefined) ?? null,
    version: from.version ?? null,
    isComplete: from.isComplete,
    ...(from.remembersAll === false && { remembersAll: false as const }),
    lines: [...lines.values()],
  }
}

export type ToldVerdict =
  | { kind: 'older' }
  | { kind: 'told'; isNew: boolean; isComplete: boolean; lines: DeliveryLine[] }

/**
 * What is known of a delivery once this was told. With versions the newest counts, whatever came first. Without them figures are
 * so far, and only grow: of a line what was told with fewer units is older. Pure.
 */
export function decideTold(
  known: { version: number | null; isComplete: boolean; lines: readonly DeliveryLine[] } | undefined,
  told: Delivery,
): ToldVerdict {
  const before = known?.lines ?? []
  const isVersioned = told.version !== null && known?.version != null
  if (told.version !== null && known?.version != null && told.version < known.version)
    return { kind: 'older' }
  const names = [...new Set([...before, ...told.lines].map(({ lineExternalId }) => lineExternalId))].sort()
  const lines = names.flatMap((name) => {
    const was = before.filter(({ lineExternalId }) => lineExternalId === name)
    const is = told.lines.filter(({ lineExternalId }) => lineExternalId === name)
    const isForgotten = told.remembersAll === false && is.length === 0
    return !isForgotten && (isVersioned || isNewer(was, is)) ? replaced(was, is) : was
  })
  const isComplete = isVersioned ? told.isComplete : told.isComplete || (known?.isComplete ?? false)
  const isNew =
    known === undefined || isComplete !== known.isComplete || contentOf(lines) !== contentOf(before)
  return { kind: 'told', isNew, isComplete, lines }
}

function isNewer(was: readonly ToldLine[], is: readonly ToldLine[]): boolean {
  const sum = (lines: readonly ToldLine[]) => lines.reduce((total, { told }) => total + told, 0)
  const last = (lines: readonly ToldLine[]) =>
    Math.max(0, ...lines.map(({ receivedAt }) => receivedAt.getTime()))
  return sum(is) > sum(was) || (sum(is) === sum(was) && last(is) >= last(was))
}

/** What is not named any more stays, as nothing: what was booked of it must be taken off again. */
function replaced(was: readonly DeliveryLine[], is: readonly ToldLine[]): DeliveryLine[] {
  const gone = was
    .filter((line) => !is.some((other) => isOfSame(other, line)))
    .map((line) => ({ ...line, told: 0, toldSerials: [] }))
  const told = is.map((line) => {
    const known = was.find((other) => isOfSame(other, line))
    return { booked: 0, bookedSerials: [], problem: null, ...known, ...line }
  })
  return [...gone, ...told]
}

/** A line that is corrected to another SKU or lot is another: what was booked of the first comes off. */
function isOfSame(one: ToldLine, other: ToldLine): boolean {
  return one.condition === other.condition && one.sku === other.sku && one.lot === other.lot
}

function contentOf(lines: readonly DeliveryLine[]): string {
  const content = lines.map(({ problem: _, booked: __, bookedSerials: ___, ...told }) => told)
  const key = ({ lineExternalId, condition, sku, lot }: ToldLine) =>
    JSON.stringify([lineExternalId, condition, sku, lot])
  return JSON.stringify(
    content.sort((a, b) => (key(a) < key(b) ? -1 : 1)).map((line) => Object.entries(line).sort()),
  )
}

/** Waiting units are not on hand until they are inspected. Disposed ones never are, but their order has them back. */
function isBooked(kind: DeliveryKind, { condition }: Pick<ToldLine, 'condition'>): boolean {
  if (condition === 'disposed') return kind === 'return'
  return condition !== 'waiting'
}

/** What of a delivery is not in the ledger as it was told. What must come off goes first: too little harms nobody. */
export function toBook(kind: DeliveryKind, lines: readonly DeliveryLine[]): DeliveryLine[] {
  return lines
    .filter((line) => isBooked(kind, line))
    .flatMap(inSteps)
    .filter((line) => line.told !== line.booked)
    .sort((a, b) => Number(a.told > a.booked) - Number(b.told > b.booked))
}

/** Where other single units came than those that are booked, these come off first, however many there are of both. */
function inSteps(line: DeliveryLine): DeliveryLine[] {
  const { told, toldSerials, booked, bookedSerials } = line
  const both = toldSerials.filter((serial) => bookedSerials.includes(serial))
  const isKnown = toldSerials.length === told && bookedSerials.length === booked
  if (!isKnown || both.length === Math.min(told, booked)) return [line]
  return [
    { ...line, told: both.length, toldSerials: both },
    { ...line, booked: both.length, bookedSerials: both },
  ]
}

function uuidOf(id: string | undefined): string | null {
  return id !== undefined && UUID.test(id) ? id.toLowerCase() : null
}
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
