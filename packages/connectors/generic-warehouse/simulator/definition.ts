/** How the simulated warehouse speaks: what its owner would write from its spec sheet. */
export function simulatedDefinition(way: { kind: 'sftp' } | { kind: 'rest'; baseUrl: string }): string {
  const feed = (name: string, map: object, more: object = {}) => ({
    folder: 'out',
    files: `${name}_*.json`,
    format: { kind: 'json' },
    map: { columns: map },
    ...more,
  })
  const received = {
    externalId: 'paper',
    row: 'row',
    line: 'line',
    locationId: 'site',
    sku: 'sku',
    quantity: 'units',
    condition: 'grade',
    lot: 'lot',
    expiresOn: 'expires',
    serials: 'serials',
    receivedAt: 'at',
    complete: 'complete',
  }
  const out = (name: string, content: string) =>
    way.kind === 'sftp'
      ? { folder: 'in', file: `${name}_{id}.json`, format: { kind: 'json' }, content }
      : {
          call: {
            path: `/${name}`,
            externalId: 'id',
            ...(name === 'cancels' && { means: 'cancelled', tooLate: [409] }),
            ...(name === 'not-expected' && { tooLate: [409] }),
          },
          format: { kind: 'json' },
          content,
        }
  return JSON.stringify({
    locations: [
      { id: 'NORTH', name: 'North hall' },
      { id: 'SOUTH', name: 'South hall' },
    ],
    feeds: {
      levels: feed(
        'levels',
        {
          sku: 'sku',
          stockUnitId: 'item',
          locationId: 'site',
          onHand: 'onHand',
          held: 'damaged',
          committed: 'committed',
          incoming: 'incoming',
          lot: 'lot',
          expiresOn: 'expires',
        },
        { sequence: way.kind === 'sftp' ? 'levels_(\\d+)' : undefined, smallestShare: 0 },
      ),
      items: feed('items', { sku: 'sku', stockUnitId: 'item', title: 'title', barcode: 'barcode' }),
      shipments: feed('shipments', {
        row: 'row',
        shipmentId: 'reference',
        state: 'state',
        problemCode: 'code',
        problem: 'problem',
        parcel: 'box',
        carrier: 'carrier',
        trackingNumber: 'tracking',
        trackingUrl: 'url',
        shippedAt: 'at',
        lineId: 'line',
        sku: 'sku',
        quantity: 'units',
        lot: 'lot',
        serials: 'serials',
      }),
      receipts: feed('receipts', { ...received, inboundId: 'reference' }),
      returns: feed('returns', { ...received, number: 'rma', returnId: 'ours', shipmentId: 'reference' }),
    },
    out: {
      'shipment-requests': out(
        'orders',
        '{ "reference": shipmentId, "number": number, "site": locationId, "recipient": recipient, "lines": [lines.{ "line": lineId, "sku": sku, "units": quantity, "lot": lot }] }',
      ),
      cancels: out('cancels', '{ "reference": shipmentId }'),
      'inbound-notices': out(
        'announced',
        '{ "reference": inboundId, "number": number, "site": locationId, "lines": [lines.{ "line": lineId, "sku": sku, "units": quantity, "lot": lot, "expires": expiresOn }] }',
      ),
      'return-notices': out(
        'expected',
        '{ "reference": returnId, "number": number, "site": locationId, "shipment": shipment.shipmentId, "lines": [lines.{ "line": lineId, "sku": sku, "units": quantity }] }',
      ),
      'return-withdrawals': out('not-expected', '{ "reference": returnId }'),
    },
    ...(way.kind === 'rest' && {
      rest: {
        baseUrl: way.baseUrl,
        authentication: { kind: 'bearer' },
        polls: ['levels', 'items', 'shipments', 'receipts', 'returns'].map((name) => ({
          feed: name,
          path: `/${name}`,
          everyMinutes: 1,
        })),
      },
    }),
  })
}
