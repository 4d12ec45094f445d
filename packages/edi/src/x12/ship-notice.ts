import type { AdvisedLine, ShippingAdvice } from '../documents.ts'
import { findAt, getCode, getLeft, getSku, getUnits, lookUp } from '../fields.ts'
import type { EdiSet } from '../interchange.ts'
import { type Marks, toParcels } from '../parcels.ts'
import type { PartnerProfile } from '../profile.ts'
import { find, findSegment, get, getSegment, getWhole, loops, type Segment, wrong } from '../segment.ts'

type Level = { id: string; parent: string | undefined; code: string; segments: Segment[]; head: Segment }

/**
 * 856 ship notice: shipment, orders, packs and items as a tree of HL segments. What ships of an order is its advice; the
 * order is named by PRF-01, or where the profile says.
 */
export function readShipNotice(set: EdiSet, profile: PartnerProfile): ShippingAdvice[] {
  const head = getSegment(set, 'BSN')
  const levels = levelsOf(set)
  const shipment = levels.find(({ code }) => code === 'S')
  const shipped = shipment && findSegment(shipment.segments, 'DTM', ['011'])
  const route = shipment && findSegment(shipment.segments, 'TD5')
  const carrier = route && (find(route, 3) ?? find(route, 5))
  const overall = marksOf(shipment?.segments ?? [], profile)
  const items = levels
    .filter(({ code }) => code === 'I')
    .map((item) => {
      const [order, pack] = [above(item, 'O', levels), above(item, 'P', levels)]
      if (order === undefined) throw wrong(item.head, 'segment-missing', 'the item is under no order (HL O)')
      const own = marksOf(pack?.segments ?? [], profile)
      return {
        reference: referenceOf(order, profile),
        marks: own.tracking.length + own.sscc.length > 0 ? own : overall,
        line: readLine(set, item, profile),
      }
    })
  verifyCount(set, levels, profile)
  const references = [...new Set(items.map(({ reference }) => reference))]
  return references.map((reference) => ({
    reference,
    warehouseReference: get(head, 2),
    shippedAt: shipped === undefined ? getLeft(head, 3, 4, profile) : getLeft(shipped, 2, 3, profile),
    carrier: carrier === undefined ? undefined : (lookUp(profile.carriers, carrier) ?? carrier),
    parcels: toParcels(
      items
        .filter((item) => item.reference === reference)
        .map(({ marks, line }) => ({ marks, lines: [line] })),
    ),
  }))
}

function levelsOf(set: EdiSet): Level[] {
  const levels: Level[] = []
  for (const [head, ...segments] of loops(
    set.segments.filter(({ tag }) => tag !== 'CTT'),
    'HL',
  )) {
    if (head === undefined) continue
    const [id, parent] = [get(head, 1), find(head, 2)]
    if (levels.some((level) => level.id === id))
      throw wrong(head, 'named-twice', `level ${id} comes twice`, 1)
    if (parent !== undefined && !levels.some((level) => level.id === parent))
      throw wrong(head, 'code-unknown', `level ${parent} did not come before`, 2)
    levels.push({ id, parent, code: get(head, 3), segments, head })
  }
  return levels
}

/** The nearest level of this kind above; a parent always came before, so that this ends. */
function above(level: Level, code: string, levels: readonly Level[]): Level | undefined {
  const parent = levels.find(({ id }) => id === level.parent)
  if (parent === undefined || parent.code === code) return parent
  return above(parent, code, levels)
}

function referenceOf(order: Level, profile: PartnerProfile): string {
  const place = profile.references.shippingAdvice ?? { segment: 'PRF', element: 1 }
  const reference = findAt(order.segments, place)
  if (reference === undefined)
    throw wrong(order.head, 'segment-missing', `the order has no ${place.segment} that names it`)
  return reference
}

function marksOf(segments: readonly Segment[], { marks }: PartnerProfile): Marks {
  const those = (qualifiers: readonly string[]) =>
    segments.flatMap((each) => {
      const value = ['MAN', 'REF'].includes(each.tag) ? find(each, 2) : undefined
      return value !== undefined && qualifiers.includes(find(each, 1) ?? '') ? [value] : []
    })
  return { tracking: those(marks.tracking), sscc: those(marks.sscc) }
}

function readLine(set: EdiSet, { segments, head }: Level, profile: PartnerProfile): AdvisedLine {
  const inLevel = { ...set, header: head, segments }
  const [item, count] = [getSegment(inLevel, 'LIN'), getSegment(inLevel, 'SN1')]
  const pairs = Array.from({ length: 15 }, (_, at) => 2 + 2 * at)
  const lotAt = pairs.find((at) => find(item, at) === 'LT')
  const reference = findSegment(segments, 'REF', ['LI'])
  return {
    lineReference: reference && get(reference, 2),
    sku: getSku(item, pairs, profile),
    ordered: find(count, 5) === undefined ? undefined : getUnits(count, [5], [6], profile),
    quantity: getUnits(count, [2], [3], profile),
    rest: find(count, 8) === undefined ? 'never' : getCode(count, [8], profile.lineStatuses, 'line status'),
    lot: lotAt === undefined ? undefined : get(item, lotAt + 1),
    serials: segments
      .filter((each) => each.tag === 'REF' && find(each, 1) === 'SE')
      .map((each) => get(each, 2)),
  }
}

function verifyCount(set: EdiSet, levels: readonly Level[], { verifyTotals }: PartnerProfile): void {
  const total = findSegment(set.segments, 'CTT')
  if (!verifyTotals || total === undefined) return
  const items = levels.filter(({ code }) => code === 'I').length
  // Some count all levels, some the items.
  if (![items, levels.length].includes(getWhole(total, 1)))
    throw wrong(total, 'count-wrong', `says ${get(total, 1)} lines, ${items} came`, 1)
}
