import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { ShipmentRequest, WarehouseShipment } from '@plimsoll/connector-kit'
import { writeXlsx } from '@plimsoll/files'
import { expect, test } from 'vitest'
import { readDefinition } from './definition.ts'
import { decode, encode } from './formats/encodings.ts'
import { type HubSide, hubSide, readAll } from './testing/hub-side.ts'

const folder = path.join(import.meta.dirname, 'presets')
const preset = (name: string) => readFileSync(path.join(folder, `${name}.json`), 'utf8')

const request: ShipmentRequest = {
  shipmentId: '0197a000-0000-7000-8000-000000000001',
  number: '#1001',
  placedAt: new Date('2026-11-26T09:00:00Z'),
  locationId: 'LEJ1',
  recipient: {
    name: 'Jörg Müßig',
    company: undefined,
    addressLines: ['Straße 1'],
    city: 'Köln',
    region: undefined,
    postalCode: '50667',
    country: 'DE',
    phone: undefined,
    email: undefined,
  },
  lines: [
    {
      lineId: 'line-1',
      sku: 'TEA-1',
      stockUnitId: 'TEA-1',
      quantity: 2,
      title: 'Tea',
      lot: undefined,
      unitValue: 4,
    },
    {
      lineId: 'line-2',
      sku: 'CUP',
      stockUnitId: 'CUP',
      quantity: 1,
      title: 'Cup; blue',
      lot: 'L7',
      unitValue: undefined,
    },
  ],
  method: undefined,
  currency: 'EUR',
  shipBy: undefined,
  note: undefined,
}

async function told(hub: HubSide, encoding: 'windows-1252' | 'gb18030' | 'utf-8'): Promise<string> {
  const [file] = await hub.log.list({ direction: 'out' })
  return decode(await hub.log.read(file?.position ?? 0), encoding, 'it')
}

const counts = async (hub: HubSide) => (await hub.operations.counts?.(undefined))?.rows ?? []

test.each(readdirSync(folder).filter((name) => name.endsWith('.json')))('%s is a definition', (name) => {
  expect(readDefinition(readFileSync(path.join(folder, name), 'utf8'))).not.toHaveProperty('problems')
})

test('a CSV 3PL: stock by lot, a shipment in two boxes with a short line, a delivery', async () => {
  const hub = hubSide({ settings: { definition: preset('csv-3pl') } })
  const stock = [
    'Article;Site;Stock;Blocked;Reserved;Announced;Batch',
    'TEA-1;LEJ1;1.200;100;50;30;L1',
    'TEA-1;LEJ1;300;0;0;0;L2',
    'Größe;LEJ1;7;;;;',
    '#END;3',
    '',
  ].join('\r\n')
  await hub.upload('STOCK_20261126171500.csv', encode(stock, 'windows-1252'))
  expect(await counts(hub)).toMatchObject([
    { stockUnitId: 'Größe', locationId: 'LEJ1', onHand: 7, held: 0, available: 7 },
    {
      stockUnitId: 'TEA-1',
      onHand: 1_500,
      held: 100,
      available: 1_350,
      incoming: 30,
      countedAt: new Date('2026-11-26T16:15:00Z'),
      lots: [
        { code: 'L1', onHand: 1_200, held: 100 },
        { code: 'L2', onHand: 300, held: 0 },
      ],
    },
  ])
  await hub.operations.warehouse.requestShipment(request)
  expect(await told(hub, 'windows-1252')).toBe(
    [
      'Reference;Order;Site;Name;Street;City;Zip;Country;Line;Article;Units;Batch',
      `${request.shipmentId};#1001;LEJ1;Jörg Müßig;Straße 1;Köln;50667;DE;line-1;TEA-1;2;`,
      `${request.shipmentId};#1001;LEJ1;Jörg Müßig;Straße 1;Köln;50667;DE;line-2;CUP;1;L7`,
      '',
    ].join('\r\n'),
  )
  await hub.upload(
    'SHIP_1.csv',
    [
      'Reference;Delivery;Status;Remark;Parcel;Carrier;Tracking;Shipped;Line;Article;Units;Batch;Serials',
      `${request.shipmentId};D-9;SHORT;CUP not found;P1;DHL;JJD1;26.11.2026 18:00;line-1;TEA-1;1;L1;S1`,
      `${request.shipmentId};D-9;SHORT;CUP not found;P2;DHL;JJD2;26.11.2026 18:00;line-1;TEA-1;1;L2;S2`,
      '',
    ].join('\r\n'),
  )
  const [shipment] = await readAll<WarehouseShipment>(hub.operations.warehouse.shipments)
  expect(shipment).toMatchObject({
    externalId: 'D-9',
    shipmentId: request.shipmentId,
    state: 'shipped',
    problem: { message: 'CUP not found' },
    parcels: [
      {
        externalId: 'P1',
        carrier: 'DHL',
        trackingNumber: 'JJD1',
        shippedAt: new Date('2026-11-26T17:00:00Z'),
        lines: [{ lineId: 'line-1', sku: 'TEA-1', quantity: 1, lot: 'L1', serials: ['S1'] }],
      },
      { externalId: 'P2', lines: [{ lot: 'L2', serials: ['S2'] }] },
    ],
  })
  await hub.upload(
    'REC_1.csv',
    'Receipt;Reference;RowId;Article;Units;Grade;Batch;Expires;Received\r\nR1;in-1;1;TEA-1;48;A;L3;;26.11.2026 08:00\r\nR1;in-1;2;TEA-1;2;B;L3;;26.11.2026 08:00\r\n',
  )
  expect(await readAll(hub.operations.warehouse.receipts)).toMatchObject([
    {
      externalId: 'R1',
      inboundId: 'in-1',
      locationId: 'LEJ1',
      lines: [
        { quantity: 48, condition: 'sellable' },
        { quantity: 2, condition: 'damaged' },
      ],
    },
  ])
})

test('a CSV 3PL is told of a return in one file however often, and in one that it will not come; where no file is described, of none', async () => {
  const hub = hubSide({ settings: { definition: preset('csv-3pl') } })
  const { announceReturn, withdrawReturn } = hub.operations.warehouse
  const notice = {
    returnId: '0197a000-0000-7000-8000-000000000009',
    number: 'RMA-7',
    locationId: 'LEJ1',
    shipment: undefined,
    lines: [{ lineId: '1', sku: 'TEA-1', stockUnitId: 'TEA-1', quantity: 2, serials: ['S1', 'S2'] }],
  }
  expect(await withdrawReturn?.({ ...notice, externalId: undefined }), 'nobody was told').toBe('withdrawn')
  for (let time = 0; time < 2; time += 1)
    expect(await announceReturn?.(notice)).toEqual({ externalId: notice.returnId })
  expect(await told(hub, 'windows-1252')).toBe(
    `Reference;Number;Site;Line;Article;Units;Serials\r\n${notice.returnId};RMA-7;LEJ1;1;TEA-1;2;S1 S2\r\n`,
  )
  expect(await withdrawReturn?.({ ...notice, externalId: notice.returnId })).toBe('withdrawn')
  expect((await hub.log.list({ direction: 'out' })).map(({ name }) => name).sort()).toEqual([
    `NORMA_${notice.returnId}.csv`,
    `RMA_${notice.returnId}.csv`,
  ])
  const mute = JSON.parse(preset('csv-3pl'))
  delete mute.out['return-notices']
  expect(hubSide({ settings: { definition: mute } }).operations.warehouse).not.toHaveProperty(
    'announceReturn',
  )
})

test('a WMS with fixed width: what is longer than its place is refused, not cut off', async () => {
  const hub = hubSide({ settings: { definition: preset('fixed-width-wms') } })
  const line = (sku: string, lot: string, onHand: number, held: number) =>
    `D0017${sku.padEnd(20)}${lot.padEnd(10)}${String(onHand).padStart(9, '0')}${String(held).padStart(9, '0')}20270131\r\n`
  await hub.upload(
    'INV000123.DAT',
    `H20261126\r\n${line('TEA-1', 'L1', 40, 4)}${line('TEA-1', 'L2', 2, 0)}T000000002\r\n`,
  )
  expect(await counts(hub)).toMatchObject([
    {
      stockUnitId: 'TEA-1',
      locationId: '0017',
      onHand: 42,
      held: 4,
      lots: [{ code: 'L1', expiresOn: '2027-01-31' }, { code: 'L2' }],
    },
  ])
  await hub.operations.warehouse.requestShipment({ ...request, locationId: '0017' })
  const text = await told(hub, 'windows-1252')
  expect(text.split('\r\n')[0]?.slice(0, 102)).toBe(
    `D${request.shipmentId}${'line-1'.padEnd(36)}${'TEA-1'.padEnd(20)}000000002`,
  )
  expect(text.endsWith('T2\r\n')).toBe(true)
  const long = { ...request, shipmentId: 'other', recipient: { ...request.recipient, name: 'x'.repeat(36) } }
  await expect(hub.operations.warehouse.requestShipment(long)).rejects.toMatchObject({ kind: 'invalid' })
})

test('XML in the manner of Manhattan PIX: inventory sync, adjustments, ship confirm', async () => {
  let now = Date.UTC(2026, 10, 26, 12)
  const hub = hubSide({ settings: { definition: preset('manhattan-pix-xml') }, now: () => now })
  const message = (inner: string) =>
    `<?xml version="1.0" encoding="UTF-8"?><tXML><Header><Message_Type>X</Message_Type></Header><Message>${inner}</Message></tXML>`
  await hub.upload(
    'InventorySync1.xml',
    message(
      '<InventorySync><Item><ItemName>TEA-1</ItemName><Facility>DC01</Facility><OnHandQuantity>10</OnHandQuantity></Item></InventorySync>',
    ),
  )
  now += 60_000
  const later = new Date(now).toISOString()
  const pix = `<PIX><TransactionType>606</TransactionType><TransactionNumber>77</TransactionNumber><ItemName>TEA-1</ItemName><Facility>DC01</Facility><InventoryAdjustmentQuantity>3</InventoryAdjustmentQuantity><InventoryAdjustmentType>S</InventoryAdjustmentType><TransactionDateTime>${later}</TransactionDateTime></PIX>`
  await hub.upload('PIX1.xml', message(pix))
  await hub.upload('PIX1-again.xml', message(`${pix}<PIX><TransactionType>999</TransactionType></PIX>`))
  expect(await counts(hub)).toMatchObject([{ stockUnitId: 'TEA-1', onHand: 7 }])
  await hub.operations.warehouse.requestShipment(request)
  const order = await told(hub, 'utf-8')
  expect(order).toContain('<DestinationContactName>Jörg Müßig</DestinationContactName>')
  expect(order).toContain('<OrderedDttm>11/26/2026 03:00</OrderedDttm>')
  expect(order).toMatch(/<DoLineNbr>2<\/DoLineNbr>\s*<ItemName>CUP<\/ItemName>/)
  await hub.upload(
    'ShipConfirm1.xml',
    message(
      `<Shipment><CarrierCode>UPSN</CarrierCode><ShippedDateTime>2026-11-26T18:00:00-06:00</ShippedDateTime><Order><OrderID>${request.shipmentId}</OrderID><LPN><LPNID>C1</LPNID><TrackingNumber>1Z1</TrackingNumber><LPNDetail><LineReference>line-1</LineReference><ItemName>TEA-1</ItemName><ShippedQuantity>2</ShippedQuantity><SerialNumber>A</SerialNumber><SerialNumber>B</SerialNumber></LPNDetail></LPN></Order></Shipment>`,
    ),
  )
  expect(await readAll(hub.operations.warehouse.shipments)).toMatchObject([
    {
      shipmentId: request.shipmentId,
      state: 'shipped',
      parcels: [{ externalId: 'C1', trackingNumber: '1Z1', lines: [{ quantity: 2, serials: ['A', 'B'] }] }],
    },
  ])
})

test('XML in the manner of Manhattan’s ship confirm: containers by the line that their items were ordered in', async () => {
  const hub = hubSide({ settings: { definition: preset('manhattan-ship-confirm-xml') } })
  const detail = (line: number, item: string, units: number) =>
    `<ASNDetail><PurchaseOrderID>${request.shipmentId}</PurchaseOrderID><ItemName>${item}</ItemName><ASNDetailQuantity><ShippedQuantity>${units}</ShippedQuantity></ASNDetailQuantity><PurchaseOrderLineItemID>${line}</PurchaseOrderLineItemID></ASNDetail>`
  const inside = (line: number, units: number, more = '') =>
    `<LPNDetail><ItemSequenceNbr>${line}</ItemSequenceNbr>${more}<LPNDetailQuantity><Quantity>${units}</Quantity></LPNDetailQuantity></LPNDetail>`
  const box = (id: string, tracking: string, details: string) =>
    `<LPN><TrackingNbr>${tracking}</TrackingNbr><LPNID>${id}</LPNID>${details}</LPN>`
  const file = (boxes: string) =>
    `<?xml version="1.0" encoding="UTF-8"?><tXML><Header><Message_Type>ASN</Message_Type></Header><Message><ASN><ASNID>A-1</ASNID><BillOfLadingNumber>BL1</BillOfLadingNumber><ShipVia>UE90</ShipVia><ShippedDttm>11/26/2026 18:00</ShippedDttm>${boxes}${detail(1, 'TEA-1', 2)}${detail(2, 'CUP', 1)}</ASN></Message></tXML>`
  const first = box(
    'C1',
    '1Z1',
    `${inside(1, 2, '<BatchNbr>L7</BatchNbr>')}${inside(2, 1, '<SerialNbr>S1</SerialNbr>')}`,
  )
  await hub.upload('ShipConfirm1.xml', file(first))
  // Sent again by itself it says nothing new.
  await hub.upload('ShipConfirm1-again.xml', file(first))
  expect(await readAll<WarehouseShipment>(hub.operations.warehouse.shipments)).toMatchObject([
    {
      externalId: 'A-1',
      shipmentId: request.shipmentId,
      state: 'shipped',
      parcels: [
        {
          externalId: 'C1',
          carrier: 'UE90',
          trackingNumber: '1Z1',
          shippedAt: new Date('2026-11-27T00:00:00Z'),
          lines: [
            { sku: 'TEA-1', quantity: 2, lot: 'L7', serials: [] },
            { sku: 'CUP', quantity: 1, lot: undefined, serials: ['S1'] },
          ],
        },
      ],
    },
  ])
  // A line that the order has not makes no guess.
  await hub.upload('ShipConfirm2.xml', file(box('C2', '1Z2', inside(9, 1))))
  const page = await hub.operations.warehouse.shipments?.({ since: new Date(0), cursor: undefined })
  expect(page?.unreadable).toHaveLength(1)
})

test('a Chinese overseas warehouse: GB18030 and Excel, two places', async () => {
  const hub = hubSide({ settings: { definition: preset('overseas-gb18030') } })
  const stock =
    '仓库,客户SKU,可售,待出库,不良品,在途\r\n美东仓,TEA-1,90,8,2,100\r\n美西仓,TEA-1,5,0,0,0\r\n月球仓,TEA-1,1,0,0,0\r\n'
  await hub.upload('库存_20261126180000.csv', encode(stock, 'gb18030'))
  expect(await counts(hub)).toMatchObject([
    {
      locationId: '美东仓',
      onHand: 100,
      available: 90,
      held: 2,
      incoming: 100,
      countedAt: new Date('2026-11-26T10:00:00Z'),
    },
    { locationId: '美西仓', onHand: 5 },
  ])
  const excel: Buffer[] = []
  const rows = (async function* () {
    yield ['TEA-1', '红茶', '4000000000001']
  })()
  for await (const part of writeXlsx(['客户SKU', '名称', '条码'], rows)) excel.push(part)
  await hub.upload('商品.xlsx', Buffer.concat(excel))
  expect((await hub.operations.listings(undefined)).rows).toMatchObject([
    { sku: 'TEA-1', title: '红茶', barcode: '4000000000001' },
  ])
  await hub.operations.warehouse.requestShipment({
    ...request,
    locationId: '美东仓',
    recipient: { ...request.recipient, name: '张三' },
  })
  expect(await told(hub, 'gb18030')).toContain('张三')
  await hub.upload(
    '出库_1.csv',
    encode(
      `客户单号,出库单号,状态,物流商,跟踪号,出库时间,客户SKU,数量\r\n${request.shipmentId},OB1,已出库,USPS,9400,2026-11-26 20:00:00,TEA-1,2\r\nother,OB2,飞走了,,,,,\r\n`,
      'gb18030',
    ),
  )
  const page = await hub.operations.warehouse.shipments?.({ since: new Date(0), cursor: undefined })
  expect(page).toMatchObject({
    rows: [
      {
        externalId: 'OB1',
        state: 'shipped',
        parcels: [{ trackingNumber: '9400', shippedAt: new Date('2026-11-26T12:00:00Z') }],
      },
    ],
    unreadable: [{ externalId: '出库_1.csv#3' }],
  })
})
