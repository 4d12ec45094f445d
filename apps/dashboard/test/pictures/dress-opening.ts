import { openUnstockedShop, type UnstockedShop } from '../unstocked-shop.ts'
import type { DemoApi } from './demo-api.ts'

/** A shop in shadow whose stock the hub has never counted, with its opening stock worked out and not taken over yet. */
export async function dressOpening(
  { ask }: Pick<DemoApi, 'ask'>,
  location = 'RTM',
): Promise<UnstockedShop['shop']> {
  const goods = Object.fromEntries(
    [
      'LANTERN',
      'ANCHOR',
      'BUOY',
      'CLEAT',
      'FLAG',
      'GANGWAY',
      'HALYARD',
      'JIB',
      'KEEL',
      'OAR',
      'RUDDER',
      'SAIL',
    ].map((sku, nth) => [sku, 12 + ((nth * 29) % 90)]),
  )
  const { shop, connectionId } = await openUnstockedShop(ask, { name: 'Lantern Lane', location, goods })
  const made = { name: 'Lantern Lane 1', connection: connectionId, source: 'connection', from: connectionId }
  await ask('POST', '/cutovers', made)
  const of = `/cutovers/${encodeURIComponent(made.name)}`
  // The hub works its orders and reads its numbers by itself meanwhile.
  while ((await ask<{ state: string }>('POST', `${of}/orders`, {})).state === 'begun');
  await ask('POST', `${of}/proposal`, { lines: [] })
  return shop
}
