import type { FastifyRequest } from 'fastify'
import type { Market } from '../markets.ts'
import { ApiError } from './api-error.ts'

/** How Walmart speaks in a market: written down here anew, so that what the connector believes of it is tried. */
export type Dialect = {
  currency: string
  mart: string
  country: string
  taxName: string
  /** Orders come acknowledged. */
  isAcknowledged: boolean
  cancellationReasons: readonly string[]
  /** Undefined: any name is taken. */
  carriers: readonly string[] | undefined
  feedTypes: readonly string[]
  /** Rows of one feed. */
  feedRowsMax: number
  /** What is not offered: method and path as the routes write them. */
  lacks: readonly string[]
}

const NO_EVENTS = [
  'GET /v3/webhooks/eventTypes',
  'GET /v3/webhooks/subscriptions',
  'POST /v3/webhooks/subscriptions',
  'PATCH /v3/webhooks/subscriptions/:id',
  'DELETE /v3/webhooks/subscriptions/:id',
]
const NO_MULTICHANNEL = [
  'POST /v3/fulfillment/orders-fulfillments',
  'POST /v3/fulfillment/orders-fulfillments/cancel',
  'GET /v3/fulfillment/orders-fulfillments/status',
]

export const DIALECTS: Readonly<Record<Market, Dialect>> = {
  us: {
    currency: 'USD',
    mart: 'WALMART_US',
    country: 'US',
    taxName: 'Tax1',
    isAcknowledged: false,
    cancellationReasons: [
      'CUSTOMER_REQUESTED_SELLER_TO_CANCEL',
      'SELLER_CANCEL_PRICING_ERROR',
      'SELLER_CANCEL_OUT_OF_STOCK',
      'SELLER_CANCEL_FRAUD_STOP_SHIPMENT',
      'SELLER_CANCEL_ADDRESS_NOT_SERVICEABLE',
    ],
    carriers: undefined,
    feedTypes: ['inventory', 'MP_INVENTORY'],
    feedRowsMax: 10_000,
    lacks: [],
  },
  ca: {
    currency: 'CAD',
    mart: 'WALMART_CA',
    country: 'CA',
    taxName: 'HST',
    isAcknowledged: true,
    cancellationReasons: ['CUSTOMER_REQUESTED_SELLER_TO_CANCEL', 'CANCEL_BY_SELLER'],
    carriers: ['UPS', 'USPS', 'FedEx', 'CPC', 'PCLINT', 'DHL', 'CANPAR', 'LOOMIS', 'SWYFT', 'TFORCE'],
    feedTypes: ['inventory', 'MP_INVENTORY'],
    feedRowsMax: 10_000,
    lacks: [...NO_EVENTS, ...NO_MULTICHANNEL],
  },
  mx: {
    currency: 'MXN',
    mart: 'WALMART_MEXICO',
    country: 'MX',
    taxName: 'IVA_TAX',
    isAcknowledged: false,
    cancellationReasons: ['MIRAKL_REFUND_45', 'MIRAKL_REFUND_15', 'SELLER_REJECTION'],
    carriers: ['MX-FEDX', 'MX-DHL', 'Estafeta', 'SFC', 'PEXP', 'TRACUSA', 'UPS', '99MIN', '17Track', 'Other'],
    feedTypes: ['inventory', 'MP_INVENTORY'],
    feedRowsMax: 10_000,
    lacks: [
      ...NO_EVENTS,
      ...NO_MULTICHANNEL,
      'GET /v3/orders/:id',
      'GET /v3/inventories',
      'GET /v3/inventories/:sku',
    ],
  },
  cl: {
    currency: 'CLP',
    mart: 'WALMART_CHILE',
    country: 'CL',
    taxName: 'IVA_TAX',
    isAcknowledged: false,
    cancellationReasons: ['ERROR_DE_PRECIO', 'AGOTADO', 'RECHAZAR'],
    carriers: undefined,
    feedTypes: ['inventory'],
    feedRowsMax: 1_000,
    lacks: [
      ...NO_EVENTS,
      ...NO_MULTICHANNEL,
      'GET /v3/settings/shipping/shipnodes',
      'GET /v3/inventories',
      'GET /v3/inventories/:sku',
      'GET /v3/fulfillment/inventory',
    ],
  },
}

/** @throws ApiError for a call that does not name its market, where it has to: the token's own call too */
export function assertMarket({ headers }: Pick<FastifyRequest, 'headers'>, market: Market): void {
  // Calls of the United States name none; who names another is in the wrong shop.
  const wanted = market === 'us' ? [undefined, 'us'] : [market]
  if (!wanted.includes(first(headers.wm_market))) throw badHeader('WM_MARKET')
  if (market !== 'us' && first(headers.wm_global_version) !== '3.1') throw badHeader('WM_GLOBAL_VERSION')
}

function first(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : header?.[0]
}

function badHeader(field: string): ApiError {
  return new ApiError(400, 'INVALID_REQUEST_HEADER.GMP_GATEWAY_API', {
    field,
    description: `${field} is missing or wrong.`,
    isGateway: true,
  })
}
