/**
 * What a task tells, as a code and its facts, so that a screen can say it in its reader's language. Names, numbers of
 * orders and what a platform answered stay as they are; moments are ISO 8601; an empty text is "none".
 */
type Facts = {
  'hold-zero': { listings: number; ofListings: number; units: number }
  'hold-raise': { listings: number; ofListings: number; units: number }
  'hold-first-batch': { listings: number }
  'hold-go-live': Nothing
  oversold: { units: number }
  'decrease-refused': { quantity: number; message: string }
  /** The listing cannot be taken off sale by the hub; could not be; was. */
  'decrease-refused-by-hand': { quantity: number; message: string; platform: string }
  'decrease-refused-on-sale': { quantity: number; message: string; platform: string; why: string }
  'decrease-refused-off-sale': { quantity: number; message: string; platform: string }
  'listing-not-back': { platform: string; listing: string; message: string }
  'decrease-capped': { platform: string; shows: number; desired: number; at: string }
  'decrease-capped-unread': { platform: string; desired: number; at: string }
  /** @param because codes of the routing plan */
  'not-routed': { units: number; order: string; because: string[] }
  'shipment-refused': { warehouse: string; shipment: string; message: string }
  'shipment-cannot-cancel': { warehouse: string; shipment: string }
  'shipment-unknown': { warehouse: string; shipment: string; hours: number }
  'shipment-idle': { warehouse: string; shipment: string; hours: number }
  'shipment-held': { shipment: string; message: string }
  'shipment-short': { shipment: string; units: number; message: string }
  'shipped-anyway': { shipment: string }
  'parcel-unexpected': { shipment: string; units: number; sku: string }
  'inbound-refused': { inbound: string; warehouse: string; message: string }
  'inbound-changed': { inbound: string; warehouse: string; units: number }
  'inbound-changed-in-doubt': { inbound: string; warehouse: string; units: number }
  /** @param lines `SKU 3/10`: how many of how many did not come */
  'inbound-missing': { inbound: string; warehouse: string; lines: string[] }
  'inbound-more': { inbound: string; warehouse: string; units: number; sku: string }
  'inbound-not-awaited': { inbound: string; warehouse: string; units: number; sku: string }
  'return-refused': { return: string; warehouse: string; message: string }
  'return-refused-in-doubt': { return: string; warehouse: string; message: string }
  'return-changed': { return: string; warehouse: string }
  'return-cannot-withdraw': { return: string; warehouse: string; message: string }
  'return-came-anyway': { return: string; warehouse: string }
  'return-over': { return: string; warehouse: string; units: number; sku: string }
  'return-more': { return: string; warehouse: string; units: number; sku: string }
  'receipt-not-booked': { delivery: string; warehouse: string; message: string }
  'return-not-booked': { delivery: string; warehouse: string; message: string }
  'count-held-zero': CountHeldFacts
  'count-held-raise': CountHeldFacts
  'runs-out-one': { location: string; sku: string }
  'runs-out-many': { location: string; sku: string; items: number }
  'not-told': { channel: string; order: string; message: string }
  /** A buyer asked the channel to cancel, and the seller has yet to answer. */
  'cancel-asked': { channel: string; order: string; units: number }
  'cancel-missed': { channel: string; order: string; units: number }
  'cancel-late': { channel: string; order: string }
  'cancel-not-done': { channel: string; order: string }
  'cancel-refused': { channel: string; order: string; message: string }
  'listing-renamed': ListingFacts
  'listing-swapped': ListingFacts
  'listing-relisted': ListingFacts
  drift: { channel: string; observed: number; expected: number; drift: string; message: string }
  untracked: Nothing
  'orders-unread-notice': { connection: string; since: string }
  'orders-unread-buffer': { connection: string; since: string; units: number }
  'orders-unread-percent': { connection: string; since: string; percent: number }
  'orders-unread-zero': { connection: string; since: string }
  'access-lost': { connection: string; message: string }
  'right-missing': { connection: string; message: string }
  'webhooks-refused': { connection: string; message: string }
  'webhooks-silent': { connection: string; url: string }
  'orders-missing': { connection: string; missing: number; from: string; to: string }
}

type CountHeldFacts = { connection: string; location: string; items: number; ofItems: number; units: number }
type Nothing = Record<string, never>
/** @param other the listing that it was swapped with, or that had its SKU before */
type ListingFacts = { title: string; had: string; has: string; item: string; proposed: string; other: string }

export type ToldTask = { [Code in keyof Facts]: { code: Code; facts: Facts[Code] } }[keyof Facts]

/** What was done about a listing whose decrease was refused is told in place of the refusal alone, with its facts. */
export type ToldDeed =
  | { code: 'decrease-refused-by-hand' | 'decrease-refused-off-sale'; facts: { platform: string } }
  | { code: 'decrease-refused-on-sale'; facts: { platform: string; why: string } }
