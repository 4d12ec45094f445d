import { z } from 'zod'

/**
 * What is read of Walmart's answers. Fields are added every week and what is optional goes missing, so nothing is asked
 * for that is not needed, and what is needed is never guessed.
 */

/** A whole number, as a number (inventory) or as text (orders). */
export const wholeNumber = z.union([
  z.int(),
  z
    .string()
    .regex(/^-?\d{1,15}$/)
    .transform(Number),
])
/** Units of something: never less than none. */
const units = wholeNumber.refine((count) => count >= 0, 'no units can be less than none')

const text = z.string().min(1)
/** Milliseconds since the epoch; as text in some places, and as a date in others. */
const moment = z
  .union([z.int(), z.string().min(1)])
  .transform((said) =>
    typeof said === 'number' || /^\d{10,15}$/.test(said) ? Number(said) : new Date(said).getTime(),
  )
  .refine((at) => Number.isSafeInteger(at) && Math.abs(at) <= 8.64e15, 'no moment')

export const tokenDetail = z.object({
  is_valid: z.boolean().nullish(),
  scopes: z.record(z.string(), z.string()).nullish(),
})

const throttle = z.object({
  rate: z.object({
    count: wholeNumber,
    replenishTimeWindow: z.object({ value: wholeNumber, unitOfMeasurement: z.string() }),
  }),
})
const feedLimit = z.object({ feedType: z.string(), throttleConfigurations: z.array(throttle).nullish() })

export const partnerProfile = z.object({
  partner: z.object({
    partnerId: z.union([text, z.int().transform(String)]),
    partnerName: z.string().nullish(),
    partnerDisplayName: z.string().nullish(),
  }),
  configurations: z
    .array(
      z.object({
        configurationName: z.string().nullish(),
        configuration: z
          .object({ status: z.string().nullish(), values: z.array(z.unknown()).nullish() })
          .nullish(),
      }),
    )
    .nullish(),
})
export type PartnerProfile = z.infer<typeof partnerProfile>
export { feedLimit }

export const shipNodes = z.array(
  z.object({
    shipNode: z.union([text, z.int().transform(String)]),
    nodeType: z.string().nullish(),
    shipNodeName: z.string().nullish(),
    status: z.string().nullish(),
  }),
)
export type ShipNode = z.infer<typeof shipNodes>[number]

export const item = z.object({
  sku: text,
  upc: z.string().nullish(),
  gtin: z.string().nullish(),
  productName: z.string().nullish(),
  publishedStatus: z.string().nullish(),
  lifecycleStatus: z.string().nullish(),
})
export type WalmartItem = z.infer<typeof item>
export const items = z.object({
  ItemResponse: z.array(item),
  totalItems: wholeNumber.nullish(),
  nextCursor: z.string().nullish(),
})

const quantity = z.object({ amount: wholeNumber })
export const inventory = z.object({ sku: text, quantity })
export const inventoryNodes = z.object({
  sku: text,
  nodes: z.array(
    z.object({
      shipNode: z.union([text, z.int().transform(String)]),
      /** Missing where the node could not be read: then it says nothing. */
      inputQty: quantity.nullish(),
      errors: z.array(z.unknown()).nullish(),
    }),
  ),
})

export type InventoryNodes = z.infer<typeof inventoryNodes>
export const inventoryPage = z.object({
  meta: z.object({ totalCount: units.nullish(), nextCursor: z.string().nullish() }),
  elements: z.object({ inventories: z.array(inventoryNodes).nullish() }).nullish(),
})

export const wfsInventory = z.object({
  headers: z.object({ totalCount: units.nullish() }).nullish(),
  payload: z.object({
    inventory: z.array(
      z.object({
        sku: text,
        shipNodes: z
          .array(
            z.object({
              modifiedDate: z.string().nullish(),
              availToSellQty: units.nullish(),
              onHandQty: units.nullish(),
            }),
          )
          .nullish(),
      }),
    ),
  }),
})
export type WfsRow = z.infer<typeof wfsInventory>['payload']['inventory'][number]

export const feedTaken = z.object({ feedId: text })
export const feedReport = z.object({
  feedId: text,
  feedStatus: z.string(),
  itemsReceived: units.nullish(),
  itemsSucceeded: units.nullish(),
  itemsFailed: units.nullish(),
  itemsProcessing: units.nullish(),
  ingestionErrors: z.unknown().optional(),
  itemDetails: z
    .object({
      itemIngestionStatus: z
        .array(
          z.object({
            sku: z.string().nullish(),
            ingestionStatus: z.string(),
            ingestionErrors: z.unknown().optional(),
          }),
        )
        .nullish(),
    })
    .nullish(),
})
export type FeedReport = z.infer<typeof feedReport>
/** Of a feed or a row; anything else says nothing that could be told. */
export const ingestionErrors = z.object({
  ingestionError: z
    .array(
      z.object({
        type: z.string().nullish(),
        code: z.string().nullish(),
        field: z.string().nullish(),
        description: z.string().nullish(),
      }),
    )
    .min(1),
})

const statusRow = z.object({
  status: z.string(),
  statusQuantity: z.object({ amount: units }),
  trackingInfo: z.object({ trackingNumber: z.string().nullish() }).nullish(),
})
const orderLine = z.object({
  lineNumber: z.union([text, z.int().transform(String)]),
  item: z.object({ sku: z.string().nullish(), productName: z.string().nullish() }),
  orderLineQuantity: z.object({ amount: units }),
  statusDate: moment.nullish(),
  /** Published as a text without its words; whoever reads it in public code looks for TRUE. */
  intentToCancel: z
    .union([z.string(), z.boolean().transform(String)])
    .nullish()
    .catch(undefined),
  orderLineStatuses: z.object({ orderLineStatus: z.array(statusRow) }),
})
export type WalmartLine = z.infer<typeof orderLine>
/** Nothing that is wrong with an address may make an order unreadable. */
const part = z
  .union([z.string(), z.number().transform(String)])
  .nullish()
  .catch(undefined)
const postalAddress = z
  .object({ city: part, state: part, postalCode: part, country: part })
  .nullish()
  .catch(undefined)

export const order = z.object({
  purchaseOrderId: text,
  customerOrderId: z.string().nullish(),
  orderDate: moment,
  shippingInfo: z
    .object({
      methodCode: z.string().nullish().catch(undefined),
      estimatedShipDate: moment.nullish().catch(undefined),
      postalAddress,
    })
    .nullish()
    .catch(undefined),
  orderLines: z.object({ orderLine: z.array(orderLine).min(1) }),
  shipNode: z.object({ type: z.string().nullish(), id: z.string().nullish() }).nullish(),
})
export type WalmartOrder = z.infer<typeof order>

/** Read for the one who gets it, when an order is sent, and never kept. */
const addressed = z.object({
  purchaseOrderId: text,
  shippingInfo: z
    .object({
      phone: part,
      postalAddress: z
        .object({
          name: part,
          address1: part,
          address2: part,
          city: part,
          state: part,
          postalCode: part,
          country: part,
        })
        .nullish(),
    })
    .nullish(),
  customerEmailId: part,
})
export const addressedOrder = z.union([
  z.object({ order: addressed }),
  addressed.transform((whole) => ({ order: whole })),
])

/** Of a row that cannot be read, what names it. */
export const orderName = z.object({ purchaseOrderId: text })

/** The schema has the order by itself, the example beside it within `order`. */
export const oneOrder = z.union([z.object({ order }), order.transform((whole) => ({ order: whole }))])
export const orderList = z.object({
  list: z.object({
    meta: z.object({ totalCount: units.nullish(), nextCursor: z.string().nullish() }),
    elements: z.object({ order: z.array(z.unknown()).nullish() }).nullish(),
  }),
})
/** The first of a list of orders; undefined where there is none. */
export const firstListed = <T>(one: z.ZodType<T>) =>
  z
    .object({ list: z.object({ elements: z.object({ order: z.array(one).nullish() }).nullish() }) })
    .transform(({ list }) => list.elements?.order?.[0])

const subscription = z.object({
  subscriptionId: text,
  eventType: z.string(),
  eventUrl: z.string().nullish(),
  status: z.string().nullish(),
  authDetails: z
    .object({
      authMethod: z.string().nullish(),
      authHeaderName: z.string().nullish(),
      clientSecret: z.string().nullish(),
    })
    .nullish(),
})
export type Subscription = z.infer<typeof subscription>
export const subscriptions = z.object({ events: z.array(subscription).nullish() })

const eventType = z.object({
  eventType: text,
  resourceName: z.string().nullish(),
  eventVersion: z.string().nullish(),
})
export type EventType = z.infer<typeof eventType>
/** The schema calls the list `eventTypes`, the example beside it `events`. */
export const eventTypes = z.union([
  z.object({ events: z.array(eventType) }).transform(({ events }) => events),
  z.object({ eventTypes: z.array(eventType) }).transform(({ eventTypes: types }) => types),
])
/** What answers a change of subscriptions is not looked at: the list is read again. */
export const anything = z.unknown()
