import { type InboundNotice, Invalid, type ShipmentRequest } from '@plimsoll/connector-kit'
import type { InboundAdvice, ShippingOrder } from '../documents.ts'
import type { PartnerProfile } from '../profile.ts'
import { type ReferenceForm, toReference } from '../reference.ts'

/** From the hub's shapes to what partners are told. Errors name the field and say nothing of who lives there. */

export function toShippingOrder(request: ShipmentRequest, profile: PartnerProfile): ShippingOrder {
  assertLocation(request.locationId, profile)
  assertRecipient(request.recipient)
  const { form } = profile.references
  if (request.lines.length === 0) throw new Invalid('A request has a line at least.', 'lines')
  return {
    purpose: 'original',
    reference: toReference(request.shipmentId, form),
    number: request.number,
    placedOn: dayOf(request.placedAt, profile),
    shipBy: request.shipBy && dayOf(request.shipBy, profile),
    locationId: request.locationId,
    recipient: request.recipient,
    method: request.method,
    note: request.note,
    lines: request.lines.map(({ lineId, sku, quantity, title, lot }) => ({
      lineReference: toReference(lineId, lineFormOf(profile)),
      sku,
      quantity,
      title,
      lot,
    })),
  }
}

export function toInboundAdvice(notice: InboundNotice, profile: PartnerProfile): InboundAdvice {
  assertLocation(notice.locationId, profile)
  const { form } = profile.references
  if (notice.lines.length === 0) throw new Invalid('A notice has a line at least.', 'lines')
  return {
    reference: toReference(notice.inboundId, form),
    number: notice.number,
    locationId: notice.locationId,
    expectedOn: notice.expectedAt && dayOf(notice.expectedAt, profile),
    carrier: notice.carrier,
    trackingNumber: notice.trackingNumber,
    lines: notice.lines.map(({ lineId, sku, quantity, lot, expiresOn }) => ({
      lineReference: toReference(lineId, lineFormOf(profile)),
      sku,
      quantity,
      lot,
      expiresOn: lot === undefined ? undefined : expiresOn,
    })),
  }
}

function assertLocation(locationId: string, { locations }: PartnerProfile): void {
  if (!locations.some(({ id }) => id === locationId))
    throw new Invalid(`The profile knows no location "${locationId}".`, 'locationId')
}

/** What no address may lack; the rest is the partner's to judge. */
function assertRecipient({ name, addressLines, city, country }: ShipmentRequest['recipient']): void {
  const lacking = {
    'recipient.name': name.trim() === '',
    'recipient.addressLines': addressLines.every((line) => line.trim() === ''),
    'recipient.city': city.trim() === '',
    'recipient.country': !/^[A-Z]{2}$/.test(country),
  }
  for (const [field, lacks] of Object.entries(lacking))
    if (lacks) throw new Invalid('The address lacks it.', field)
}

function dayOf(at: Date, { zone }: PartnerProfile): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short' }).format(at)
}

/** A line's reference has 30 characters, whatever the order's has. */
export function lineFormOf({ references: { form } }: PartnerProfile): ReferenceForm {
  return form === 'uuid' ? 'short' : form
}
