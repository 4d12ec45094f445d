import {
  type ExternalOrder,
  Invalid,
  isConnectorError,
  Malformed,
  NotFound,
  type Page,
  type Recipient,
  type Shipment,
} from '@plimsoll/connector-kit'
import type { Definition } from './definition.ts'
import { readPage, readToEnd } from './lists.ts'
import type { Client } from './requests.ts'
import { readOrder, readRecipient } from './rows.ts'

type Reading = { client: Client; definition: Definition; signal: AbortSignal | undefined }

/** Orders changed since a moment. One that cannot be read is named, and the others go on. */
export async function readOrders(
  { since, cursor }: { since: Date; cursor: string | undefined },
  reading: Reading,
): Promise<Page<ExternalOrder>> {
  const { client, definition, signal } = reading
  const { list, groupBy } = definition.orders
  const call = {
    operation: 'orders',
    field: 'orders.list',
    values: { since: writeSince(since, definition) },
    signal,
  }
  if (groupBy === undefined) {
    const { rows, ...page } = await readPage(client, list, cursor, call)
    return { ...page, ...(await toOrders(rows, reading)) }
  }
  // The lines of one order may stand on two pages: all are read before any is understood.
  const first = await readPage(client, list, undefined, call)
  const rows = first.next === undefined ? first.rows : await readToEnd(client, list, call)
  return {
    next: undefined,
    platformTime: first.platformTime,
    ...(await toOrders(await groupRows(rows, groupBy, client), reading)),
  }
}

/** @throws NotFound */
export async function readOneOrder(externalId: string, reading: Reading): Promise<ExternalOrder> {
  const { client, definition, signal } = reading
  const { one, map } = definition.orders
  if (one !== undefined) {
    const call = { operation: 'order', field: 'orders.one', request: one, values: { id: externalId }, signal }
    const { content } = await client.call(call)
    const row = await client.evaluateOne('orders.one.row', one.row, content)
    const [found] = await toEach([row], reading)
    if (found === undefined || 'error' in found) throw found?.error ?? new Malformed('No order came.', '')
    return found.order
  }
  for (let cursor: string | undefined; ; ) {
    const page = await readOrders({ since: new Date(0), cursor }, reading)
    const found = page.rows.find((order) => order.externalId === externalId)
    if (found !== undefined) return found
    if (page.unreadable?.some((row) => row.externalId === externalId))
      throw new Malformed(`Order ${externalId} cannot be read by orders.map: ${map}`, '')
    if (page.next === undefined) throw new NotFound(`The platform lists no order ${externalId}.`)
    cursor = page.next
  }
}

/** @throws NotFound */
export async function readOrderRecipient(
  externalId: string,
  request: NonNullable<Definition['orders']['recipient']>,
  { client, signal }: Reading,
): Promise<Recipient | undefined> {
  const { content } = await client.call({
    operation: 'recipient',
    field: 'orders.recipient',
    request,
    values: { id: externalId },
    signal,
  })
  const row = await client.evaluateOne('orders.recipient.row', request.row, content)
  if (row === undefined || row === null) return undefined
  const [mapped] = await client.evaluateEach('orders.recipient.map', request.map, [row])
  return mapped === undefined ? undefined : readRecipient(mapped)
}

/** @throws Invalid where the definition has no way to tell it */
export async function ship(shipment: Shipment, reading: Reading): Promise<{ externalId: string }> {
  const { client, definition, signal } = reading
  const { shipments } = definition
  if (shipments === undefined)
    throw new Invalid(`The definition of ${definition.name} says nothing of \`shipments\`.`, 'shipments')
  const { content } = await client.call({
    operation: 'ship',
    field: 'shipments.request',
    request: shipments.request,
    values: { orderId: shipment.orderExternalId, shipmentId: shipment.shipmentId },
    // As a file it has a row for each line, with what is true of the whole beside it.
    input:
      shipments.request.csvBody === undefined
        ? shipment
        : shipment.lines.map((line) => ({ ...shipment, ...line })),
    signal,
  })
  const id = await client.evaluateOne('shipments.externalId', shipments.externalId, content)
  if ((typeof id !== 'string' && typeof id !== 'number') || id === '')
    throw new Malformed('shipments.externalId: the answer names no id.', JSON.stringify(content) ?? '')
  return { externalId: String(id) }
}

async function toOrders(
  rows: readonly unknown[],
  reading: Reading,
): Promise<Pick<Page<ExternalOrder>, 'rows' | 'unreadable'>> {
  const read = await toEach(rows, reading)
  const unreadable = read.flatMap((each) => {
    if ('order' in each) return []
    // Without an id nobody could find it again: the page as a whole cannot be read.
    if (each.externalId === undefined) throw each.error
    return [{ externalId: each.externalId, version: undefined }]
  })
  return {
    rows: read.flatMap((each) => ('order' in each ? [each.order] : [])),
    ...(unreadable.length > 0 && { unreadable }),
  }
}

type ReadOrder = { order: ExternalOrder } | { error: Error; externalId: string | undefined }

async function toEach(rows: readonly unknown[], { client, definition }: Reading): Promise<ReadOrder[]> {
  const { orders } = definition
  const heads = await client.evaluateEach('orders.map', orders.map, rows)
  const lists = await client.evaluateEach('orders.lines', orders.lines, rows)
  const lines = lists.map((each) => ('value' in each && Array.isArray(each.value) ? each.value : undefined))
  const mapped = await client.evaluateEach(
    'orders.line',
    orders.line,
    lines.flatMap((each) => each ?? []),
  )
  let taken = 0
  return heads.map((head, at): ReadOrder => {
    const count = lines[at]?.length ?? 0
    const own = mapped.slice(taken, taken + count)
    taken += count
    try {
      if (lines[at] === undefined) throw new Malformed('orders.lines: the order has no list there.', '')
      return { order: readOrder(head, own, definition) }
    } catch (error) {
      if (!isConnectorError(error)) throw error
      return { error, externalId: idOf(head) }
    }
  })
}

function idOf(head: { value: unknown } | { problem: string }): string | undefined {
  if (!('value' in head) || typeof head.value !== 'object' || head.value === null) return undefined
  const id = 'externalId' in head.value ? head.value.externalId : undefined
  return (typeof id === 'string' && id !== '') || typeof id === 'number' ? String(id) : undefined
}

/** Rows → `{ rows }` for each order, in the order in which the first row of each stands. */
async function groupRows(
  rows: readonly unknown[],
  groupBy: string,
  client: Client,
): Promise<{ rows: unknown[] }[]> {
  const keys = await client.evaluateEach('orders.groupBy', groupBy, rows)
  const groups = new Map<string, unknown[]>()
  for (const [at, key] of keys.entries()) {
    const name = 'value' in key ? key.value : undefined
    if ((typeof name !== 'string' && typeof name !== 'number') || name === '')
      throw new Malformed(
        'orders.groupBy: a row says not which order it is of.',
        JSON.stringify(rows[at]) ?? '',
      )
    const group = groups.get(String(name)) ?? []
    groups.set(String(name), group)
    group.push(rows[at])
  }
  return [...groups.values()].map((own) => ({ rows: own }))
}

function writeSince(since: Date, { orders }: Definition): string {
  switch (orders.since) {
    case 'iso':
      return since.toISOString()
    case 'seconds':
      return String(Math.floor(since.getTime() / 1_000))
    case 'milliseconds':
      return String(since.getTime())
    default: {
      const never: never = orders.since
      return never
    }
  }
}
