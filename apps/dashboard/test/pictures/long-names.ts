import type { DemoApi } from './demo-api.ts'

/** The longest that people and platforms call things, in one piece: no screen may be wider for it than its window. */
const long = (start: string, length: number) => start + 'W'.repeat(length - start.length)

const longNames = {
  sku: long('SKU-', 100),
  lot: long('LOT-', 64),
  serial: long('SN-', 64),
  order: long('ORDER-', 64),
  return: long('RMA-', 64),
  delivery: long('PO-', 64),
  count: long('COUNT-', 64),
  person: long('Wilhelmina', 60),
} as const

/** An item, and one of everything that is made of it, under such names. @returns where they are, by the names of `places.ts` */
export async function fillLongNames({ ask }: DemoApi, connectionId: string): Promise<Record<string, string>> {
  const { sku, lot, serial } = longNames
  const lotted = long('LOTTED-', 100)
  const numbered = long('NUMBERED-', 100)
  for (const [each, tracking] of [
    [sku, 'plain'],
    [lotted, 'lot'],
    [numbered, 'serial'],
  ])
    await ask('PUT', `/items/${each}`, { name: long('Unbroken', 120), tracking })
  const receive = (of: string, more: object) =>
    ask('POST', '/stock/receive', {
      sku: of,
      location: 'RTM',
      quantity: 40,
      reason: long('Why-', 80),
      ...more,
    })
  await receive(sku, {})
  await receive(lotted, { lot, expiresOn: '2036-01-31', supplierLot: long('SUP-', 60) })
  await receive(numbered, { quantity: 1, serials: [serial] })
  await ask('POST', `/items/${sku}/barcodes`, { barcode: long('B', 40) })
  const { orderId } = await ask<{ orderId: string }>('POST', '/orders', {
    kind: 'b2b',
    backorder: true,
    reference: longNames.order,
    note: long('Note-', 100),
    recipient: {
      name: longNames.person,
      company: long('Company-', 60),
      addressLines: [long('Street-', 60)],
      city: long('City-', 60),
      postalCode: long('P', 20),
      country: 'FR',
    },
    lines: [
      { sku, quantity: 2 },
      { sku: lotted, quantity: 1 },
      { sku: numbered, quantity: 1 },
    ],
  })
  const { inboundId } = await ask<{ inboundId: string }>('POST', '/inbound-shipments', {
    location: 'RTM',
    supplier: long('Supplier-', 60),
    reference: longNames.delivery,
    lines: [{ sku, quantity: 4 }],
  })
  const { returnId } = await ask<{ returnId: string }>('POST', '/returns', {
    number: longNames.return,
    location: 'RTM',
    lines: [{ sku, quantity: 1 }],
  })
  const { countId } = await ask<{ countId: string }>('POST', '/stock-counts', {
    location: 'RTM',
    reference: longNames.count,
    blind: false,
  })
  await ask('POST', `/stock-counts/${countId}/enter`, {
    counter: longNames.person,
    entries: [{ sku, quantity: 39 }],
  })
  await ask('POST', '/alert-rules', {
    name: long('Rule-', 80),
    kind: 'low-cover',
    parameters: { days: 14 },
    severity: 'warning',
    sku,
  })
  await ask('POST', '/alert-destinations', {
    name: long('Desk-', 80),
    kind: 'email',
    address: `${long('desk', 50)}@harbour.example`,
  })
  await ask('POST', '/views', {
    screen: 'items',
    name: long('View-', 60),
    search: { q: 'SKU' },
    shared: true,
  })
  const { bulkId } = await ask<{ bulkId: string }>('POST', '/bulk-edits', {
    of: 'items',
    search: sku,
    set: { bufferUnits: 2 },
    why: long('Why-', 80),
  })
  await ask('POST', `/connections/${connectionId}/pause`, { reason: long('Pause-', 80) })
  const e = encodeURIComponent
  return {
    order: orderId,
    'open-order': orderId,
    item: e(sku),
    inbound: inboundId,
    return: returnId,
    count: countId,
    bulk: bulkId,
    lotted: `/items/${e(lotted)}/lots/${e(lot)}`,
    numbered: `/serials/${e(serial)}`,
  }
}
