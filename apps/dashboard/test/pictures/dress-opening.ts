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
  // The hub works its orders by itself meanwhile.
  while (Number((await ask('POST', `${of}/orders`, {})).waiting) > 0);
  await ask('POST', '/audits', { connections: [connectionId] })
  const isRead = async () =>
    (await ask<{ rows: { state: string }[] }>('GET', `/connections/${connectionId}/jobs?kind=audit`)).rows[0]
      ?.state === 'done'
  while (!(await isRead()));
  await ask('POST', `${of}/proposal`, { lines: [] })
  return shop
}
