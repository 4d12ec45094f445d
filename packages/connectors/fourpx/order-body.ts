import { Invalid, type ShipmentRequest, unitsBySku, usualMethodOf } from '@plimsoll/connector-kit'
import { LINES_MAX } from './limits.ts'
import type { Settings } from './settings.ts'

/** What 4PX is sent (`fu.wms.outbound.create`); what it says that it needs is looked for before. */
export function toOrderBody(request: ShipmentRequest, settings: Settings): Record<string, unknown> {
  const { recipient, lines, locationId, number, note } = request
  const method = usualMethodOf(settings.shippingMethods, locationId, request.method)
  if (method === undefined)
    throw new Invalid(
      `4PX needs a shipping product for ${locationId}: name one for it in the connection’s settings.`,
      'method',
    )
  if (lines.some(({ lot }) => lot !== undefined))
    throw new Invalid('4PX chooses batches itself.', 'lines.lot')
  const bySku = unitsBySku(lines.map((line) => ({ ...line, sku: line.stockUnitId })))
  if (bySku.length > LINES_MAX)
    throw new Invalid(`4PX takes ${LINES_MAX} SKUs in one consignment at the most.`, 'lines')
  const street = recipient.addressLines
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join(', ')
  const state = recipient.region?.trim() ?? ''
  const city = recipient.city.trim()
  if (street === '') throw new Invalid('4PX needs a street.', 'recipient.addressLines')
  if (recipient.name.trim() === '') throw new Invalid('4PX needs a name.', 'recipient.name')
  if (city === '') throw new Invalid('4PX needs a city.', 'recipient.city')
  if (!/^[A-Z]{2}$/.test(recipient.country))
    throw new Invalid('4PX takes a country of two capital letters.', 'recipient.country')
  return {
    ref_no: request.shipmentId,
    from_warehouse_code: locationId,
    consignment_type: 'S',
    logistics_service_info: {
      logistics_product_code: method,
      return_service: 'N',
      signature_service: 'N',
    },
    sales_no: number,
    remark: [...(note ?? '')].slice(0, 200).join(''),
    oconsignment_desc: {
      country: recipient.country,
      state,
      city,
      district: '',
      post_code: recipient.postalCode?.trim() ?? '',
      street,
      house_number: '',
      company: recipient.company?.trim() ?? '',
      last_name: '',
      first_name: recipient.name.trim(),
      phone: recipient.phone?.trim() ?? '',
      email: recipient.email?.trim() ?? '',
    },
    oconsignment_sku: bySku.map(({ sku, quantity }) => ({
      sku_code: sku,
      qty: quantity,
      stock_quality: 'G',
    })),
  }
}
