import {
  Invalid,
  isConnectorError,
  type LevelWrite,
  Malformed,
  type TicketOutcome,
  type WriteOutcome,
} from '@plimsoll/connector-kit'
import { z } from 'zod'
import type { BulkStatus } from './answers.ts'
import type { MagentoApi } from './api.ts'
import { defaultLocationId, fromTicket, levelName, type Ticket, toTicket } from './ids.ts'
import { limitOf } from './refusals.ts'
import type { Answer } from './transport.ts'

/**
 * Writes that wait in the shop's message queue. One request makes one bulk, each row of it an operation that is carried
 * out, and fails, by itself.
 * Source: AdobeDocs/commerce-webapi, rest/bulk-endpoints.md and operation-status-endpoints.md (read 2026-11).
 */

type Taken = { bulk_uuid: string; request_items: { id: number | string; status: string }[] }

/** @param queue sends these rows, in this order */
export async function queueWrites(
  writes: readonly LevelWrite[],
  queue: (part: readonly LevelWrite[]) => Promise<Answer<Taken>>,
  { limits }: { limits: { bulk?: number } },
): Promise<WriteOutcome[]> {
  const outcomes: WriteOutcome[] = []
  const size = limits.bulk ?? writes.length
  for (let start = 0; start < writes.length; start += size) {
    const part = writes.slice(start, start + size)
    try {
      const { data } = await queue(part)
      outcomes.push(...toQueued(part, data))
    } catch (error) {
      const limit = limitOf(error)
      if (limit !== undefined && limit < part.length && start === 0) {
        limits.bulk = limit
        return await queueWrites(writes, queue, { limits })
      }
      if (start === 0 || !isConnectorError(error)) throw error
      // What is queued already has its tickets; whether the rest is can be seen only by reading back.
      if (!('sent' in error) && error.kind !== 'malformed') {
        for (const { writeId } of writes.slice(start)) outcomes.push({ writeId, kind: 'untouched' })
        return outcomes
      }
      throw error
    }
  }
  return outcomes
}

function toQueued(part: readonly LevelWrite[], { bulk_uuid, request_items }: Taken): WriteOutcome[] {
  if (request_items.length !== part.length)
    throw new Malformed('The bulk has other rows than the request', JSON.stringify(request_items))
  const statusOf = new Map(request_items.map(({ id, status }) => [Number(id), status]))
  return part.map(({ writeId, stockUnitId, locationId, quantity }, at): WriteOutcome => {
    if (statusOf.get(at) === 'rejected') {
      const error = new Invalid(`The shop put "${stockUnitId}" into no queue.`, 'stockUnitId')
      return { writeId, kind: 'refused', error }
    }
    const ticket = toTicket({ bulkId: bulk_uuid, sku: stockUnitId, source: locationId, quantity })
    return { writeId, kind: 'accepted', ticket }
  })
}

/** What has become of queued rows; one call for each bulk. */
export async function readOutcomes(
  tickets: readonly string[],
  { api, signal }: { api: MagentoApi; signal?: AbortSignal | undefined },
): Promise<TicketOutcome[]> {
  const read = tickets.map((text) => ({ text, ticket: fromTicket(text) }))
  const byBulk = Map.groupBy(read, ({ ticket }) => ticket?.bulkId)
  const asked = [...byBulk].map(async ([bulkId, own]): Promise<TicketOutcome[]> => {
    const status = bulkId === undefined ? undefined : await readBulk(bulkId, { api, signal })
    const rows = status === undefined ? new Map<string, Operation>() : operationsIn(status)
    return own.map(({ text, ticket }) => toTicketOutcome(text, ticket, rows))
  })
  return (await Promise.all(asked)).flat()
}

async function readBulk(
  bulkId: string,
  { api, signal }: { api: MagentoApi; signal?: AbortSignal | undefined },
): Promise<BulkStatus | undefined> {
  try {
    return (await api.bulkStatus({ bulkId, signal })).data
  } catch (error) {
    // Bulks are deleted after a time that the merchant sets.
    if (isConnectorError(error) && error.kind === 'not-found') return undefined
    throw error
  }
}

type Operation = BulkStatus['operations_list'][number]

const sourceItemsSent = z.object({
  sourceItems: z.array(z.object({ sku: z.string(), source_code: z.string() })).length(1),
})
const stockItemSent = z.object({ productSku: z.string() })

/**
 * The operations by the level that each is about: their numbers are rows of a table and say nothing of the order in
 * which they were sent, the request that is kept with each does.
 */
export function operationsIn({ operations_list }: BulkStatus): Map<string, Operation> {
  const found = new Map<string, Operation>()
  for (const operation of operations_list) {
    const sent = requestOf(operation.serialized_data)
    const many = sourceItemsSent.safeParse(sent).data?.sourceItems[0]
    const one = stockItemSent.safeParse(sent).data
    if (many !== undefined)
      found.set(levelName({ stockUnitId: many.sku, locationId: many.source_code }), operation)
    else if (one !== undefined)
      found.set(levelName({ stockUnitId: one.productSku, locationId: defaultLocationId }), operation)
  }
  return found
}

/** JSON within JSON: `{"entity_id":null,"entity_link":"","meta_information":"{…}"}`. */
function requestOf(serialized: string | null | undefined): unknown {
  try {
    const { meta_information } = z
      .object({ meta_information: z.string() })
      .parse(JSON.parse(serialized ?? ''))
    return JSON.parse(meta_information)
  } catch {
    // Not a row of ours, or cut off by the table: then nothing is known of it.
    return undefined
  }
}

function toTicketOutcome(
  text: string,
  ticket: Ticket | undefined,
  rows: ReadonlyMap<string, Operation>,
): TicketOutcome {
  const row = ticket && rows.get(levelName({ stockUnitId: ticket.sku, locationId: ticket.source }))
  if (ticket === undefined || row === undefined) return { ticket: text, kind: 'unknown' }
  switch (row.status) {
    case 1:
      return { ticket: text, kind: 'applied', quantity: ticket.quantity }
    // Failed, and may be tried again: it was a dead lock or the like, and nothing is written.
    case 2:
      return { ticket: text, kind: 'untouched' }
    case 3:
    case 5: {
      const said = `The shop refused it: ${row.result_message ?? 'without a reason'}`.slice(0, 300)
      return {
        ticket: text,
        kind: 'refused',
        error: new Invalid(said, 'quantity', { code: `bulk-${row.status}` }),
      }
    }
    case 4:
      return { ticket: text, kind: 'accepted' }
    default:
      return { ticket: text, kind: 'unknown' }
  }
}
