import type { WarehouseReceipt, WarehouseReturn } from '@plimsoll/connector-kit'
import type { SaidRow } from './said-rows.ts'

/** Deliveries and returns as all files together tell them. Pure. */

type Conditions = Readonly<Record<string, 'sellable' | 'damaged' | 'disposed' | 'waiting'>>
type Place = readonly { id: string }[]

export function toReceipts(said: readonly SaidRow<'receipts'>[], conditions: Conditions, places: Place) {
  return grouped(said, places).map(({ externalId, rows, position, locationId }) => {
    const receipt: WarehouseReceipt = {
      externalId,
      inboundId: rows.findLast(({ row }) => row.inboundId !== undefined)?.row.inboundId,
      version: position,
      locationId,
      isComplete: isComplete(rows),
      // Files that are older than `memoryDays` are not read again.
      remembersAll: false,
      lines: rows.map((each) => {
        const line = toLine(each)
        const condition = knownCondition(each.row.condition, conditions)
        return { ...line, condition: condition === 'sellable' ? 'sellable' : 'damaged' }
      }),
    }
    return { receipt, position }
  })
}

export function toReturns(said: readonly SaidRow<'returns'>[], conditions: Conditions, places: Place) {
  return grouped(said, places).map(({ externalId, rows, position, locationId }) => {
    const returned: WarehouseReturn = {
      externalId,
      number: rows.findLast(({ row }) => row.number !== undefined)?.row.number,
      returnId: rows.findLast(({ row }) => row.returnId !== undefined)?.row.returnId,
      shipmentId: rows.findLast(({ row }) => row.shipmentId !== undefined)?.row.shipmentId,
      version: position,
      locationId,
      isComplete: isComplete(rows),
      // Files that are older than `memoryDays` are not read again.
      remembersAll: false,
      lines: rows.map((each) => ({
        ...toLine(each),
        condition: knownCondition(each.row.condition, conditions) ?? 'waiting',
      })),
    }
    return { returned, position }
  })
}

/** Undefined: a word that nobody has explained. Nothing said is good goods. */
export function knownCondition(told: string | undefined, conditions: Conditions) {
  if (told === undefined) return 'sellable'
  if (Object.hasOwn(conditions, told)) return conditions[told]
  const plain = told.toLowerCase()
  return Object.keys(conditions).length === 0 &&
    (plain === 'sellable' || plain === 'damaged' || plain === 'disposed' || plain === 'waiting')
    ? plain
    : undefined
}

/** @returns the place that a row names; undefined: none, or one that there is not */
export function placeOf(locationId: string | undefined, places: Place): string | undefined {
  if (locationId === undefined) return places.length === 1 ? places[0]?.id : undefined
  return places.some(({ id }) => id === locationId) ? locationId : undefined
}

function grouped<Name extends 'receipts' | 'returns'>(said: readonly SaidRow<Name>[], places: Place) {
  const byId = new Map<
    string,
    { externalId: string; locationId: string; rows: SaidRow<Name>[]; position: number }
  >()
  const firstPlace = new Map<string, string>()
  for (const each of said) {
    const { externalId, locationId: told } = each.row
    const locationId = placeOf(told, places)
    if (locationId === undefined) continue
    // One paper for several places is one at each of them; the first keeps its name.
    const first = firstPlace.get(externalId) ?? locationId
    firstPlace.set(externalId, first)
    const id = first === locationId ? externalId : `${externalId} ${locationId}`
    const known = byId.get(id) ?? { externalId: id, locationId, rows: [], position: 0 }
    known.rows.push(each)
    known.position = Math.max(known.position, each.position)
    byId.set(id, known)
  }
  return [...byId.values()]
}

/** True unless the files say otherwise: most tell of a delivery once, when it has been taken in. */
function isComplete(rows: readonly { row: { complete?: boolean | undefined } }[]): boolean {
  const told = rows.findLast(({ row }) => row.complete !== undefined)
  return told?.row.complete ?? true
}

function toLine({ row, key, file }: SaidRow<'receipts'> | SaidRow<'returns'>) {
  const { sku, quantity, lot, expiresOn, serials, line, receivedAt } = row
  const externalId = line ?? row.row ?? key
  return {
    externalId,
    sku,
    quantity,
    lot,
    expiresOn,
    serials,
    receivedAt: receivedAt ?? file.saidAt ?? file.keptAt,
  }
}
