import type { Parcel, WarehouseShipment } from '@plimsoll/connector-kit'
import type { Acknowledgement, AdvisedParcel, ShippingAdvice } from '../documents.ts'
import { acknowledgementKindOf, type PartnerProfile } from '../profile.ts'
import { fromReference } from '../reference.ts'
import { lineFormOf } from './hub-side.ts'

/** A request of ours and all that the partner has said of it so far, in whatever order it came. */
export type ToldShipment = {
  shipmentId: string
  reference: string
  lines: readonly { sku: string; quantity: number }[]
  /** When it was where the partner fetches it; undefined: it is not there yet. */
  sentAt: Date | undefined
  acknowledgement: Acknowledgement | undefined
  /** That of our wish to cancel it: undefined where we have not asked. */
  cancel: { acknowledgement: Acknowledgement | undefined } | undefined
  advices: readonly { key: string; advice: ShippingAdvice }[]
}

/** From when on a request without an acknowledgement is a problem. */
export function lateFrom(told: ToldShipment, profile: PartnerProfile): Date | undefined {
  const { sentAt, acknowledgement, advices } = told
  if (acknowledgementKindOf(profile) === 'none') return undefined
  if (sentAt === undefined || acknowledgement !== undefined || advices.length > 0) return undefined
  return new Date(sentAt.getTime() + profile.acknowledgements.withinMinutes * 60_000)
}

/**
 * How a shipment stands. What left counts before what was acknowledged: an advice may overtake it. The result depends on
 * what was said alone, not on the order in which it came, nor on how often.
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
  const parcels = new Map<string, Parcel>()
  // Told again with other lines it is a correction.
  for (const { key, advice } of ordered)
    for (const [at, parcel] of advice.parcels.entries()) {
      const read = toParcel(parcel, advice, `${advice.warehouseReference ?? key}/${at + 1}`, profile)
      if (read !== undefined) parcels.set(read.externalId, read)
    }
  const missing = missingOf(told, [...parcels.values()])
  const short = missing.map(({ sku, sent, quantity }) => `${sku}: ${sent} of ${quantity}`).join('; ')
  const last = ordered.at(-1)?.advice.parcels.flatMap(({ lines }) => lines) ?? []
  if (missing.length > 0 && last.some(({ rest }) => rest === 'later'))
    return {
      state: 'working',
      problem: { code: 'later', message: `The rest is to come. ${short}` },
      parcels: [...parcels.values()],
    }
  if (![...parcels.values()].some(({ lines }) => lines.length > 0))
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

/** Undefined: nothing was in it, and it has no number to follow. */
function toParcel(
  parcel: AdvisedParcel,
  advice: ShippingAdvice,
  otherwise: string,
  profile: PartnerProfile,
): Parcel | undefined {
  const { sscc, trackingNumber } = parcel
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
    externalId: sscc ?? trackingNumber ?? otherwise,
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
