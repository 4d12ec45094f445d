import {
  ANNOUNCED_RETURNS,
  type AnnouncedReturn,
  Invalid,
  Malformed,
  type Page,
  type WebhookEvent,
} from '@plimsoll/connector-kit'
import { z } from 'zod'
import { type Options, PAGE_RETURNS, type WalmartApi } from './api.ts'
import type { WalmartReturn } from './returns-answers.ts'
import { toQuery, toSeconds } from './transport.ts'

/** The stream of returns that customers were granted (RMA). */
export const returnsStream = { name: ANNOUNCED_RETURNS, everyMs: 5 * 60_000, visibilityLagMs: 5 * 60_000 }

/** Walmart's own query for the page after the last one. */
const cursorSchema = z.strictObject({ next: z.string().startsWith('?') })
/** Whether a moment that is asked for is itself among the answers is not documented, and seconds are the finest there are. */
const EDGE_MS = 1_000

export async function readAnnouncedReturns(
  name: string,
  { since, cursor }: { since: Date; cursor: string | undefined },
  { api, options }: { api: WalmartApi; options: Options },
): Promise<Page<WebhookEvent>> {
  if (name !== ANNOUNCED_RETURNS) throw new Invalid(`There is no stream "${name}".`, 'stream')
  const asked = readCursor(cursor)
  const { data, date, detail } = await api.returns(asked ?? firstQuery(since), options)
  const found = data.returnOrders ?? []
  // Its contract has a cursor on every page: one without rows is the last, whatever it says.
  const next = found.length === 0 ? undefined : data.meta?.nextCursor || undefined
  if (next !== undefined && (!next.startsWith('?') || next === asked))
    throw new Malformed(`returns: the next page would be ${next}`, next, true, detail)
  return {
    rows: found.flatMap(toAnnounced).map((told) => ({
      kind: 'announced-return' as const,
      externalId: told.externalId,
      version: told.version,
      return: told,
    })),
    next: next === undefined ? undefined : JSON.stringify({ next }),
    platformTime: date,
  }
}

function firstQuery(since: Date): string {
  return `?${toQuery({
    returnLastModifiedStartDate: toSeconds(since.getTime() - EDGE_MS),
    limit: String(PAGE_RETURNS),
  })}`
}

function readCursor(cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined
  try {
    return cursorSchema.parse(JSON.parse(cursor)).next
  } catch (cause) {
    throw new Invalid('The cursor is none of this connector.', 'cursor', { cause })
  }
}

/**
 * A return order may be of several purchase orders: each is a return of its own, under one number. Units that the customer
 * may keep, or that nobody expects, are left out. Pure.
 */
export function toAnnounced({
  returnOrderId,
  returnOrderDate,
  returnOrderLines,
}: WalmartReturn): AnnouncedReturn[] {
  return [...Map.groupBy(returnOrderLines, ({ purchaseOrderId }) => purchaseOrderId)].map(
    ([orderExternalId, lines]) => {
      const units = new Map<string, number>()
      for (const line of lines) {
        const { measurementValue } = line.quantity
        if (!Number.isSafeInteger(measurementValue) || measurementValue < 0)
          throw new Malformed(
            `returns: ${measurementValue} units of ${returnOrderId}`,
            String(measurementValue),
          )
        if (isOver(line) || line.isKeepIt === true || line.returnExpectedFlag === false) continue
        if (measurementValue === 0) continue
        const lineExternalId = String(line.purchaseOrderLineNumber)
        units.set(lineExternalId, (units.get(lineExternalId) ?? 0) + measurementValue)
      }
      const said = [returnOrderDate, ...lines.map(({ statusTime }) => statusTime)]
      const moments = said.flatMap((moment) => (moment == null ? [] : Date.parse(moment)))
      return {
        externalId: `${returnOrderId} ${orderExternalId}`,
        number: returnOrderId,
        orderExternalId,
        state: stateOf(lines),
        version: moments.length === 0 ? undefined : Math.max(...moments),
        lines: [...units].map(([lineExternalId, count]) => ({ lineExternalId, units: count })),
      }
    },
  )
}

type Line = WalmartReturn['returnOrderLines'][number]

/** COMPLETED is that the customer has the money back, not that anybody has the goods. */
function stateOf(lines: readonly Line[]): AnnouncedReturn['state'] {
  if (lines.every(isCancelled)) return 'cancelled'
  return lines.every((line) => isOver(line)) ? 'closed' : 'announced'
}

function isCancelled({ status, returnCancellationReason }: Line): boolean {
  return /^CANCELL?ED$/i.test(status ?? '') || Boolean(returnCancellationReason)
}

function isOver(line: Line): boolean {
  return isCancelled(line) || /^COMPLETED$/i.test(line.status ?? '')
}
