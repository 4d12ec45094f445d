import {
  type CallOptions,
  type ConnectorContext,
  Malformed,
  type Page,
  type StreamQuery,
  type WarehouseOperations,
  type WarehouseReceipt,
} from '@plimsoll/connector-kit'
import { z } from 'zod'
import {
  type InboundItem,
  type InboundShipment,
  inboundItems,
  inboundShipment,
  inboundShipments,
} from './inbound-answers.ts'
import { inboundStateOf, toReceipt } from './inbound-map.ts'
import type { Reading } from './levels.ts'
import { readCursor, toCursor } from './list-place.ts'
import type { Credentials, Settings } from './settings.ts'
import { homeMarketplace } from './settings.ts'

const ROOT = '/fba/inbound/v0'
/** Further back than the hub asks: nothing says how soon the list shows a change. */
const OVERLAP_MS = 86_400_000
/** Shipments of one page whose items are read in one call: a decrease waits for no more than these. */
const LOOKS_MAX = 8
/** So many shipments are remembered as they were told; then it begins anew. */
const REMEMBERED_MAX = 5_000

type ListPage = {
  token: string | undefined
  rows: unknown[]
  next: string | undefined
  date: Date | undefined
}
type Seen = { as: string; version: number; receivedAt: Date }

/**
 * Goods on their way to Amazon, as people made the shipments in Seller Central: what was received of each. Amazon says of none
 * when; what this process tells anew came after the moment from which on it was asked.
 */
export function createInbound({
  transport,
  settings,
  now,
}: Reading & Pick<ConnectorContext<Settings, Credentials>, 'now'>): Pick<
  Required<WarehouseOperations>,
  'receipts'
> {
  const seen = new Map<string, Seen>()
  let listed: ListPage | undefined

  const list = async (
    { token, isBegun }: { token: string | undefined; isBegun: boolean },
    since: Date,
    signal: AbortSignal | undefined,
  ): Promise<ListPage & { isSame: boolean }> => {
    if (isBegun && listed !== undefined && listed.token === token) return { ...listed, isSame: true }
    const { data, date } = await transport.ask(
      {
        operation: 'receipts',
        method: 'GET',
        path: `${ROOT}/shipments`,
        query: {
          MarketplaceId: homeMarketplace(settings),
          ...(token === undefined
            ? {
                QueryType: 'DATE_RANGE',
                LastUpdatedAfter: new Date(Math.max(0, since.getTime() - OVERLAP_MS)).toISOString(),
                LastUpdatedBefore: new Date(now()).toISOString(),
              }
            : { QueryType: 'NEXT_TOKEN', NextToken: token }),
        },
        signal,
      },
      inboundShipments,
    )
    const { ShipmentData, NextToken } = data.payload
    listed = { token, rows: ShipmentData ?? [], next: NextToken || undefined, date }
    return { ...listed, isSame: false }
  }

  const itemsOf = async (id: string, signal: AbortSignal | undefined): Promise<InboundItem[]> => {
    const { data } = await transport.ask(
      {
        operation: 'receipts.items',
        method: 'GET',
        path: `${ROOT}/shipments/${encodeURIComponent(id)}/items`,
        signal,
      },
      inboundItems,
    )
    // No parameter of it takes the token (issue 870): part of a shipment told as all of it would be a difference that is none.
    if (data.payload.NextToken) throw new Malformed(`inbound shipment ${id} has more items than are told`, '')
    return data.payload.ItemData
  }

  const tell = (shipment: InboundShipment, items: readonly InboundItem[], since: Date): WarehouseReceipt => {
    const { ShipmentId, ShipmentName, ShipmentStatus } = shipment
    const as = JSON.stringify([ShipmentName, ShipmentStatus, items])
    const before = seen.get(ShipmentId)
    if (before?.as === as) return toReceipt(shipment, items, before)
    if (seen.size >= REMEMBERED_MAX) seen.clear()
    const version = Math.max(now(), (before?.version ?? 0) + 1)
    // As early as can be; how many lie there is what the counts say, whatever this is.
    const told = { as, version, receivedAt: new Date(Math.min(since.getTime(), now())) }
    seen.set(ShipmentId, told)
    return toReceipt(shipment, items, told)
  }

  return {
    async receipts({ since, cursor }: StreamQuery, { signal }: CallOptions = {}) {
      const { token, from } = readCursor(cursor)
      const page = await list({ token, isBegun: from > 0 }, since, signal)
      const rows: WarehouseReceipt[] = []
      const unreadable: NonNullable<Page<WarehouseReceipt>['unreadable']> = []
      let looks = 0
      // Listed anew it may be another: it is gone through from its beginning.
      let at = page.isSame ? from : 0
      for (; at < page.rows.length && looks < LOOKS_MAX; at += 1) {
        const read = inboundShipment.safeParse(page.rows[at]).data
        try {
          if (read === undefined) throw new Malformed('a row of another shape', '')
          if (inboundStateOf(read) === 'planned') continue
          looks += 1
          const receipt = tell(read, await itemsOf(read.ShipmentId, signal), since)
          if (receipt.lines.length > 0 || receipt.isComplete) rows.push(receipt)
        } catch (error) {
          // What Amazon answered to a call is the page's failure: it is asked again.
          if (!(error instanceof Malformed) || error.platform.status !== undefined) throw error
          const externalId = idOf(page.rows[at])
          if (externalId === undefined) throw error
          unreadable.push({ externalId, version: undefined })
        }
      }
      const isEnd = at >= page.rows.length
      return {
        rows,
        ...(unreadable.length > 0 && { unreadable }),
        next: isEnd
          ? page.next && toCursor({ token: page.next, from: 0 })
          : toCursor({ token: page.token, from: at }),
        platformTime: page.date,
      }
    },
  }
}

const named = z.object({ ShipmentId: z.string().min(1) })
const idOf = (row: unknown) => named.safeParse(row).data?.ShipmentId
