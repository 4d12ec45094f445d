import type { ReceiptAdvice } from '../documents.ts'
import {
  codeFor,
  findAt,
  findDay,
  findLocation,
  getCode,
  getInstant,
  getSku,
  getUnits,
  writtenUnit,
} from '../fields.ts'
import type { EdiSet } from '../interchange.ts'
import type { PartnerProfile } from '../profile.ts'
import {
  before,
  find,
  findSegment,
  get,
  getSegment,
  getWhole,
  loops,
  type Segment,
  segment,
  wrong,
} from '../segment.ts'
import { toCompact, toLocal } from '../zone.ts'

/** 944 stock transfer receipt advice: what was taken in, and in which condition. */
export function readReceipt(set: EdiSet, profile: PartnerProfile): ReceiptAdvice {
  const head = getSegment(set, 'W17')
  const header = before(set.segments, 'W07', 'W14')
  const place = profile.references.receipt
  const items = loops(
    set.segments.filter(({ tag }) => tag !== 'W14'),
    'W07',
  )
  verifyTotal(set, profile)
  return {
    receiptNumber: get(head, 3),
    reference: place === undefined ? find(head, 4) : findAt(header, place),
    locationId: findLocation(header, profile),
    receivedAt: getInstant(head, 2, 7, profile),
    isComplete: isComplete(head, profile),
    lines: items.flatMap((loop) => readItem(set, loop, profile)),
  }
}

/** What is no receipt of goods that came in must not be taken for one. @throws EdiProblem */
function isComplete(head: Segment, { receipts: { complete, reporting } }: PartnerProfile): boolean {
  const code = get(head, 1)
  if (complete.includes(code)) return true
  if (reporting.includes(code)) return false
  const meaning = OTHER_REPORTS[code]
  const said = meaning === undefined ? '' : ` (${meaning})`
  throw wrong(head, 'code-unknown', `"${code}"${said} is no receipt of a delivery by the profile`, 1)
}

/** Data element 514, of what a 944 may be about besides. */
const OTHER_REPORTS: Record<string, string> = {
  A: 'stock adjustment',
  B: 'book transfer',
  C: 'customer return',
  O: 'overage found at stocktaking',
  P: 'production receipt',
  S: 'shortage found at stocktaking',
  X: 'exceptions only',
}

function readItem(set: EdiSet, loop: readonly Segment[], profile: PartnerProfile): ReceiptAdvice['lines'] {
  const item = getSegment({ ...set, segments: [...loop] }, 'W07')
  const received = getUnits(item, [1], [2], profile)
  const damaged = loop
    .filter(({ tag }) => tag === 'W13')
    .filter((each) => getCode(each, [3], profile.receipts.conditions, 'condition') === 'damaged')
    .reduce((sum, each) => sum + getUnits(each, [1], [2], profile), 0)
  const { includesDamaged } = profile.receipts
  if (includesDamaged && damaged > received)
    throw wrong(item, 'totals-differ', `${damaged} damaged of ${received} received`, 1)
  const [reference, lot] = [findSegment(loop, 'N9', ['LI']), findSegment(loop, 'N9', ['LT'])]
  const line = {
    lineReference: reference && get(reference, 2),
    sku: getSku(item, [4, 6, 10], profile, 3),
    lot: lot === undefined ? find(item, 8) : get(lot, 2),
    expiresOn: findDay(lot, 4),
  }
  const sound = includesDamaged ? received - damaged : received
  const kinds = [
    { ...line, quantity: sound, condition: 'sellable' as const },
    { ...line, quantity: damaged, condition: 'damaged' as const },
  ]
  return kinds.filter(
    ({ quantity, condition }) => quantity > 0 || (condition === 'sellable' && damaged === 0),
  )
}

function verifyTotal(set: EdiSet, profile: PartnerProfile): void {
  const total = findSegment(set.segments, 'W14')
  if (!profile.verifyTotals || total === undefined) return
  const sumOf = (segments: readonly Segment[]) => segments.reduce((sum, each) => sum + getWhole(each, 1), 0)
  const received = sumOf(set.segments.filter(({ tag }) => tag === 'W07'))
  const damaged = sumOf(
    set.segments.filter(
      (each) => each.tag === 'W13' && profile.receipts.conditions[find(each, 3) ?? ''] === 'damaged',
    ),
  )
  const sum = profile.receipts.includesDamaged ? received : received + damaged
  if (getWhole(total, 1) !== sum)
    throw wrong(total, 'totals-differ', `says ${get(total, 1)} units, the lines ${sum}`, 1)
}

/** What the partner writes: for simulators and tests. */
export function writeReceipt(receipt: ReceiptAdvice, profile: PartnerProfile): Segment[] {
  const { date, time, seconds } = toLocal(receipt.receivedAt, profile.zone)
  const { conditions, includesDamaged, complete, reporting } = profile.receipts
  const [qualifier] = profile.itemQualifiers
  const unit = writtenUnit(profile).code
  const items = Map.groupBy(receipt.lines, ({ lineReference, sku, lot, expiresOn }) =>
    JSON.stringify([lineReference, sku, lot, expiresOn]),
  )
  const quantityOf = (lines: ReceiptAdvice['lines'], condition: string) =>
    lines.filter((line) => line.condition === condition).reduce((sum, { quantity }) => sum + quantity, 0)
  return [
    segment(
      'W17',
      (receipt.isComplete ? complete[0] : undefined) ?? reporting[0],
      date,
      receipt.receiptNumber,
      receipt.reference,
      undefined,
      '8',
      `${time}${seconds}`,
    ),
    ...(receipt.locationId === undefined
      ? []
      : [segment('N1', 'WH', undefined, profile.locationQualifier, receipt.locationId)]),
    ...[...items.values()].flatMap((lines) => {
      const [line] = lines
      const damaged = quantityOf(lines, 'damaged')
      const received = quantityOf(lines, 'sellable') + (includesDamaged ? damaged : 0)
      return [
        segment('W07', received, unit, undefined, qualifier, line?.sku),
        ...(line?.lineReference === undefined ? [] : [segment('N9', 'LI', line.lineReference)]),
        ...(line?.lot === undefined
          ? []
          : [segment('N9', 'LT', line.lot, undefined, line.expiresOn && toCompact(line.expiresOn))]),
        ...(damaged === 0
          ? []
          : [segment('W13', damaged, unit, codeFor(conditions, 'damaged', 'condition'))]),
      ]
    }),
    segment(
      'W14',
      receipt.lines.reduce((sum, { quantity }) => sum + quantity, 0),
    ),
  ]
}
