import { type ExternalOrder, Malformed, type OrderLine, type OrderState } from '@plimsoll/connector-kit'
import { destinationOf } from './addresses.ts'
import type { EbayOrder, Fulfillment } from './answers.ts'
import { defaultLocationId, digestOf, toExternalId } from './ids.ts'

/** Pure map from eBay's orders to canonical ones. Source: sell_fulfillment 1.20.7 and the types it names (README). */

type Line = EbayOrder['lineItems'][number]

/**
 * eBay order → canonical order. eBay takes units off a listing when the buyer commits to buy or pays, and shows the
 * order here only once checkout is complete: of every order that is shown they are subtracted already.
 * @param fulfillments of the order; needed only where `needsFulfillments`
 * @throws Malformed for a status that nobody documented: parked, never guessed
 */
export function toOrder(order: EbayOrder, fulfillments: readonly Fulfillment[]): ExternalOrder {
  const shippedUnits = unitsShipped(fulfillments)
  const state = toOrderState(order)
  const destination = destinationOf(order)
  const shipBy = shipByOf(order)
  const method = order.fulfillmentStartInstructions?.find(
    ({ shippingStep }) => shippingStep?.shippingServiceCode,
  )?.shippingStep?.shippingServiceCode
  return {
    externalId: order.orderId,
    number: order.orderId,
    state,
    placedAt: new Date(order.creationDate),
    version: new Date(order.lastModifiedDate).getTime(),
    currency: order.pricingSummary?.total?.currency,
    test: false,
    locationId: defaultLocationId,
    ...(destination !== undefined && { destination }),
    ...(shipBy !== undefined && { shipBy }),
    ...(method && { shippingMethod: method }),
    // The seller may refuse it, and sending it would: a person decides. Who asked is told by the single order alone.
    holds: isBeingCancelled(order) ? [{ reason: 'cancellation', code: 'IN_PROGRESS' }] : [],
    lines: order.lineItems.map((line): OrderLine => {
      const shipped = shippedOf(line, shippedUnits)
      const isOff = state === 'cancelled' || isRefundedWhole(line)
      return {
        externalId: line.lineItemId,
        listingExternalId: listingOf(line),
        sku: line.sku || undefined,
        title: line.title ?? '',
        ordered: line.quantity,
        current: isOff ? shipped : line.quantity,
        shipped,
        // Returns come by the Post-Order API, which does not say whether the units can be sold again.
        returned: 0,
        subtracted: 'yes',
      }
    }),
  }
}

/** The first of its lines that has to leave. */
function shipByOf({ lineItems }: EbayOrder): Date | undefined {
  const [first] = lineItems
    .flatMap(({ lineItemFulfillmentInstructions: told }) => told?.shipByDate ?? [])
    .map((text) => new Date(text))
    .sort((one, other) => one.getTime() - other.getTime())
  return first
}

/** The order itself does not say how many units of a line in progress have left. */
export function needsFulfillments({ lineItems }: Pick<EbayOrder, 'lineItems'>): boolean {
  return lineItems.some((line) => line.lineItemFulfillmentStatus === 'IN_PROGRESS' && line.quantity > 1)
}

/** Source: developer.ebay.com/api-docs/sell/fulfillment/types/sel:OrderFulfillmentStatus and its siblings (read 2026-11). */
function toOrderState(order: EbayOrder): OrderState {
  const fulfillment = oneOf(
    order.orderFulfillmentStatus,
    ['NOT_STARTED', 'IN_PROGRESS', 'FULFILLED'],
    'fulfilment',
  )
  const payment = oneOf(
    order.orderPaymentStatus,
    ['PENDING', 'PAID', 'FAILED', 'PARTIALLY_REFUNDED', 'FULLY_REFUNDED'],
    'payment',
  )
  const cancel = oneOf(
    order.cancelStatus?.cancelState ?? 'NONE_REQUESTED',
    ['NONE_REQUESTED', 'IN_PROGRESS', 'CANCELED'],
    'cancel',
  )
  if (cancel === 'CANCELED') return 'cancelled'
  if (fulfillment === 'FULFILLED') return 'closed'
  // All money is back and nothing has left: nothing will. What has left already stays shipped.
  if (payment === 'FULLY_REFUNDED') return fulfillment === 'IN_PROGRESS' ? 'closed' : 'cancelled'
  if (payment === 'PENDING' || payment === 'FAILED') return 'pending'
  // A cancellation that was asked for is not one yet: the seller may refuse it.
  return 'open'
}

function isBeingCancelled({ cancelStatus }: EbayOrder): boolean {
  return cancelStatus?.cancelState === 'IN_PROGRESS'
}

function oneOf<T extends string>(value: string, known: readonly T[], what: string): T {
  const found = known.find((each) => each === value)
  if (found === undefined)
    throw new Malformed(`The ${what} status "${value}" is unknown`, JSON.stringify({ value }), false)
  return found
}

function shippedOf(line: Line, units: ReadonlyMap<string, number>): number {
  const status = oneOf(line.lineItemFulfillmentStatus, ['NOT_STARTED', 'IN_PROGRESS', 'FULFILLED'], 'line')
  switch (status) {
    case 'FULFILLED':
      return line.quantity
    case 'NOT_STARTED':
      return 0
    case 'IN_PROGRESS':
      return Math.min(line.quantity, units.get(line.lineItemId) ?? 0)
    default: {
      const never: never = status
      return never
    }
  }
}

/** A fulfilment without quantities is about all that its lines had. */
function unitsShipped(fulfillments: readonly Fulfillment[]): Map<string, number> {
  const units = new Map<string, number>()
  for (const { lineItems } of fulfillments) {
    for (const { lineItemId, quantity = Number.MAX_SAFE_INTEGER } of lineItems) {
      const sum = (units.get(lineItemId) ?? 0) + quantity
      units.set(lineItemId, Math.min(sum, Number.MAX_SAFE_INTEGER))
    }
  }
  return units
}

/**
 * Refunds are amounts, not units. Only one of the whole line says that its units will not leave; less may be a goodwill
 * or one of several units: those stay promised.
 */
function isRefundedWhole({ refunds = [], total }: Line): boolean {
  const whole = toCents(total?.value)
  const back = refunds.reduce((sum, { amount }) => sum + (toCents(amount?.value) ?? 0), 0)
  return whole !== undefined && whole > 0 && back >= whole
}

/** In thousandths, so that currencies with three decimals are whole numbers too. */
function toCents(value: string | undefined): number | undefined {
  if (value === undefined || !/^\d{1,12}(\.\d{1,3})?$/.test(value)) return undefined
  return Math.round(Number(value) * 1_000)
}

/** As `ids.ts` names listings: the item, with the SKU or what it varies in where it is a variation. */
function listingOf(line: Line): string | undefined {
  const { legacyItemId, legacyVariationId, sku, variationAspects = [] } = line
  if (legacyItemId === undefined || !/^\d{1,19}$/.test(legacyItemId)) return undefined
  const isVariation =
    variationAspects.length > 0 || (legacyVariationId !== undefined && !/^0*$/.test(legacyVariationId))
  if (!isVariation) return legacyItemId
  if (sku !== undefined && sku !== '') return toExternalId({ itemId: legacyItemId, sku })
  return toExternalId({ itemId: legacyItemId, digest: digestOf(variationAspects) })
}
