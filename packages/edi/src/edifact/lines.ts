import { findDay, getUnits, lookUp, writtenUnit } from '../fields.ts'
import type { PartnerProfile } from '../profile.ts'
import { find, findSegment, get, getWhole, type Segment, segment, wrong } from '../segment.ts'
import { toCompact } from '../zone.ts'

/** What the lines of all EDIFACT messages have alike: the item, its lot, our line. */

export function writeItem(
  line: {
    sku: string
    lot?: string | undefined
    expiresOn?: string | undefined
    lineReference?: string | undefined
  },
  at: number,
  profile: PartnerProfile,
): { head: Segment[]; tail: Segment[] } {
  return {
    head: [
      segment('LIN', at, undefined, [line.sku, profile.itemQualifiers[0]]),
      ...(line.lot === undefined ? [] : [segment('PIA', 1, [line.lot, 'NB'])]),
    ],
    tail: [
      ...(line.expiresOn === undefined ? [] : [segment('DTM', ['36', toCompact(line.expiresOn), '102'])]),
      ...(line.lineReference === undefined ? [] : [segment('RFF', ['LI', line.lineReference])]),
    ],
  }
}

export function readItem(loop: readonly Segment[], profile: PartnerProfile) {
  const [head] = loop
  if (head === undefined) throw new Error('a loop begins with its segment')
  const also = loop.filter(({ tag }) => tag === 'PIA')
  return {
    sku: skuOf(head, also, profile),
    lot: also.flatMap((each) => idsOf(each)).find(({ qualifier }) => qualifier === 'NB')?.id,
    expiresOn: findDay(findDate(loop, ['36', '361']), 1, 2),
    lineReference: findReference(loop, ['LI']),
  }
}

function skuOf(head: Segment, also: readonly Segment[], { itemQualifiers }: PartnerProfile): string {
  const named = [{ id: find(head, 3), qualifier: find(head, 3, 2) }, ...also.flatMap((each) => idsOf(each))]
  for (const qualifier of itemQualifiers) {
    const found = named.find((each) => each.qualifier === qualifier)?.id
    if (found !== undefined) return found
  }
  throw wrong(head, 'element-missing', `names no item by ${itemQualifiers.join(' or ')}`, 3)
}

/** PIA names up to five ids. */
function idsOf(from: Segment): { id: string | undefined; qualifier: string | undefined }[] {
  return [2, 3, 4, 5, 6].map((at) => ({ id: find(from, at), qualifier: find(from, at, 2) }))
}

/** RFF: the reference with the first of these qualifiers that is there. */
export function findReference(
  segments: readonly Segment[],
  qualifiers: readonly string[],
): string | undefined {
  const found = qualifiers.map((qualifier) => findSegment(segments, 'RFF', [qualifier])).find(Boolean)
  return found === undefined ? undefined : get(found, 1, 2)
}

/** DTM with one of these qualifiers; its format must be a day or a minute. */
export function findDate(segments: readonly Segment[], qualifiers: readonly string[]): Segment | undefined {
  const found = findSegment(segments, 'DTM', qualifiers)
  if (found !== undefined && !['102', '203', '204'].includes(find(found, 1, 3) ?? '102'))
    throw wrong(found, 'code-unknown', `the format ${find(found, 1, 3)} is not read`, 1, 3)
  return found
}

/** Quantities of a line, by their qualifiers; each stands once. */
export function quantitiesOf<T extends string>(
  loop: readonly Segment[],
  table: Readonly<Record<string, T>>,
  profile: PartnerProfile,
): Partial<Record<T, number>> {
  const found: Partial<Record<T, number>> = {}
  for (const each of loop.filter(({ tag }) => tag === 'QTY')) {
    const meaning = lookUp(table, get(each, 1))
    if (meaning === undefined)
      throw wrong(each, 'code-unknown', `the profile knows no quantity "${get(each, 1)}"`, 1)
    if (found[meaning] !== undefined && meaning !== 'ignored' && meaning !== 'none')
      throw wrong(each, 'named-twice', `two quantities of one line say ${meaning}`, 1)
    found[meaning] = getUnits(each, [1, 2], [1, 3], profile, { unitMayLack: true })
  }
  return found
}

export function writeQuantity(qualifier: string, quantity: number, profile: PartnerProfile): Segment {
  return segment('QTY', [qualifier, quantity, writtenUnit(profile).code])
}

/** CNT says how many lines (2) and units (1) there are. */
export function verifyCounts(
  segments: readonly Segment[],
  counted: { lines: number; units: number | undefined },
  profile: PartnerProfile,
): void {
  if (!profile.verifyTotals) return
  for (const [qualifier, count] of [
    ['2', counted.lines],
    ['1', counted.units],
  ] as const) {
    const total = findSegment(segments, 'CNT', [qualifier])
    if (total === undefined || count === undefined) continue
    if (Number(get(total, 1, 2)) !== count)
      throw wrong(total, 'totals-differ', `says ${get(total, 1, 2)}, ${count} came`, 1, 2)
  }
}

/** The sum of all quantities as they are written: what CNT 1 says. */
export function unitsIn(segments: readonly Segment[]): number {
  return segments.filter(({ tag }) => tag === 'QTY').reduce((sum, each) => sum + getWhole(each, 1, 2), 0)
}
