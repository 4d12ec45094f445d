import { Malformed, type TicketOutcome } from '@plimsoll/connector-kit'
import { z } from 'zod'
import { type ItemWrite, toChains } from './level-writes.ts'
import { echoesIn } from './trading.ts'
import { toTradingError } from './trading-errors.ts'
import { compatibilityLevel, errorsIn, namespace } from './transport.ts'
import { childrenOf, readXml, textOf, writeXml, type XmlElement } from './xml.ts'

/** The file of many `ReviseInventoryStatus` requests, and what its result file says. Pure. */

/** A ticket is all that another process needs: the file, the request in it, and which row of that. */
const ticketSchema = z.tuple([
  z.literal('feed'),
  z.string().min(1),
  z.int().min(1),
  z.string().min(1),
  z.string().nullable(),
  /** What was sent. Tickets of before 28 November 2026 do not say. */
  z.int().min(0).optional(),
])
export type FeedTicket = {
  taskId: string
  messageId: number
  itemId: string
  sku: string | undefined
  /** What was sent; undefined: not known any more. */
  quantity: number | undefined
}

export function toTicket({ taskId, messageId, itemId, sku, quantity }: FeedTicket): string {
  const row = ['feed', taskId, messageId, itemId, sku ?? null]
  return JSON.stringify(quantity === undefined ? row : [...row, quantity])
}

/** Undefined for what this connector never gave out. */
export function fromTicket(ticket: string): FeedTicket | undefined {
  let json: unknown
  try {
    json = JSON.parse(ticket)
  } catch {
    return undefined
  }
  const read = ticketSchema.safeParse(json).data
  if (read === undefined) return undefined
  const [, taskId, messageId, itemId, sku, quantity] = read
  return { taskId, messageId, itemId, sku: sku ?? undefined, quantity }
}

export type FeedRequest = { messageId: number; rows: ItemWrite[] }

/** Rows of one listing in one request: eBay refuses two revisions of it at once, and works on many side by side. */
export function toRequests(items: readonly ItemWrite[]): FeedRequest[] {
  const byListing = [...Map.groupBy(items, ({ unit }) => unit.itemId).values()]
  return byListing.flatMap((rows) => toChains(rows).flat()).map((rows, at) => ({ messageId: at + 1, rows }))
}

export function toFeedFile(requests: readonly FeedRequest[], siteId: number): string {
  const bodies = requests.map(({ messageId, rows }) =>
    writeXml('ReviseInventoryStatusRequest', {
      Version: compatibilityLevel,
      ErrorLanguage: 'en_US',
      MessageID: messageId,
      InventoryStatus: rows.map(({ unit, write }) => ({
        ItemID: unit.itemId,
        SKU: unit.sku,
        Quantity: write.quantity,
      })),
    }).replace('>', ` xmlns="${namespace}">`),
  )
  const header = writeXml('Header', { SiteID: siteId, Version: compatibilityLevel })
  return `<?xml version="1.0" encoding="UTF-8"?>\n<BulkDataExchangeRequests>\n${[header, ...bodies].join('\n')}\n</BulkDataExchangeRequests>`
}

/** Each request's answer by its number. @throws Malformed */
export function readResults(text: string): ReadonlyMap<number, XmlElement> {
  let root: XmlElement
  try {
    root = readXml(text)
  } catch (cause) {
    throw new Malformed('outcomes: the result file is not the XML it should be', text, true, { cause })
  }
  return new Map(
    childrenOf(root, 'ReviseInventoryStatusResponse').map((answer) => [
      Number(textOf(answer, 'CorrelationID')),
      answer,
    ]),
  )
}

/**
 * What became of a row. What is echoed was taken; but an echo counts what was sold, too, so that any number but the one that was
 * sent leaves it unknown, to be read back. So is what no error names.
 */
export function outcomeOf(
  { itemId, sku, quantity }: FeedTicket,
  answer: XmlElement | undefined,
):
  | { kind: 'unknown' }
  | Omit<TicketOutcome & { kind: 'applied' }, 'ticket'>
  | Omit<TicketOutcome & { kind: 'refused' }, 'ticket'> {
  if (answer === undefined) return { kind: 'unknown' }
  const echoes = echoesIn(answer)
  const echo = echoes.find((each) => each.itemId === itemId && (sku === undefined || each.sku === sku))
  if (echo !== undefined)
    return quantity === undefined || echo.quantity !== quantity
      ? { kind: 'unknown' }
      : { kind: 'applied', quantity }
  const errors = errorsIn(answer).filter(({ severity }) => severity === 'Error')
  const named = errors.find(({ values }) => sku !== undefined && values.includes(sku))
  // Of a request that took nothing the first error is about it all.
  const whole = echoes.length === 0 && textOf(answer, 'Ack') === 'Failure' ? errors[0] : undefined
  const error = named ?? whole
  return error === undefined
    ? { kind: 'unknown' }
    : { kind: 'refused', error: toTradingError(error, 'setLevels', {}) }
}
