import { z } from 'zod'

/** Every way in which the hub says what is the matter with a task; a test of the hub holds it to what the hub writes. */
export const toldCodes = [
  'hold-zero',
  'hold-raise',
  'hold-first-batch',
  'hold-go-live',
  'oversold',
  'decrease-refused',
  'decrease-refused-by-hand',
  'decrease-refused-on-sale',
  'decrease-refused-off-sale',
  'listing-not-back',
  'decrease-capped',
  'decrease-capped-unread',
  'not-routed',
  'shipment-refused',
  'shipment-cannot-cancel',
  'shipment-unknown',
  'shipment-idle',
  'shipment-held',
  'shipment-short',
  'shipped-anyway',
  'parcel-unexpected',
  'inbound-refused',
  'inbound-changed',
  'inbound-changed-in-doubt',
  'inbound-missing',
  'inbound-more',
  'inbound-not-awaited',
  'return-refused',
  'return-refused-in-doubt',
  'return-changed',
  'return-cannot-withdraw',
  'return-came-anyway',
  'return-over',
  'return-more',
  'receipt-not-booked',
  'return-not-booked',
  'count-held-zero',
  'count-held-raise',
  'runs-out-one',
  'runs-out-many',
  'not-told',
  'cancel-asked',
  'cancel-missed',
  'cancel-late',
  'cancel-not-done',
  'cancel-refused',
  'listing-renamed',
  'listing-swapped',
  'listing-relisted',
  'drift',
  'untracked',
  'orders-unread-notice',
  'orders-unread-buffer',
  'orders-unread-percent',
  'orders-unread-zero',
  'access-lost',
  'right-missing',
  'webhooks-refused',
  'webhooks-silent',
  'orders-missing',
] as const
export type ToldCode = (typeof toldCodes)[number]

export const toldFacts = z
  .record(z.string(), z.union([z.string(), z.number(), z.array(z.string())]))
  .describe('Names, numbers, instants (ISO 8601) and what a platform answered; an empty text is none.')

/** What a task tells, as a code and its facts, so that each reader can be told in their language. */
export const toldTask = z.object({ code: z.enum(toldCodes), facts: toldFacts })
export type ToldTask = z.infer<typeof toldTask>
