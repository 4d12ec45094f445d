import { nullsAbsent } from '@plimsoll/connector-kit'
import { z } from 'zod'
import { restError } from './refusals.ts'

/**
 * The parts of eBay's REST answers that the connector reads. In the published documents nothing is required and nothing
 * may be null, so null is read as absent; what is required here is what no decision can be made without. Source: sell_inventory 1.18.4,
 * sell_fulfillment 1.20.7, commerce_notification 1.6.2, developer_analytics v1_beta.0.1, commerce_identity 2.0.0.
 */
const text = z.string().min(1)
const units = z.int().nonnegative()
const moment = z
  .string()
  .refine((value) => /^\d{4}-\d\d-\d\dT/.test(value) && !Number.isNaN(Date.parse(value)), 'no such moment')

const inventoryItem = z.object({
  /** Absent in the rows of a bulk read, which name it beside. */
  sku: text.optional(),
  availability: z
    .object({
      shipToLocationAvailability: z
        .object({
          quantity: z.int().optional(),
          availabilityDistributions: z
            .array(z.object({ merchantLocationKey: text, quantity: z.int().optional() }))
            .optional(),
        })
        .optional(),
    })
    .optional(),
  /** Set where it may be a variation of a listing. */
  inventoryItemGroupKeys: z.array(z.string()).optional(),
  groupIds: z.array(z.string()).optional(),
  product: z
    .object({
      title: z.string().optional(),
      ean: z.array(z.string()).optional(),
      upc: z.array(z.string()).optional(),
      isbn: z.array(z.string()).optional(),
    })
    .optional(),
})
export type InventoryItem = z.infer<typeof inventoryItem>

export const inventoryItems = z.object({
  total: units,
  inventoryItems: z.array(inventoryItem.extend({ sku: text })).optional(),
})

const rowStatus = { statusCode: z.int(), errors: z.array(restError).optional() }

export const inventoryItemRows = z.object({
  responses: z.array(
    z.object({ sku: z.string().optional(), inventoryItem: inventoryItem.optional(), ...rowStatus }),
  ),
})

export const offers = z.object({
  total: units,
  offers: z.array(
    z.object({
      offerId: text,
      sku: z.string().optional(),
      marketplaceId: z.string().optional(),
      format: z.string().optional(),
      availableQuantity: z.int().optional(),
      status: text,
      listing: z
        .object({ listingId: z.string().regex(/^\d{1,19}$/), listingStatus: text.optional() })
        .optional(),
    }),
  ),
})
export type Offer = z.infer<typeof offers>['offers'][number]

export const quantityRows = z.object({
  responses: z.array(z.object({ sku: z.string().optional(), offerId: z.string().optional(), ...rowStatus })),
})
export type QuantityRow = z.infer<typeof quantityRows>['responses'][number]

export const locations = z.object({
  total: units,
  locations: z
    .array(z.object({ merchantLocationKey: text, merchantLocationStatus: z.string().optional() }))
    .optional(),
})

const amount = z.object({ value: z.string().optional(), currency: z.string().optional() })

const lineItem = z.object({
  lineItemId: text,
  legacyItemId: z.string().optional(),
  legacyVariationId: z.string().optional(),
  sku: z.string().optional(),
  title: z.string().optional(),
  quantity: z.int().positive(),
  lineItemFulfillmentStatus: text,
  variationAspects: z.array(z.object({ name: z.string(), value: z.string() })).optional(),
  total: amount.optional(),
  refunds: z.array(z.object({ amount: amount.optional() })).optional(),
  lineItemFulfillmentInstructions: z
    .object({ shipByDate: moment.optional().catch(undefined) })
    .optional()
    .catch(undefined),
})

/** Nothing that is wrong with an address may make an order unreadable. */
const part = z.string().optional().catch(undefined)
const place = { city: part, stateOrProvince: part, postalCode: part, countryCode: part }
const instruction = z.object({
  shippingStep: z
    .object({
      shippingServiceCode: part,
      shipTo: z
        .object({ contactAddress: z.object(place).optional().catch(undefined) })
        .optional()
        .catch(undefined),
    })
    .optional()
    .catch(undefined),
})

/** Read for the one who gets it, when an order is sent, and never kept. */
export const addressedOrder = z.object({
  orderId: text,
  fulfillmentStartInstructions: z
    .array(
      z.object({
        shippingStep: z
          .object({
            shipTo: z
              .object({
                fullName: part,
                companyName: part,
                email: part,
                primaryPhone: z.object({ phoneNumber: part }).optional(),
                contactAddress: z.object({ ...place, addressLine1: part, addressLine2: part }).optional(),
              })
              .optional(),
          })
          .optional(),
      }),
    )
    .optional(),
})

export const order = nullsAbsent(
  z.object({
    orderId: text,
    creationDate: moment,
    lastModifiedDate: moment,
    orderFulfillmentStatus: text,
    orderPaymentStatus: text,
    cancelStatus: z
      .object({
        cancelState: text,
        cancelRequests: z
          .array(
            z.object({
              cancelRequestId: z.string().optional(),
              cancelInitiator: z.string().optional(),
              cancelRequestState: z.string().optional(),
            }),
          )
          .optional(),
      })
      .optional(),
    lineItems: z.array(lineItem).min(1),
    fulfillmentStartInstructions: z.array(instruction).optional().catch(undefined),
    pricingSummary: z.object({ total: amount.optional() }).optional(),
    paymentSummary: z
      .object({ payments: z.array(z.object({ paymentDate: z.string().optional() })).optional() })
      .optional(),
  }),
)
export type EbayOrder = z.infer<typeof order>

/** A row of the list: whatever else is wrong with it, it has a number. */
export const orderRow = z.looseObject({ orderId: text, lastModifiedDate: z.string().optional() })
export const orderPage = z.object({ total: units, orders: z.array(orderRow).optional() })

export const fulfillments = nullsAbsent(
  z.object({
    total: units.optional(),
    fulfillments: z.array(
      z.object({
        fulfillmentId: text,
        shipmentTrackingNumber: z.string().optional(),
        lineItems: z.array(z.object({ lineItemId: text, quantity: z.int().positive().optional() })),
      }),
    ),
  }),
)
export type Fulfillment = z.infer<typeof fulfillments>['fulfillments'][number]

export const user = z.object({
  userId: text,
  username: z.string().optional(),
  registrationMarketplaceId: z.string().optional(),
  status: z.string().optional(),
})

export const privileges = z.object({
  sellerRegistrationCompleted: z.boolean().optional(),
  sellingLimit: z.object({ quantity: z.int().optional(), amount: amount.optional() }).optional(),
})

export const rateLimits = z.object({
  rateLimits: z.array(
    z.object({
      apiContext: z.string().optional(),
      apiName: z.string().optional(),
      resources: z
        .array(
          z.object({
            name: z.string().optional(),
            rates: z
              .array(
                z.object({
                  limit: units.optional(),
                  remaining: z.int().optional(),
                  reset: z.string().optional(),
                  timeWindow: z.int().optional(),
                }),
              )
              .optional(),
          }),
        )
        .optional(),
    }),
  ),
})

export const eligibility = z.object({
  eligible: z.boolean(),
  failureReason: z.array(z.string()).optional(),
})

export const publicKey = z.object({ key: text, algorithm: text, digest: text })
export const notificationConfig = z.object({ alertEmail: z.string().optional() })
export const destinations = z.object({
  total: units.optional(),
  next: z.string().optional(),
  destinations: z.array(
    z.object({
      destinationId: text,
      name: z.string().optional(),
      status: text,
      deliveryConfig: z.object({ endpoint: z.string() }),
    }),
  ),
})
export type Destination = z.infer<typeof destinations>['destinations'][number]
export const subscriptions = z.object({
  total: units.optional(),
  next: z.string().optional(),
  subscriptions: z.array(
    z.object({
      subscriptionId: text,
      topicId: text,
      destinationId: z.string().optional(),
      status: text,
      payload: z
        .object({
          format: z.string().optional(),
          schemaVersion: z.string().optional(),
          deliveryProtocol: z.string().optional(),
        })
        .optional(),
    }),
  ),
})
export type Subscription = z.infer<typeof subscriptions>['subscriptions'][number]
export const topic = z.object({
  topicId: text,
  supportedPayloads: z.array(
    z.object({
      schemaVersion: text,
      deprecated: z.union([z.boolean(), z.string()]).optional(),
      deliveryProtocol: z.string().optional(),
    }),
  ),
})
