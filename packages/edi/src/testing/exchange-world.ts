import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createMemoryFileLog, manualClock, openFolder, type ShipmentRequest } from '@plimsoll/connector-kit'
import { onTestFinished } from 'vitest'
import type { ShippingAdvice } from '../documents.ts'
import { createExchange } from '../exchange/exchange.ts'
import { parseMessage } from '../exchange/message.ts'
import { mirrored, type PartnerProfileInput, partnerProfile } from '../profile.ts'
import { readInterchange } from '../read.ts'
import { toReference } from '../reference.ts'
import { type WrittenDocument, writeDocuments } from '../write.ts'
import { x12Agreement } from './agreements.ts'

// The exchange over real folders. The partner is this test: it reads what it is sent and answers by hand.

export const shipmentId = '0190a5b4-7c21-7d3e-9f10-1a2b3c4d5e6f'
export const lineId = '0190a5b4-7c21-7d3e-9f10-1a2b3c4d5e70'

export const request: ShipmentRequest = {
  shipmentId,
  number: '#1001',
  placedAt: new Date('2026-11-26T15:00:00Z'),
  locationId: 'NORTH',
  recipient: {
    name: 'Ada Example',
    company: undefined,
    addressLines: ['1 Long Street'],
    city: 'Springfield',
    region: 'IL',
    postalCode: '62704',
    country: 'US',
    phone: undefined,
    email: undefined,
  },
  lines: [
    {
      lineId,
      sku: 'BOTTLE',
      stockUnitId: 'BOTTLE',
      quantity: 5,
      title: 'A bottle',
      lot: undefined,
      unitValue: undefined,
    },
  ],
  method: 'ground',
  currency: 'USD',
  shipBy: undefined,
  note: undefined,
}

export async function openExchange(more: Partial<PartnerProfileInput> = {}) {
  const root = await mkdtemp(path.join(tmpdir(), 'plimsoll-edi-'))
  onTestFinished(() => rm(root, { recursive: true }))
  const clock = manualClock(Date.UTC(2026, 10, 26, 18))
  const profile = partnerProfile.parse({ ...x12Agreement, ...more })
  const partner = mirrored(profile)
  const log = createMemoryFileLog(() => clock.now())
  const folder = openFolder({ kind: 'local', root: '.' }, { clock, localRoot: root })
  await folder.write('in/.keep', Buffer.from(''))
  const folders = { in: 'in', out: 'out', archive: 'archive' }
  const terms = { profile, folder, log, folders, now: () => clock.now() }
  let number = 500
  const next = () => {
    number += 1
    return number
  }
  const tell = async (text: string, name = `f-${next()}.edi`) => {
    const place = path.join(root, 'in', name)
    await writeFile(place, text)
    const at = (clock.now() - 600_000) / 1_000
    await utimes(place, at, at)
  }
  const write = (...documents: WrittenDocument[]) =>
    writeDocuments(documents, { controlNumber: next(), at: new Date(clock.now()) }, partner)
  return {
    root,
    clock,
    profile,
    partner,
    log,
    folder,
    terms,
    exchange: createExchange(terms),
    tell,
    next,
    write,
    names: async (of: string) =>
      (await readdir(path.join(root, of)).catch(() => [])).filter((name) => !name.startsWith('.')),
    read: (of: string, name: string) => readFile(path.join(root, of, name), 'utf8'),
    /** What the partner finds, by kind. */
    async sent() {
      const names = await this.names('out')
      const texts = await Promise.all(names.sort().map((name) => this.read('out', name)))
      return texts.map((text) => ({ text, ...readInterchange(text, partner, 'warehouse') }))
    },
    async pullAll() {
      const events = []
      const problems: string[] = []
      for (const message of await this.exchange.pull()) {
        try {
          events.push(...parseMessage(message))
        } catch (error) {
          problems.push(String(error))
        }
        await this.exchange.acknowledge([message.receipt])
      }
      return { events, problems }
    },
  }
}

export const advice = (more: Partial<ShippingAdvice> = {}): WrittenDocument => ({
  kind: 'shipping-advice',
  document: {
    reference: toReference(shipmentId, 'short'),
    warehouseReference: 'W-77',
    shippedAt: new Date('2026-11-26T20:00:00Z'),
    carrier: 'UPS',
    parcels: [
      {
        sscc: undefined,
        trackingNumber: '1Z999',
        lines: [
          {
            lineReference: toReference(lineId, 'short'),
            sku: 'BOTTLE',
            ordered: 5,
            quantity: 5,
            rest: 'never',
            lot: 'L-1',
            serials: [],
          },
        ],
      },
    ],
    ...more,
  },
})

export function withLine(
  quantity: number,
  rest: 'later' | 'never',
  trackingNumber: string,
  shippedAt: string,
) {
  const made = advice()
  const { document } = made as { document: ShippingAdvice }
  return {
    ...made,
    document: {
      ...document,
      warehouseReference: trackingNumber,
      shippedAt: new Date(shippedAt),
      parcels: document.parcels.map((parcel) => ({
        ...parcel,
        trackingNumber,
        lines: parcel.lines.map((line) => ({ ...line, quantity, rest })),
      })),
    },
  } as WrittenDocument
}

export function report(countedAt: string, rows: [string, number, number][]): WrittenDocument {
  return {
    kind: 'stock-report',
    document: {
      reportNumber: countedAt,
      locationId: 'NORTH',
      countedAt: new Date(countedAt),
      rows: rows.map(([sku, onHand, held]) => ({
        sku,
        lot: undefined,
        expiresOn: undefined,
        quantities: { onHand, held },
      })),
    },
  }
}

/** Of bottles. */
export function adjustment(adjustmentNumber: string, adjustedAt: string, onHand: number): WrittenDocument {
  return {
    kind: 'adjustment',
    document: {
      adjustmentNumber,
      locationId: 'NORTH',
      adjustedAt: new Date(adjustedAt),
      lines: [{ sku: 'BOTTLE', lot: undefined, reason: '07', onHand, held: 0 }],
    },
  }
}
