import type { FloorInbound, WarehouseFloor } from '@plimsoll/connector-kit/simulator'
import { z } from 'zod'
import { type ApiRoute, fromPageToken, invalid, notFound, type Site, toPageToken } from './api.ts'

const ROOT = '/fba/inbound/v0'
const place = z.object({ last: z.int() })
const words = {
  announced: 'SHIPPED',
  arriving: 'RECEIVING',
  closed: 'CLOSED',
  cancelled: 'CANCELLED',
} as const

const shipmentIdOf = ({ id }: Pick<FloorInbound, 'id'>) => `FBA${String(id).padStart(9, '0')}`

/** Fulfillment Inbound v0: shipments that the seller made in Seller Central, each under the name that it was given there. */
export function inboundRoutes({ traits }: Site, { intake }: WarehouseFloor): ApiRoute[] {
  const checkMarketplace = (id: string | undefined) => {
    if (id === undefined || !traits.marketplaces.includes(id))
      throw invalid('The MarketplaceId is not valid.')
  }
  return [
    {
      method: 'GET',
      path: `${ROOT}/shipments`,
      operation: 'getShipments',
      role: 'stock',
      handle({ query }) {
        checkMarketplace(query.one('MarketplaceId'))
        const type = query.need('QueryType')
        let found = intake.inbounds()
        if (type === 'DATE_RANGE') {
          // To the second.
          const [after, before] = [
            moment(query.need('LastUpdatedAfter')),
            moment(query.need('LastUpdatedBefore')),
          ]
          found = found.filter(({ changedAtMs }) => changedAtMs >= after && changedAtMs <= before + 1_000)
        } else if (type === 'NEXT_TOKEN') {
          const read = place.safeParse(fromPageToken(query.need('NextToken'))).data
          if (read === undefined) throw invalid('The NextToken is not valid.')
          found = found.filter(({ id }) => id > read.last)
        } else throw invalid(`'${type}' is no QueryType that is imitated.`)
        const page = found.slice(0, traits.sendingPerPage)
        const end = page.at(-1)
        return {
          body: {
            payload: {
              ShipmentData: page.map((inbound) => ({
                ShipmentId: shipmentIdOf(inbound),
                ShipmentName: inbound.reference ?? inbound.number,
                ShipFromAddress: {
                  Name: 'Pat Doe',
                  AddressLine1: '100 Nowhere Blvd',
                  City: 'Springfield',
                  StateOrProvinceCode: 'IL',
                  CountryCode: 'US',
                  PostalCode: '62704',
                },
                DestinationFulfillmentCenterId: 'MKC6',
                ShipmentStatus: words[inbound.state],
                LabelPrepType: 'SELLER_LABEL',
              })),
              ...(found.length > page.length &&
                end !== undefined && { NextToken: toPageToken({ last: end.id }) }),
            },
          },
        }
      },
    },
    {
      method: 'GET',
      path: `${ROOT}/shipments/:id/items`,
      operation: 'getShipmentItemsByShipmentId',
      role: 'stock',
      handle({ params }) {
        const inbound = intake.inbounds().find((each) => shipmentIdOf(each) === params.id)
        if (inbound === undefined) throw notFound(`There is no shipment ${params.id}.`)
        const skus = new Set([...inbound.lines, ...inbound.received].map(({ sku }) => sku))
        const sum = (rows: readonly { sku: string; quantity: number }[], wanted: string) =>
          rows.reduce((units, { sku, quantity }) => units + (sku === wanted ? quantity : 0), 0)
        return {
          body: {
            payload: {
              ItemData: [...skus].map((sku) => ({
                ShipmentId: shipmentIdOf(inbound),
                SellerSKU: sku,
                FulfillmentNetworkSKU: 'X000000000',
                QuantityShipped: sum(inbound.lines, sku),
                QuantityReceived: sum(inbound.received, sku),
                QuantityInCase: 0,
              })),
            },
          },
        }
      },
    },
  ]
}

function moment(text: string): number {
  const at = Date.parse(text)
  if (Number.isNaN(at)) throw invalid(`'${text}' is no moment.`)
  return at
}
