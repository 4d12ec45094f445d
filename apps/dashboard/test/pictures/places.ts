import type { DemoApi } from './demo-api.ts'

type Rows<Row> = { rows: Row[] }
export type OrderRow = {
  orderId: string
  state: string
  problem: string | null
  shipments: { state: string; shipmentId: string }[]
}

/** What the paths of shown screens name in braces, as this demo has it. @throws Error that says what the demo lacks yet */
export async function findPlaces({ ask }: DemoApi): Promise<Record<string, string>> {
  const list = async <Row>(route: string) => (await ask<Rows<Row>>('GET', route)).rows
  const connections = await list<{ connectionId: string; name: string; connector: string; state: string }>(
    '/connections',
  )
  const connectionOf = (connector: string) =>
    need(
      connections.find((row) => row.connector === connector),
      `a connection of ${connector}`,
    ).connectionId
  const orders = await list<OrderRow>('/orders?limit=200')
  const shipments = await list<{ shipmentId: string; location: string }>(
    '/shipments?state=open&warehouse=own',
  )
  const shipment = need(shipments[0], 'a shipment for one’s own people')
  return {
    channel: need(
      connections.find(({ connector }) => connector === 'shopify') ??
        connections.find(({ connector, state }) => connector === 'woocommerce' && state === 'live'),
      'a shop',
    ).connectionId,
    opening: need(
      connections.find(({ connector, state }) => connector === 'woocommerce' && state === 'shadow'),
      'a shop in shadow',
    ).connectionId,
    described: connectionOf('generic-warehouse'),
    order: orderUnderWay(orders).orderId,
    'open-order': need(
      orders.find(({ state, shipments: sent }) => state === 'open' && sent.length === 0),
      'an open order',
    ).orderId,
    shipment: shipment.shipmentId,
    'pick-at': encodeURIComponent(shipment.location),
    item: encodeURIComponent(itemOfSeveral(await list('/items?limit=200')).sku),
    inbound: need((await list<{ inboundId: string }>('/inbound-shipments'))[0], 'a delivery').inboundId,
    return: need((await list<{ returnId: string }>('/returns'))[0], 'a return').returnId,
    count: need((await list<{ countId: string }>('/stock-counts'))[0], 'a stock count').countId,
    bulk: need((await list<{ bulkId: string }>('/bulk-edits'))[0], 'a bulk edit').bulkId,
  }
}

function need<Found>(found: Found | undefined, what: string): Found {
  if (found === undefined) throw new Error(`The demo has not ${what} yet: let it sell for a few minutes.`)
  return found
}

/** Puts what was found in place of what stands in braces. */
export function placed(path: string, places: Readonly<Record<string, string>>): string {
  return path.replaceAll(/\{([\w-]+)\}/g, (_, name: string) => need(places[name], `the ${name} of ${path}`))
}

/** The item that most is reserved of: its drawing and its explanation have the most to say. */
export function itemOfSeveral(rows: readonly { sku: string; reserved: number; available: number }[]) {
  const inStock = rows.filter(({ available }) => available > 40)
  return need(inStock.sort((a, b) => b.reserved - a.reserved)[0] ?? rows[0], 'an item')
}

/** The newest order that is in shipments, rather one that has left. */
export function orderUnderWay(rows: readonly OrderRow[]): OrderRow {
  const sent = rows.filter(({ shipments }) => shipments.length > 0)
  return need(
    sent.find(({ shipments }) => shipments.some(({ state }) => state === 'shipped')) ?? sent[0],
    'an order in a shipment',
  )
}
