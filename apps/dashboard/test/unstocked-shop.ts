import { loadSimulator, type StartedSimulator } from '../../../packages/connectors/index.ts'

/** A shop with goods of which the ledger knows nothing yet, connected in shadow: what opening stock is taken from. */
export type UnstockedShop = { shop: StartedSimulator; connectionId: string }

type Ask = (method: string, path: string, body?: object) => Promise<Record<string, unknown>>

/**
 * @param goods what the shop shows, by SKU; one unit of the first is ordered there and not sent yet
 * @param location the code of the place that it sells from
 */
export async function openUnstockedShop(
  ask: Ask,
  {
    name,
    location,
    goods,
    isUnknown = false,
  }: {
    name: string
    location: string
    goods: Readonly<Record<string, number>>
    /** The hub has no items for it either. */
    isUnknown?: boolean
  },
): Promise<UnstockedShop> {
  const start = await loadSimulator('woocommerce')
  if (start === undefined) throw new Error('there is no simulated shop')
  const shop = await start()
  const tell = async (what: string, body: unknown) => {
    const answer = await fetch(`${shop.url}/_control/${what}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (!answer.ok) throw new Error(`the shop refuses: ${await answer.text()}`)
  }
  const products = Object.entries(goods).map(([sku, quantity]) => ({ sku, title: sku, price: 9, quantity }))
  if (!isUnknown) for (const { sku } of products) await ask('PUT', `/items/${sku}`, { name: sku })
  await tell('products', products)
  await tell('orders', { lines: [{ sku: products[0]?.sku, quantity: 1 }] })
  const { settings, credentials } = shop
  const made = await ask('POST', '/connections', {
    connector: 'woocommerce',
    name,
    location,
    settings: settings as object,
    credentials: credentials as object,
  })
  const connectionId = String(made.connectionId)
  await ask('POST', `/connections/${connectionId}/import`, {})
  return { shop, connectionId }
}
