import type {
  ControlLevel,
  ControlOperations,
  OrderStep,
  StepOutcome,
} from '@plimsoll/connector-kit/simulator'
import { WFS_LOCATION } from '../ids.ts'
import { placeOrder } from './checkout.ts'
import { keepStock } from './kept-stock.ts'
import type { Marketplace } from './marketplace.ts'
import { cancelUnits, refundOrder, shipUnits } from './order-steps.ts'
import { type Item, openUnitsOf, type PurchaseOrder } from './records.ts'
import type { Returns } from './return-routes.ts'

/** Shoppers, the seller's own screen and Walmart itself, for the kit's control API and storefront. */
export function createControl(
  marketplace: Marketplace,
  work: () => void,
  returns: Returns,
): ControlOperations {
  const levelsOf = ({ sku, isKept }: Item): ControlLevel[] => {
    if (isKept) {
      const quantity = marketplace.kept.get(sku)?.available ?? null
      return [{ sku, stockUnitId: sku, locationId: WFS_LOCATION, quantity }]
    }
    return [...(marketplace.inputs.get(sku) ?? [])].map(([node, quantity]) => ({
      sku,
      stockUnitId: sku,
      locationId: node,
      quantity,
    }))
  }

  return {
    addProducts: (products) =>
      // Walmart sells nothing without counting it.
      products
        .filter(({ unitsTracked = true }) => unitsTracked)
        .flatMap(({ sku, title, barcode = '', price, quantity, keptByPlatform: isKept = false }) => {
          const item = marketplace.addItem({ sku, title, barcode, price, isKept })
          const [first] = marketplace.nodes.keys()
          if (isKept) {
            const { floor, now } = marketplace.options
            marketplace.kept.set(sku, keepStock(floor, { sku, title, barcode, quantity, now }))
          } else if (first !== undefined) marketplace.setInput(sku, first, quantity)
          return levelsOf(item)
        }),
    levels() {
      work()
      return [...marketplace.items.values()].flatMap(levelsOf)
    },
    placeOrder(lines, to) {
      work()
      const placed = placeOrder(marketplace, lines, to)
      if (placed.kind === 'refused') return placed
      const [first] = placed.orders
      return {
        kind: 'placed',
        externalId: first?.id ?? '',
        lines: placed.orders.flatMap((order) =>
          order.lines.map(({ sku, ordered }) => ({
            sku,
            stockUnitId: sku,
            locationId: order.node ?? WFS_LOCATION,
            quantity: ordered,
          })),
        ),
      }
    },
    stepOrder(externalId, step) {
      work()
      const order = marketplace.orders.get(externalId)
      return order === undefined ? { kind: 'not-found' } : takeStep(marketplace, order, step)
    },
    grantReturn: (orderId, units) => returns.grant(orderId, units),
    callOffReturn: (number) => returns.callOff(number),
    setLevel({ stockUnitId, locationId, quantity }) {
      const item = marketplace.items.get(stockUnitId)
      if (item === undefined || !marketplace.nodes.has(locationId)) return undefined
      return { before: marketplace.setInput(item.sku, locationId, quantity) ?? null }
    },
    products({ search, limit }) {
      work()
      const wanted = search.toLowerCase()
      const found = [...marketplace.items.values()].filter(
        ({ sku, title }) => sku.toLowerCase().includes(wanted) || title.toLowerCase().includes(wanted),
      )
      const rows = found.slice(0, limit).map((item) => ({
        sku: item.sku,
        title: item.title,
        price: item.price,
        quantity: marketplace.availableOf(item),
      }))
      return { total: found.length, rows }
    },
  }
}

function takeStep(marketplace: Marketplace, order: PurchaseOrder, step: OrderStep): StepOutcome {
  const why = whyNot(marketplace, order, step)
  return why === undefined ? { kind: 'done' } : { kind: 'refused', why }
}

function whyNot(marketplace: Marketplace, order: PurchaseOrder, step: OrderStep): string | undefined {
  switch (step) {
    case 'pay':
      return 'Walmart shows an order once it is paid for.'
    case 'cancel':
      return cancelAll(marketplace, order)
    case 'fulfill':
      return shipAll(marketplace, order)
    case 'refund':
      return refundOrder(marketplace, order)
    // What Mexico holds back is not played here.
    case 'hold':
    case 'release':
      return wantAgain(marketplace, order, step === 'release')
    default: {
      const never: never = step
      return never
    }
  }
}

/** The customer asks to cancel what is open, or thinks better of it. */
function wantAgain(marketplace: Marketplace, order: PurchaseOrder, isWanted: boolean): string | undefined {
  const lines = order.lines.filter((line) => openUnitsOf(line) > 0 && (line.isUnwanted === true) === isWanted)
  if (lines.length === 0) return isWanted ? 'Nobody asked to cancel.' : 'Nothing is left to cancel.'
  marketplace.setUnwanted(order, lines, !isWanted)
  return undefined
}

/** Walmart's fraud review, or the customer through it. */
function cancelAll(marketplace: Marketplace, order: PurchaseOrder): string | undefined {
  const open = order.lines.filter((line) => openUnitsOf(line) > 0)
  if (open.length === 0) return 'Nothing is left to cancel.'
  for (const line of open) {
    const why = cancelUnits(marketplace, order, {
      line,
      units: openUnitsOf(line),
      reason: 'CUSTOMER_REQUESTED_SELLER_TO_CANCEL',
    })
    if (why !== undefined) return why
  }
  marketplace.tell(order, 'FRAUD_CANCEL')
  return undefined
}

/** The seller confirms the shipment on Walmart's own screen. */
export function shipAll(marketplace: Marketplace, order: PurchaseOrder): string | undefined {
  const open = order.lines.filter((line) => openUnitsOf(line) > 0)
  if (open.length === 0) return 'Nothing is left to ship.'
  for (const line of open) {
    const why = shipUnits(marketplace, order, {
      line,
      units: openUnitsOf(line),
      byApi: false,
      tracking: {
        shipDateTime: marketplace.options.now(),
        carrierName: { carrier: 'UPS' },
        methodCode: 'Standard',
        trackingNumber: `1Z${order.id}`,
      },
    })
    if (why !== undefined) return why
  }
  return undefined
}
