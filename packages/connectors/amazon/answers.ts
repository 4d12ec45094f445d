import { nullsAbsent } from '@plimsoll/connector-kit'
import { z } from 'zod'

/**
 * The parts of Amazon's answers that the connector reads. Names, addresses and e-mail addresses are never asked for.
 * Source: github.com/amzn/selling-partner-api-models, commit 34dc93f (2026-08).
 */

/** ISO 8601 with a zone; with or without milliseconds. */
export const instant = z
  .string()
  .refine(
    (text) => /(Z|[+-]\d\d:?\d\d)$/i.test(text) && !Number.isNaN(Date.parse(text)),
    'no moment with a zone',
  )

export const units = z.int().nonnegative()
export const id = z.string().min(1)
const pagination = z.object({ nextToken: z.string().min(1).optional() }).optional()

export const fulfillmentAvailability = z.array(
  z.object({
    fulfillmentChannelCode: id,
    /** Absent: it is not counted here. */
    quantity: units.optional(),
  }),
)

const identifier = z.object({ type: z.string().optional(), value: z.string().optional() })

export const item = nullsAbsent(
  z.object({
    sku: id,
    summaries: z
      .array(
        z.object({
          marketplaceId: id,
          itemName: z.string().optional(),
          status: z.array(z.string()).default([]),
          fnSku: z.string().optional(),
        }),
      )
      .default([]),
    attributes: z
      .object({ externally_assigned_product_identifier: z.array(identifier).optional().catch(undefined) })
      .optional(),
    fulfillmentAvailability: fulfillmentAvailability.optional(),
    relationships: z
      .array(
        z.object({
          relationships: z.array(z.object({ type: z.string(), childSkus: z.array(z.string()).optional() })),
        }),
      )
      .optional(),
  }),
)
export type Item = z.infer<typeof item>

/** A row that cannot be read must not hold up the others of its page. */
export const itemPage = z.object({
  numberOfResults: units,
  pagination,
  items: z.array(z.looseObject({ sku: id })),
})

export const levelPage = z.object({
  items: z.array(z.object({ sku: id, fulfillmentAvailability: fulfillmentAvailability.optional() })),
})
export type LevelItem = z.infer<typeof levelPage>['items'][number]
export const levelItem = nullsAbsent(levelPage.shape.items.element)

export const submission = z.object({
  sku: id,
  status: z.enum(['ACCEPTED', 'INVALID', 'VALID']),
  submissionId: id,
  issues: z
    .array(
      z.object({
        code: z.string().optional(),
        message: z.string(),
        severity: z.string(),
        attributeNames: z.array(z.string()).optional(),
      }),
    )
    .default([]),
})

export const createdDocument = z.object({ feedDocumentId: id, url: z.url() })
export const createdFeed = z.object({ feedId: id })
export const feed = z.object({
  feedId: id,
  processingStatus: z.string(),
  processingEndTime: instant.optional(),
  resultFeedDocumentId: id.optional(),
})
export type Feed = z.infer<typeof feed>
export const document = z.object({ url: z.url(), compressionAlgorithm: z.string().optional() })

export const feedReport = z.object({
  issues: z.array(
    z.object({
      messageId: z.int().optional(),
      code: z.string().optional(),
      severity: z.string(),
      message: z.string(),
      attributeName: z.string().optional(),
    }),
  ),
})
export type FeedReport = z.infer<typeof feedReport>

export const createdReport = z.object({ reportId: id })
export const report = z.object({
  reportId: id,
  processingStatus: z.string(),
  reportDocumentId: id.optional(),
})

/** Nothing that is wrong with an address may make an order unreadable. */
const part = z.string().optional().catch(undefined)
const moment = instant.optional().catch(undefined)
const place = { city: part, stateOrRegion: part, postalCode: part, countryCode: part }
const placeV0 = { City: part, StateOrRegion: part, PostalCode: part, CountryCode: part }

export const order = nullsAbsent(
  z.object({
    orderId: id,
    createdTime: instant,
    lastUpdatedTime: instant,
    salesChannel: z.object({ channelName: z.string(), marketplaceId: z.string().optional() }),
    fulfillment: z.object({
      fulfillmentStatus: z.string(),
      fulfilledBy: z.string().optional(),
      fulfillmentServiceLevel: part,
      shipByWindow: z.object({ latestDateTime: moment }).optional().catch(undefined),
    }),
    /** Of which nothing but the place is read. */
    recipient: z
      .object({ deliveryAddress: z.object(place).optional().catch(undefined) })
      .optional()
      .catch(undefined),
    orderItems: z
      .array(
        z.object({
          orderItemId: id,
          quantityOrdered: units,
          product: z.object({ sellerSku: z.string().optional(), title: z.string().optional() }),
          fulfillment: z
            .object({ quantityFulfilled: units.optional(), quantityUnfulfilled: units.optional() })
            .optional(),
          cancellation: z
            .object({
              cancellationRequest: z.object({}).optional(),
              cancellationExecution: z.object({}).optional(),
            })
            .optional()
            .catch(undefined),
        }),
      )
      .refine(
        (lines) => new Set(lines.map((line) => line.orderItemId)).size === lines.length,
        'a line is there twice',
      ),
  }),
)
export type Order = z.infer<typeof order>
export const orderAnswer = z.object({ order })
export const orderPage = z.object({
  orders: z.array(z.looseObject({ orderId: id, lastUpdatedTime: z.unknown().optional() })),
  pagination,
})

/** Read for the one who gets it, when an order is sent, and never kept. */
export const addressedOrder = z.object({
  order: z.object({
    orderId: id,
    recipient: z
      .object({
        deliveryAddress: z
          .object({
            ...place,
            name: part,
            companyName: part,
            addressLine1: part,
            addressLine2: part,
            addressLine3: part,
            phone: part,
          })
          .optional(),
      })
      .optional(),
  }),
})
export const restrictedToken = z.object({ restrictedDataToken: z.string().min(1) })
export const orderAddress = z.object({
  payload: z.object({
    AmazonOrderId: id,
    ShippingAddress: z
      .object({
        ...placeV0,
        Name: part,
        CompanyName: part,
        AddressLine1: part,
        AddressLine2: part,
        AddressLine3: part,
        Phone: part,
      })
      .optional(),
  }),
})

/** The older API. */
export const orderV0 = nullsAbsent(
  z.object({
    AmazonOrderId: id,
    PurchaseDate: instant,
    LastUpdateDate: instant,
    OrderStatus: z.string(),
    FulfillmentChannel: z.string().optional(),
    MarketplaceId: z.string().optional(),
    LatestShipDate: moment,
    ShipServiceLevel: part,
    /** Without a restricted token: the place, no name and no street. */
    ShippingAddress: z.object(placeV0).optional().catch(undefined),
  }),
)
export type OrderV0 = z.infer<typeof orderV0>
export const orderAnswerV0 = z.object({ payload: orderV0 })
export const orderPageV0 = z.object({
  payload: z.object({
    Orders: z.array(z.looseObject({ AmazonOrderId: id, LastUpdateDate: z.unknown().optional() })),
    NextToken: z.string().min(1).optional(),
  }),
})
export const orderItemsV0 = nullsAbsent(
  z.object({
    payload: z.object({
      OrderItems: z.array(
        z.object({
          OrderItemId: id,
          SellerSKU: z.string().optional(),
          Title: z.string().optional(),
          QuantityOrdered: units,
          QuantityShipped: units.optional(),
          /** The model says a text; a boolean is what people report. */
          BuyerRequestedCancel: z
            .object({ IsBuyerRequestedCancel: z.union([z.boolean(), z.string()]).optional() })
            .optional()
            .catch(undefined),
        }),
      ),
      NextToken: z.string().min(1).optional(),
    }),
  }),
)
export type OrderItemV0 = z.infer<typeof orderItemsV0>['payload']['OrderItems'][number]

export const summaries = z.object({
  payload: z.object({
    inventorySummaries: z.array(
      z.object({
        sellerSku: z.string().optional(),
        inventoryDetails: z
          .object({
            fulfillableQuantity: units.optional(),
            inboundShippedQuantity: units.optional(),
            inboundReceivingQuantity: units.optional(),
            researchingQuantity: z.object({ totalResearchingQuantity: units.optional() }).optional(),
            unfulfillableQuantity: z.object({ totalUnfulfillableQuantity: units.optional() }).optional(),
          })
          .optional(),
      }),
    ),
  }),
  pagination,
})
export type Summary = z.infer<typeof summaries>['payload']['inventorySummaries'][number]

export const participations = z.object({
  payload: z.array(
    z.object({
      marketplace: z.object({ id, name: z.string() }),
      participation: z.object({ isParticipating: z.boolean(), hasSuspendedListings: z.boolean() }),
      storeName: z.string().optional(),
    }),
  ),
})

const destination = z.object({
  destinationId: id,
  name: z.string().optional(),
  resource: z.object({ sqs: z.object({ arn: z.string() }).optional() }),
})
export const destinations = z.object({ payload: z.array(destination).default([]) })
export const createdDestination = z.object({ payload: destination })
export const subscription = z.object({
  payload: z.object({ subscriptionId: id, destinationId: id, payloadVersion: z.string().optional() }),
})

export const received = z.object({
  Messages: z
    .array(z.object({ ReceiptHandle: id, Body: z.string(), MessageId: z.string().optional() }))
    .optional(),
})
export const deleted = z.object({
  Failed: z
    .array(
      z.object({
        Id: z.string(),
        Code: z.string(),
        SenderFault: z.boolean().optional(),
        Message: z.string().optional(),
      }),
    )
    .optional(),
})
