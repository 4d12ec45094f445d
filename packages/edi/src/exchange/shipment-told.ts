import type { Parcel, WarehouseShipment } from '@plimsoll/connector-kit'
import type { Acknowledgement, AdvisedLine, AdvisedParcel, ShippingAdvice } from '../documents.ts'
import { acknowledgementKindOf, type PartnerProfile } from '../profile.ts'
import { fromReference } from '../reference.ts'
import { lineFormOf } from './hub-side.ts'

/** A request of ours and all that the partner has said of it so far, in whatever order it came. */
export type ToldShipment = {
  shipmentId: string
  reference: string
  lines: readonly { lineReference?: string | undefined; sku: string; quantity: number }[]
  /** When it was where the partner fetches it; undefined: it is not there yet. */
  sentAt: Date | undefined
  acknowledgement: Acknowledgement | undefined
  /** That of our wish to cancel it: undefined where we have not asked. */
  cancel: { acknowledgement: Acknowledgement | undefined } | undefined
  /** In the order in which they came: names of parcels rest on it (`namesOfParcels`), and nothing else. */
  advices: readonly KeyedAdvice[]
}

type KeyedAdvice = { key: string; advice: ShippingAdvice }

/** From when on a request without an acknowledgement is a problem. */
export function lateFrom(told: ToldShipment, profile: PartnerProfile): Date | undefined {
  const { sentAt, acknowledgement, advices } = told
  if (acknowledgementKindOf(profile) === 'none') return undefined
  if (sentAt === undefined || acknowledgement !== undefined || advices.length > 0) return undefined
  return new Date(sentAt.getTime() + profile.acknowledgements.withinMinutes * 60_000)
}

/**
 * How a shipment stands. What left counts before what was acknowledged: an advice may overtake it. The result depends on
 * what was said alone, not on the order in which it came, nor on how often; only the names of parcels do (`namesOfParcels`).
 */
export function decideShipment(told: ToldShipment, now: Date, profile: PartnerProfile): WarehouseShipment {
  const late = lateFrom(told, profile)
  const isLate = late !== undefined && now >= late
  const common = {
    externalId: told.reference,
    shipmentId: told.shipmentId,
    // What is known only grows, and an acknowledgement is more than its absence.
    version:
      (isLate ? 1 : 0) +
      (told.acknowledgement === undefined ? 0 : 2) +
      (told.cancel?.acknowledgement === undefined ? 0 : 2) +
      4 * told.advices.length,
  }
  if (told.advices.length > 0) return { ...common, ...decideByAdvices(told, profile) }
  const { acknowledgement, cancel } = told
  if (acknowledgement !== undefined && !acknowledgement.isAccepted)
    return {
      ...common,
      state: 'rejected',
      problem: { code: 'edi-rejected', message: describeRejection(acknowledgement) },
      parcels: [],
    }
  if (cancel?.acknowledgement?.isAccepted === true && profile.cancel.confirmedBy === 'acknowledgement')
    return { ...common, state: 'cancelled', problem: undefined, parcels: [] }
  if (isLate)
    return {
      ...common,
      state: 'held',
      problem: {
        code: 'not-acknowledged',
        message: `The partner has not acknowledged it within ${profile.acknowledgements.withinMinutes} minutes.`,
      },
      parcels: [],
    }
  const refused = cancel?.acknowledgement
  return {
    ...common,
    state: 'received',
    problem:
      refused === undefined || refused.isAccepted
        ? undefined
        : { code: 'cancel-rejected', message: describeRejection(refused) },
    parcels: [],
  }
}

function decideByAdvices(
  told: ToldShipment,
  profile: PartnerProfile,
): Pick<WarehouseShipment, 'state' | 'problem' | 'parcels'> {
  const ordered = told.advices.toSorted(
    (one, other) =>
      one.advice.shippedAt.getTime() - other.advice.shippedAt.getTime() || (one.key < other.key ? -1 : 1),
  )
  const nameOf = namesOfParcels(told.advices)
  const parcels = new Map<string, Parcel>()
  // Told again with other lines it is a correction.
  for (const each of ordered)
    for (const [at, parcel] of each.advice.parcels.entries()) {
      const read = toParcel(parcel, each.advice, nameOf(each, at), profile)
      if (read !== undefined) parcels.set(read.externalId, read)
    }
  const missing = missingOf(told, [...parcels.values()])
  const short = missing.map(({ sku, sent, quantity }) => `${sku}: ${sent} of ${quantity}`).join('; ')
  const hasUnits = [...parcels.values()].some(({ lines }) => lines.length > 0)
  // Of a shipment that was to be cancelled, and of which nothing has left, what is not named will not leave.
  const unnamed = hasUnits || told.cancel === undefined ? profile.shippingAdvices.unnamed : 'never'
  if (missing.some(({ sku }) => restOf(sku, told, ordered, unnamed) === 'later'))
    return {
      state: 'working',
      problem: { code: 'later', message: `The rest is to come. ${short}` },
      parcels: [...parcels.values()],
    }
  if (!hasUnits)
    return told.cancel === undefined
      ? {
          state: 'rejected',
          problem: { code: 'nothing-shipped', message: 'The warehouse says that nothing of it ships.' },
          parcels: [],
        }
      : { state: 'cancelled', problem: undefined, parcels: [] }
  return {
    state: 'shipped',
    problem: missing.length === 0 ? undefined : { code: 'short', message: short },
    parcels: [...parcels.values()],
  }
}

/**
 * What each parcel is called. The hub counts a parcel once by its name, whatever is said of it later, so names must not
 * change. A container code is one box. A tracking number may be a freight bill over several advices, which the warehouse's
 * own reference tells apart: the advice that came first has the number alone.
 */
function namesOfParcels(advices: readonly KeyedAdvice[]): (of: KeyedAdvice, at: number) => string {
  const firstUnder = new Map<string, string | undefined>()
  for (const { advice } of advices)
    for (const { sscc, trackingNumber } of advice.parcels)
      if (sscc === undefined && trackingNumber !== undefined && !firstUnder.has(trackingNumber))
        firstUnder.set(trackingNumber, advice.warehouseReference)
  return ({ key, advice }, at) => {
    const { sscc, trackingNumber } = advice.parcels[at] ?? {}
    const { warehouseReference } = advice
    if (sscc !== undefined) return sscc
    if (trackingNumber === undefined) return `${warehouseReference ?? key}/${at + 1}`
    // Without a reference nothing tells another load from the same one told again.
    if (warehouseReference === undefined || firstUnder.get(trackingNumber) === warehouseReference)
      return trackingNumber
    return `${trackingNumber} ${warehouseReference}`
  }
}

/** Whether what is missing of a SKU is still to come, by the newest advice that names it or the line that it was asked by. */
function restOf(
  sku: string,
  told: ToldShipment,
  ordered: readonly KeyedAdvice[],
  unnamed: 'later' | 'never',
): 'later' | 'never' {
  const asked = told.lines.flatMap((line) => (line.sku === sku ? (line.lineReference ?? []) : []))
  const linesOf = ({ advice }: KeyedAdvice) => advice.parcels.flatMap(({ lines }) => lines)
  const isAbout = (line: AdvisedLine) =>
    line.sku === sku || (line.lineReference !== undefined && asked.includes(line.lineReference))
  const newest = ordered.findLast((each) => linesOf(each).some(isAbout))
  // An advice without lines is of the whole: nothing of it ships.
  if (newest === undefined) return ordered.some((each) => linesOf(each).length > 0) ? unnamed : 'never'
  return linesOf(newest).some((line) => isAbout(line) && line.rest === 'later') ? 'later' : 'never'
}

/** Undefined: nothing was in it, and it has no number to follow. */
function toParcel(
  parcel: AdvisedParcel,
  advice: ShippingAdvice,
  externalId: string,
  profile: PartnerProfile,
): Parcel | undefined {
  const { trackingNumber } = parcel
  const form = lineFormOf(profile)
  const lines = parcel.lines
    .filter(({ quantity }) => quantity > 0)
    .map(({ lineReference, sku, quantity, lot, serials }) => ({
      lineId: lineReference && fromReference(lineReference, form),
      sku,
      quantity,
      lot,
      serials,
    }))
  if (lines.length === 0 && trackingNumber === undefined) return undefined
  return {
    externalId,
    carrier: advice.carrier,
    trackingNumber,
    trackingUrl: undefined,
    shippedAt: advice.shippedAt,
    lines,
  }
}

function missingOf({ lines }: ToldShipment, parcels: readonly Parcel[]) {
  const sentOf = (sku: string) =>
    parcels
      .flatMap((parcel) => parcel.lines)
      .filter((line) => line.sku === sku)
      .reduce((sum, { quantity }) => sum + quantity, 0)
  const wanted = Map.groupBy(lines, ({ sku }) => sku)
  return [...wanted].flatMap(([sku, those]) => {
    const quantity = those.reduce((sum, line) => sum + line.quantity, 0)
    const sent = sentOf(sku)
    return sent < quantity ? [{ sku, sent, quantity }] : []
  })
}

/** Which segment and element the partner's translator did not take. */
export function describeRejection({ sets, errors }: Acknowledgement): string {
  const places = sets
    .filter(({ isAccepted }) => !isAccepted)
    .flatMap((set) =>
      set.errors.map(({ tag, segmentInSet, element, component, code }) =>
        [
          set.id,
          segmentInSet !== undefined && `segment ${segmentInSet}`,
          tag,
          element !== undefined && `element ${element}${component === undefined ? '' : `.${component}`}`,
          code !== undefined && `code ${code}`,
        ]
          .filter(Boolean)
          .join(' '),
      ),
    )
  const said = [...places, ...errors.map((code) => `code ${code}`)]
  return `The partner's translator refused it${said.length === 0 ? '' : `: ${said.join('; ')}`}.`
}
