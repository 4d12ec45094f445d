import {
  type InboundNotice,
  isConnectorError,
  type ReturnNotice,
  type SampleWriting,
  type ShipmentRequest,
  type WithdrawnNotice,
} from '@plimsoll/connector-kit'
import { type OutFeed, outgoing } from '../definition.ts'
import { forExpressions, nameOf, renderText, type Told } from '../outgoing.ts'
import { inBoth } from './read-sample.ts'
import { readPart } from './wrong-in-both.ts'

/** Characters of it that are shown. */
const TEXT_MAX = 20_000
const ID = '0197a000-0000-7000-8000-000000000001'

/** What would be told the warehouse about an order that is made up. */
export async function writeExample(
  feed: OutFeed,
  { description, places, now }: { description: unknown; places: unknown; now: number },
): Promise<SampleWriting> {
  const about = exampleOf(feed, firstPlace(places), new Date(now))
  const parsed = readPart(outgoing, description)
  if ('wrong' in parsed)
    return {
      name: undefined,
      text: undefined,
      problem: undefined,
      wrong: parsed.wrong,
      example: forExpressions(about, { dates: undefined, zone: 'Z' }),
    }
  const terms = parsed.data
  const said = { name: nameOf({ feed, id: ID }, terms), wrong: [], example: forExpressions(about, terms) }
  try {
    const text = await renderText({ feed, about }, terms, now)
    return { ...said, text: text.slice(0, TEXT_MAX), problem: undefined }
  } catch (error) {
    if (!isConnectorError(error)) throw error
    return inBoth({ ...said, text: undefined, problem: error.message })
  }
}

function exampleOf(feed: OutFeed, locationId: string, at: Date): Told['about'] {
  const tea = { lineId: 'line-1', sku: 'TEA-1', stockUnitId: 'TEA-1', quantity: 2, lot: undefined }
  const cup = { lineId: 'line-2', sku: 'CUP', stockUnitId: 'CUP', quantity: 1, lot: 'L7' }
  switch (feed) {
    case 'shipment-requests': {
      const request: ShipmentRequest = {
        shipmentId: ID,
        number: '#1001',
        placedAt: at,
        locationId,
        recipient: {
          name: 'Ada Example',
          company: 'Example Ltd',
          addressLines: ['1 Example Street', 'Floor 2'],
          city: 'Exampletown',
          region: 'CA',
          postalCode: '90210',
          country: 'US',
          phone: '+1 555 0100',
          email: 'ada@example.com',
        },
        lines: [
          { ...tea, title: 'Green tea', unitValue: 4 },
          { ...cup, title: 'Cup', unitValue: 9 },
        ],
        method: 'standard',
        currency: 'USD',
        shipBy: at,
        note: 'Ring twice',
      }
      return request
    }
    case 'inbound-notices': {
      const notice: InboundNotice = {
        inboundId: ID,
        number: 'PO-77',
        locationId,
        expectedAt: at,
        carrier: 'DHL',
        trackingNumber: 'JJD0001',
        lines: [
          { ...tea, expiresOn: undefined },
          { ...cup, expiresOn: '2027-11-30' },
        ],
      }
      return notice
    }
    case 'return-notices': {
      const notice: ReturnNotice = {
        returnId: ID,
        number: 'RMA-7',
        locationId,
        shipment: { shipmentId: '0197a000-0000-7000-8000-000000000002', externalId: 'W-4711' },
        lines: [{ lineId: '1', sku: 'TEA-1', stockUnitId: 'TEA-1', quantity: 1, serials: ['SN-0001'] }],
      }
      return notice
    }
    case 'return-withdrawals': {
      const notice: WithdrawnNotice = { returnId: ID, number: 'RMA-7', locationId, externalId: 'B-4711' }
      return notice
    }
    case 'cancels':
      return { shipmentId: ID, externalId: 'W-4711' }
    default: {
      const never: never = feed
      return never
    }
  }
}

function firstPlace(places: unknown): string {
  const first: unknown = Array.isArray(places) ? places[0] : undefined
  return typeof first === 'object' && first !== null && 'id' in first ? String(first.id) : 'default'
}
