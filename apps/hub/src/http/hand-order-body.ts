import { handOrderKind } from '@plimsoll/client'
import type { ChangedLine, HandOrderChange, NewHandOrder } from '@plimsoll/sync'
import { z } from 'zod'

const text = (max: number) => z.string().trim().min(1).max(max)
const moment = z.iso.datetime({ offset: true })

const recipient = z.strictObject({
  name: text(200),
  company: text(200).optional(),
  addressLines: z.array(text(200)).min(1).max(4).describe('Street and house number first.'),
  city: text(200),
  region: text(100).optional().describe('State or province, as its country writes it.'),
  postalCode: text(20).optional(),
  country: z
    .string()
    .trim()
    .toUpperCase()
    .regex(/^[A-Z]{2}$/, 'give the two letters of a country, such as DE')
    .describe('Two letters, ISO 3166-1.'),
  phone: text(50).optional(),
  email: z.email().max(200).optional(),
})
const quantity = z.number().positive().max(1_000_000_000)
const newLine = z.strictObject({
  sku: text(200),
  quantity: quantity.describe('In `unit`, else in base units.'),
  unit: text(30).optional().describe('Code of one of the item’s units.'),
  shipsFrom: moment.optional().describe('A pre-order: nothing of it is sent before then.'),
})
const knownLine = z.strictObject({
  lineId: z.uuid('give the id of a line of the order'),
  quantity: z.int().min(0).max(1_000_000_000).describe('In the line’s own unit, as the order shows it.'),
  shipsFrom: moment.nullable().optional(),
})
const backorder = z
  .boolean()
  .default(false)
  .describe('Taken though more is ordered than is free: the rest is sent once there is enough.')
const terms = {
  shipBy: moment.optional(),
  shippingMethod: text(200).optional(),
  recipient: recipient
    .optional()
    .describe(
      'Sealed, and forgotten a month after the order has ended; needed where a warehouse of others sends.',
    ),
  backorder,
}
/** The body of `POST /orders`, and what a file of `plimsoll order create` holds. */
export const newHandOrder = z.strictObject({
  kind: handOrderKind.describe('`point-of-sale`: it has left the location with the sale.'),
  number: text(100).optional().describe('What people call it; left out: the hub gives one.'),
  placedAt: moment.optional().describe('Left out: now.'),
  location: text(100)
    .optional()
    .describe('Code of the location that it is sent from and nowhere else; left out: by the routing rules.'),
  reference: text(200).optional().describe('The customer’s own number of it.'),
  note: text(1_000).optional(),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'give the three letters of a currency, such as EUR')
    .optional(),
  lines: z.array(newLine).min(1).max(500),
  ...terms,
})
/** The body of `PATCH /orders/:id`. */
export const handOrderChange = z.strictObject({
  location: text(100).nullable().optional().describe('For what is in no shipment yet; null: by the rules.'),
  reference: text(200).nullable().optional(),
  note: text(1_000).nullable().optional(),
  lines: z
    .array(z.union([knownLine, newLine]))
    .min(1)
    .max(500)
    .optional()
    .describe(
      'All lines that it is to have: one that is there by its id; one that is not among them is taken out.',
    ),
  ...terms,
})

type Recipient = NonNullable<NewHandOrder['recipient']>

export function toNewHandOrder(
  { lines, placedAt, shipBy, location, recipient, ...said }: z.output<typeof newHandOrder>,
  by: { key: string; actor: string },
): NewHandOrder {
  return {
    ...said,
    ...by,
    location: location ?? null,
    placedAt: toDate(placedAt),
    shipBy: toDate(shipBy),
    recipient: toRecipient(recipient),
    lines: lines.map(({ shipsFrom, ...line }) => ({ ...line, waitsUntil: toDate(shipsFrom) })),
  }
}

export function toHandOrderChange(
  { lines, shipBy, recipient, ...said }: z.output<typeof handOrderChange>,
  by: { version: number | undefined; actor: string },
): HandOrderChange {
  return {
    ...said,
    ...by,
    shipBy: toDate(shipBy),
    recipient: toRecipient(recipient),
    lines: lines?.map((line): ChangedLine => {
      if (!('lineId' in line)) return { ...line, waitsUntil: toDate(line.shipsFrom) }
      const { shipsFrom } = line
      return { ...line, waitsUntil: shipsFrom === null ? null : toDate(shipsFrom) }
    }),
  }
}

/** What was left out of an address, as the kit says it. */
function toRecipient(given: z.output<typeof recipient> | undefined): Recipient | undefined {
  if (given === undefined) return undefined
  const { name, company, addressLines, city, region, postalCode, country, phone, email } = given
  return { name, company, addressLines, city, region, postalCode, country, phone, email }
}

function toDate(at: string | undefined): Date | undefined {
  return at === undefined ? undefined : new Date(at)
}
