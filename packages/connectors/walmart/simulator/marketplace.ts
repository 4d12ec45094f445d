import type { WarehouseFloor } from '@plimsoll/connector-kit/simulator'
import type { Kept } from './kept-stock.ts'
import { OrderLog } from './order-log.ts'
import {
  type Item,
  type Line,
  type Node,
  type OrderEvent,
  openUnitsOf,
  type PurchaseOrder,
  type Status,
  type StatusRow,
} from './records.ts'

export type MarketplaceOptions = {
  now: () => number
  /** 0 ≤ n < 1. */
  random: () => number
  nodes: readonly Node[]
  /** How late the list shows an order or a change of one. */
  orderLagMs: number
  /** Until when an order is to be shipped, from its creation. */
  shipWithinMs: number
  /** From then on until Walmart cancels what has not shipped. */
  autoCancelAfterMs: number
  /** Orders come acknowledged. */
  isAcknowledged: boolean
  /** Where what Walmart keeps lies. */
  floor: WarehouseFloor
}

type MarketplaceEvent =
  | { kind: 'order'; order: PurchaseOrder; what: OrderEvent }
  | { kind: 'offer'; item: Item; isPublished: boolean }

/**
 * The rules by which Walmart counts. What the seller writes is the input quantity of an item at a node, and nothing but a
 * write changes it; what is shown is that less the units of open orders. Sources: README.
 */
export class Marketplace {
  readonly options: MarketplaceOptions
  readonly nodes: Map<string, Node>
  readonly items = new Map<string, Item>()
  /** SKU → node → input quantity. */
  readonly inputs = new Map<string, Map<string, number>>()
  readonly kept = new Map<string, Kept>()
  readonly orders = new Map<string, PurchaseOrder>()
  readonly log = new OrderLog()
  /** Units of open orders by SKU and node. */
  readonly #reserved = new Map<string, number>()
  readonly #open = new Set<PurchaseOrder>()
  readonly #listeners: ((event: MarketplaceEvent) => void)[] = []
  #lastId = 0

  constructor(options: MarketplaceOptions) {
    this.options = options
    this.nodes = new Map(options.nodes.map((node) => [node.id, { ...node }]))
  }

  onEvent(listener: (event: MarketplaceEvent) => void): void {
    this.#listeners.push(listener)
  }

  nextId(): number {
    this.#lastId += 1
    return this.#lastId
  }

  addItem(seed: { sku: string; title: string; barcode: string; price: number; isKept: boolean }): Item {
    const { sku, title, barcode, price, isKept } = seed
    const number = this.nextId()
    const item: Item = {
      sku,
      title,
      price,
      isKept,
      wpid: `0R${String(number).padStart(10, '0')}`,
      upc: /^\d{12}$/.test(barcode) ? barcode : '',
      gtin: /^\d{8,14}$/.test(barcode) ? barcode.padStart(14, '0') : '',
      lifecycleStatus: 'ACTIVE',
      publishedStatus: 'PUBLISHED',
    }
    this.items.set(sku, item)
    return item
  }

  setPublished(item: Item, isPublished: boolean): void {
    item.publishedStatus = isPublished ? 'PUBLISHED' : 'UNPUBLISHED'
    this.#emit({ kind: 'offer', item, isPublished })
  }

  inputOf(sku: string, node: string): number | undefined {
    return this.inputs.get(sku)?.get(node)
  }

  /** @returns the quantity before */
  setInput(sku: string, node: string, quantity: number): number | undefined {
    const nodes = this.inputs.get(sku) ?? new Map<string, number>()
    this.inputs.set(sku, nodes)
    const before = nodes.get(node)
    nodes.set(node, quantity)
    return before
  }

  reservedOf(sku: string, node: string): number {
    return this.#reserved.get(keyOf(sku, node)) ?? 0
  }

  /** What a node can still give. */
  availableAt(sku: string, node: string): number {
    return Math.max(0, (this.inputOf(sku, node) ?? 0) - this.reservedOf(sku, node))
  }

  /** What shoppers are shown. */
  availableOf({ sku, isKept, lifecycleStatus, publishedStatus }: Item): number {
    if (lifecycleStatus !== 'ACTIVE' || publishedStatus !== 'PUBLISHED') return 0
    if (isKept) return this.kept.get(sku)?.available ?? 0
    let units = 0
    for (const node of this.nodes.values()) {
      if (node.status === 'ACTIVE') units += this.availableAt(sku, node.id)
    }
    return units
  }

  addOrder(
    order: Omit<PurchaseOrder, 'modifiedMs' | 'visibleFromMs' | 'sequence' | 'shipByMs'>,
  ): PurchaseOrder {
    const { now, shipWithinMs } = this.options
    const whole: PurchaseOrder = {
      ...order,
      modifiedMs: now(),
      visibleFromMs: now(),
      sequence: 0,
      shipByMs: now() + shipWithinMs,
    }
    this.orders.set(whole.id, whole)
    for (const line of whole.lines) this.#reserve(whole, line, openUnitsOf(line))
    this.#touch(whole)
    this.#emit({ kind: 'order', order: whole, what: 'PO_CREATED' })
    return whole
  }

  /** Moves units of a line from the first of `from` that has them; what is reserved follows. */
  moveUnits(
    order: PurchaseOrder,
    line: Line,
    change: { from: readonly Status[]; units: number; to: StatusRow },
  ): void {
    const before = openUnitsOf(line)
    let left = change.units
    for (const row of line.statuses) {
      if (!change.from.includes(row.status)) continue
      const taken = Math.min(left, row.units)
      row.units -= taken
      left -= taken
    }
    line.statuses = line.statuses.filter(({ units }) => units > 0)
    const same = line.statuses.find((row) => row.status === change.to.status && row.tracking === undefined)
    if (same !== undefined && change.to.tracking === undefined) same.units += change.units
    else line.statuses.push({ ...change.to, units: change.units })
    line.statusMs = this.options.now()
    this.#reserve(order, line, openUnitsOf(line) - before)
    this.#keepBooks(order, line, change)
    this.#touch(order)
  }

  tell(order: PurchaseOrder, what: OrderEvent): void {
    this.#emit({ kind: 'order', order, what })
  }

  /** The customer wants these lines no more, or does again. */
  setUnwanted(order: PurchaseOrder, lines: readonly Line[], isUnwanted: boolean): void {
    for (const line of lines) {
      line.isUnwanted = isUnwanted
      line.statusMs = this.options.now()
    }
    this.#touch(order)
    if (isUnwanted) this.tell(order, 'INTENT_TO_CANCEL')
  }

  refund(order: PurchaseOrder, line: Line): void {
    line.isRefunded = true
    this.#touch(order)
  }

  /** What happens by itself: lines that were not shipped in time are cancelled. Called before anything is looked at. */
  work(): void {
    const now = this.options.now()
    for (const order of this.#open) {
      // They stand in the order in which they were placed, and all have as long.
      if (now < order.shipByMs + this.options.autoCancelAfterMs) return
      for (const line of order.lines) {
        const units = openUnitsOf(line)
        if (units === 0) continue
        const to: StatusRow = { status: 'Cancelled', units, reason: 'AUTO_CANCELLED' }
        this.moveUnits(order, line, { from: ['Created', 'Acknowledged'], units, to })
      }
      this.tell(order, 'PO_LINE_AUTOCANCELLED')
    }
  }

  #reserve(order: PurchaseOrder, line: Line, units: number): void {
    if (order.node === undefined || units === 0) return
    const key = keyOf(line.sku, order.node)
    this.#reserved.set(key, (this.#reserved.get(key) ?? 0) + units)
  }

  /** Walmart's own stock it counts itself. */
  #keepBooks(order: PurchaseOrder, line: Line, { units, to }: { units: number; to: StatusRow }): void {
    const kept = order.node === undefined ? this.kept.get(line.sku) : undefined
    if (kept === undefined) return
    if (to.status === 'Cancelled') kept.available += units
    if (to.status === 'Shipped') kept.onHand -= units
    kept.modifiedMs = this.options.now()
  }

  #touch(order: PurchaseOrder): void {
    const now = this.options.now()
    order.modifiedMs = now
    order.visibleFromMs = now + this.options.orderLagMs
    if (order.lines.some((line) => openUnitsOf(line) > 0)) this.#open.add(order)
    else this.#open.delete(order)
    this.log.note(order)
  }

  #emit(event: MarketplaceEvent): void {
    for (const listener of this.#listeners) listener(event)
  }
}

function keyOf(sku: string, node: string): string {
  return `${sku}\u0000${node}`
}
