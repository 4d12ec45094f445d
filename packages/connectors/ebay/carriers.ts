/**
 * Carriers as eBay names them. What is not here is `Other`: eBay then shows the number without a link.
 * Source: Trading API `GeteBayDetails` (ShippingCarrierDetails) and
 * developer.ebay.com/devzone/xml/docs/Reference/eBay/types/ShippingCarrierCodeType.html (read 2026-11).
 */
const codes: Readonly<Record<string, string>> = {
  usps: 'USPS',
  ups: 'UPS',
  fedex: 'FedEx',
  dhl: 'DHL',
  dhlexpress: 'DHLEXPRESS',
  deutschepost: 'DeutschePost',
  royalmail: 'ROYAL_MAIL',
  parcelforce: 'Parcelforce',
  hermes: 'Hermes',
  evri: 'Hermes',
  dpd: 'DPD',
  gls: 'GLS',
  colissimo: 'COLISSIMO',
  chronopost: 'Chronopost',
  postnl: 'POSTNL',
  canadapost: 'CanadaPost',
  australiapost: 'AustraliaPost',
  chinapost: 'CHINA_POST',
  yanwen: 'Yanwen',
  '4px': 'FOUR_PX',
  yunexpress: 'YUNEXPRESS',
  sfexpress: 'SF_EXPRESS',
  ontrac: 'ONTRAC',
}

export function toCarrierCode(carrier: string): string {
  return codes[carrier.toLowerCase().replace(/[^a-z0-9]/g, '')] ?? 'Other'
}

/** eBay takes letters and digits alone. Empty where none is left. */
export function toTrackingNumber(number: string): string {
  return number.replace(/[^A-Za-z0-9]/g, '')
}
