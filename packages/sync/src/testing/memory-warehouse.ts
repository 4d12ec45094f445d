import {
  type Clock,
  type Connector,
  defineWarehouse,
  type InboundNotice,
  Invalid,
  type Parcel,
  type ReceivedUnits,
  type ShipmentRequest,
  type WarehouseReceipt,
  type WarehouseReturn,
  type WarehouseShipment,
  type WarehouseTerms,
} from '@plimsoll/connector-kit'
import { z } from 'zod'
import { countsOf } from './memory-counts.ts'
import { addUnits, shown } from './memory-deliveries.ts'
import { callWarehouse, toListing, type WarehouseAnswer } from './warehouse-call.ts'

export type WarehouseCall =
  | 'requestShipment'
  | 'findShipment'
  | 'cancelShipment'
  | 'shipments'
  | 'counts'
  | 'announceInbound'
  | 'receipts'
  | 'returns'

/**
 * A warehouse in memory that counts and sends for a brand: a floor with stock, shipments that its people work at when they
 * are told to, and books of all that left. Where `requests` is `by-read-back` it makes a second shipment of a second
 * request, as many do. It knows nothing of the hub.
 */
export class MemoryWarehouse {
  readonly clock: Clock
  readonly requests: WarehouseTerms['requests']
  readonly stock = new Map<string, number>()
  readonly shipments: MemoryShipment[] = []
  /** Of the stock, units that are set aside as damaged. */
  readonly damaged = new Map<string, number>()
  readonly notices: { externalId: string; notice: InboundNotice }[] = []
  readonly receipts: (WarehouseReceipt & { changedAt: number })[] = []
  /** How many stock units a page of its counts has; undefined: all. */
  countPage: number | undefined
  /** Whether its counts say when they were true. */
  saysWhen = true
  /** Stock units that its counts do not name any more. */
  readonly unnamed = new Set<string>()
  /** A report of a moment that is over, which its counts tell instead of what lies there. */
  told: { at: Date; stock: Map<string, { onHand: number; held: number }> } | undefined
  beforeCounts: ((cursor: string | undefined) => void) | undefined
  readonly returns: (WarehouseReturn & { changedAt: number })[] = []
  /** Units that left, by order number and SKU. */
  readonly left: { number: string; sku: string; units: number }[] = []
  /** Requests, and announcements, with these numbers it refuses. */
  readonly refused = new Set<string>()
  /** How it keeps announcements apart: by their key, or not at all, so that whoever announces looks first. */
  inbounds: NonNullable<WarehouseTerms['inboundNotices']> = 'by-key'
  /** Lines that it takes in one request. */
  linesMax = 100
  /** It knows how a parcel goes only some time after it left: see `track`. */
  tracksLater = false
  fault: (call: WarehouseCall) => WarehouseAnswer = () => undefined
  #landing: { at: number; work: () => void }[] = []
  #version = 0
  #sequence = 0

  constructor(clock: Clock, requests: WarehouseTerms['requests']) {
    this.clock = clock
    this.requests = requests
  }

  take(request: ShipmentRequest): MemoryShipment {
    const known = this.shipments.find((each) => each.request.shipmentId === request.shipmentId)
    if (known !== undefined && this.requests === 'by-key') return known
    if (this.refused.has(request.number)) throw new Invalid('We do not send there', 'recipient.country')
    this.#sequence += 1
    const shipment: MemoryShipment = {
      externalId: `W-${this.#sequence}`,
      request,
      state: 'received',
      parcels: [],
      takenAt: this.clock.now(),
      changedAt: this.clock.now(),
      version: this.#nextVersion(),
    }
    this.shipments.push(shipment)
    return shipment
  }

  /** @returns what carries it out, now or later */
  await(notice: InboundNotice): () => { externalId: string } {
    const find = () => this.notices.find((each) => each.notice.inboundId === notice.inboundId)
    if (this.refused.has(notice.number)) throw new Invalid('We do not take that in', 'lines')
    const before = find()
    return () => {
      const known = before ?? (this.inbounds === 'by-key' ? find() : undefined)
      if (known !== undefined) return known
      const awaited = { externalId: `A-${this.notices.length + 1}`, notice }
      this.notices.push(awaited)
      return awaited
    }
  }

  /** Its people take units in, in a line of the delivery that stands for their condition. */
  takeIn(
    into: { externalId: string; inboundId: string | undefined },
    sku: string,
    units: number,
    options: {
      condition?: 'sellable' | 'damaged'
      lot?: string
      expiresOn?: string
      serials?: string[]
    } = {},
  ): void {
    const { condition = 'sellable', lot, expiresOn, serials = [] } = options
    this.#add(sku, units, condition)
    let receipt = this.receipts.find(({ externalId }) => externalId === into.externalId)
    if (receipt === undefined) {
      receipt = { ...into, version: 0, locationId: 'floor', isComplete: false, lines: [], changedAt: 0 }
      this.receipts.push(receipt)
    }
    addUnits(receipt.lines, this.#unitsOf(sku, units, condition, { lot, expiresOn, serials }))
    this.#touch(receipt)
  }

  /** No more of it will come. */
  complete(externalId: string): void {
    const receipt = this.receipts.find((each) => each.externalId === externalId)
    if (receipt !== undefined) this.#touch(Object.assign(receipt, { isComplete: true }))
  }

  /** A parcel comes back, and waits to be inspected. */
  comeBack(
    into: Pick<WarehouseReturn, 'externalId' | 'shipmentId'> &
      Partial<Pick<WarehouseReturn, 'returnId' | 'number'>>,
    sku: string,
    units: number,
  ): void {
    let back = this.returns.find(({ externalId }) => externalId === into.externalId)
    if (back === undefined) {
      back = {
        number: `RMA-${into.externalId}`,
        ...into,
        version: 0,
        locationId: 'floor',
        isComplete: false,
        lines: [],
        changedAt: 0,
      }
      this.returns.push(back)
    }
    addUnits(back.lines, this.#unitsOf(sku, units, 'waiting'))
    this.#touch(back)
  }

  /** Of what waits, so many units are found to be so. */
  inspect(externalId: string, units: number, condition: 'sellable' | 'damaged' | 'disposed'): void {
    const back = this.returns.find((each) => each.externalId === externalId)
    const waiting = back?.lines.find((line) => line.condition === 'waiting' && line.quantity > 0)
    if (back === undefined || waiting === undefined) return
    const some = Math.min(units, waiting.quantity)
    waiting.quantity -= some
    addUnits(back.lines, this.#unitsOf(waiting.sku, some, condition))
    if (condition !== 'disposed') this.#add(waiting.sku, some, condition)
    this.#touch(back)
  }

  #unitsOf<Condition extends string>(
    sku: string,
    quantity: number,
    condition: Condition,
    { lot, expiresOn, serials = [] }: Partial<Pick<ReceivedUnits, 'lot' | 'expiresOn' | 'serials'>> = {},
  ): Omit<ReceivedUnits, 'condition'> & { condition: Condition } {
    const receivedAt = new Date(this.clock.now())
    const externalId = `${sku}-${condition}-${lot ?? ''}`
    return { externalId, sku, quantity, condition, lot, expiresOn, serials, receivedAt }
  }

  #add(sku: string, units: number, condition: 'sellable' | 'damaged'): void {
    this.stock.set(sku, (this.stock.get(sku) ?? 0) + units)
    if (condition === 'damaged') this.damaged.set(sku, (this.damaged.get(sku) ?? 0) + units)
  }

  #touch(of: { changedAt: number; version: number | undefined }): void {
    of.changedAt = this.clock.now()
    of.version = this.#nextVersion()
  }

  /** Its people begin: it may be too late to cancel. */
  work(shipment: MemoryShipment): void {
    if (shipment.state === 'received') this.#change(shipment, 'working')
  }

  /** Something is the matter with it: a person there waits for a person here. */
  hold(shipment: MemoryShipment, problem: NonNullable<WarehouseShipment['problem']>): void {
    shipment.problem = problem
    this.#change(shipment, 'held')
  }

  release(shipment: MemoryShipment): void {
    shipment.problem = undefined
    this.#change(shipment, 'working')
  }

  /** So many units of each line leave (all that are open unless told), in a parcel of their own; `only`: of this SKU alone. */
  send(shipment: MemoryShipment, most = Number.MAX_SAFE_INTEGER, only?: string): void {
    if (shipment.state !== 'received' && shipment.state !== 'working') return
    const lines = shipment.request.lines.flatMap(({ lineId, sku, quantity }) => {
      if (only !== undefined && sku !== only) return []
      const sent = shipment.parcels
        .flatMap((parcel) => parcel.lines)
        .filter((line) => line.lineId === lineId)
        .reduce((sum, line) => sum + line.quantity, 0)
      const good = (this.stock.get(sku) ?? 0) - (this.damaged.get(sku) ?? 0)
      const units = Math.min(most, quantity - sent, good)
      return units > 0 ? [{ lineId, sku, quantity: units, lot: undefined, serials: [] }] : []
    })
    for (const { sku, quantity } of lines) {
      this.stock.set(sku, (this.stock.get(sku) ?? 0) - quantity)
      this.left.push({ number: shipment.request.number, sku, units: quantity })
    }
    if (lines.length > 0)
      shipment.parcels.push({
        externalId: `${shipment.externalId}-${shipment.parcels.length + 1}`,
        carrier: 'DHL',
        trackingNumber: this.tracksLater
          ? undefined
          : `T-${shipment.externalId}-${shipment.parcels.length + 1}`,
        trackingUrl: undefined,
        shippedAt: new Date(this.clock.now()),
        lines,
      })
    const asked = shipment.request.lines.reduce((sum, { quantity }) => sum + quantity, 0)
    const sent = shipment.parcels
      .flatMap((parcel) => parcel.lines)
      .reduce((sum, { quantity }) => sum + quantity, 0)
    const isDone = lines.length === 0 && only === undefined
    this.#change(shipment, sent === asked || isDone ? 'shipped' : 'working')
  }

  /** Its parcels have numbers now. */
  track(shipment: MemoryShipment): void {
    if (shipment.parcels.every(({ trackingNumber }) => trackingNumber !== undefined)) return
    const { parcels, state } = shipment
    shipment.parcels = parcels.map((parcel) => ({ ...parcel, trackingNumber: `T-${parcel.externalId}` }))
    this.#change(shipment, state)
  }

  cancel(shipment: MemoryShipment): 'cancelled' | 'too-late' {
    if (shipment.state === 'cancelled') return 'cancelled'
    if (shipment.state !== 'received') return 'too-late'
    this.#change(shipment, 'cancelled')
    return 'cancelled'
  }

  /** Work that it does a little later, within what it declares (`latestEffectMs`). */
  later(work: () => void): void {
    this.#landing.push({ at: this.clock.now() + LATE_MS, work })
  }

  /** Does what is due by now. */
  land(): void {
    const due = this.#landing.filter(({ at }) => at <= this.clock.now())
    this.#landing = this.#landing.filter((each) => !due.includes(each))
    for (const { work } of due) work()
  }

  show({ externalId, request, state, version, parcels, problem }: MemoryShipment): WarehouseShipment {
    return {
      externalId,
      shipmentId: request.shipmentId,
      version,
      state,
      problem,
      parcels: [...parcels],
    }
  }

  #change(shipment: MemoryShipment, state: MemoryShipment['state']): void {
    Object.assign(shipment, { state, changedAt: this.clock.now(), version: this.#nextVersion() })
  }

  #nextVersion(): number {
    this.#version += 1
    return this.#version
  }
}

/** Just before it can act no more. */
const LATE_MS = 39_900
const LATEST_EFFECT_MS = 40_000

export type MemoryShipment = {
  externalId: string
  request: ShipmentRequest
  state: 'received' | 'working' | 'held' | 'shipped' | 'cancelled'
  problem?: WarehouseShipment['problem']
  parcels: Parcel[]
  takenAt: number
  changedAt: number
  version: number
}

export function memoryWarehouseConnector(warehouse: MemoryWarehouse, id: string): Connector {
  const call = <T>(name: WarehouseCall, carryOut: () => T): T =>
    callWarehouse(warehouse, name, () => warehouse.fault(name), carryOut)
  const connector = defineWarehouse<object, { key: string }>({
    manifest: {
      id,
      name: id,
      colour: '#000000',
      regions: ['world'],
      settings: z.object({}),
      credentials: z.object({ key: z.string() }),
      budgets: [],
      webhooks: [],
      warehouse: {
        requests: warehouse.requests,
        latestEffectMs: LATEST_EFFECT_MS,
        visibilityLagMs: 0,
        cancel: 'until-working',
        deducts: 'shipped',
        follows: ['shipments', 'receipts', 'returns'],
        get inboundNotices() {
          return warehouse.inbounds
        },
        lots: true,
        serials: true,
        get linesMax() {
          return warehouse.linesMax
        },
        stuckAfterMs: 86_400_000,
        facts: [],
      },
    },
    open: () => ({
      check: async () => ({
        account: id,
        accountId: id,
        currency: undefined,
        timeZone: undefined,
        missingScopes: [],
        warnings: [],
      }),
      locations: async () => [{ externalId: 'floor', name: 'The floor', active: true }],
      listings: async () => ({
        rows: [...warehouse.stock.keys()].map(toListing),
        next: undefined,
        platformTime: undefined,
      }),
      listing: async (sku) => toListing(sku),
      counts: async (cursor) => call('counts', () => countsOf(warehouse, cursor)),
      registerWebhooks: async () => ({ registered: [], repaired: [] }),
      requestShipment: async (request) =>
        call('requestShipment', () => ({ externalId: warehouse.take(request).externalId })),
      findShipment: async (shipmentId) =>
        call('findShipment', () => {
          const found = warehouse.shipments.find(({ request }) => request.shipmentId === shipmentId)
          return found === undefined ? undefined : warehouse.show(found)
        }),
      cancelShipment: async ({ externalId }) =>
        call('cancelShipment', () => {
          const found = warehouse.shipments.find((each) => each.externalId === externalId)
          return found === undefined ? 'too-late' : warehouse.cancel(found)
        }),
      announceInbound: async (notice) => call('announceInbound', warehouse.await(notice)),
      receipts: async ({ since }) =>
        call('receipts', () => ({
          rows: shown(warehouse.receipts, since),
          next: undefined,
          platformTime: new Date(warehouse.clock.now()),
        })),
      returns: async ({ since }) =>
        call('returns', () => ({
          rows: shown(warehouse.returns, since),
          next: undefined,
          platformTime: new Date(warehouse.clock.now()),
        })),
      shipments: async ({ since }) =>
        call('shipments', () => ({
          rows: warehouse.shipments
            .filter(({ changedAt }) => changedAt >= since.getTime())
            .sort((a, b) => a.changedAt - b.changedAt)
            .map((shipment) => warehouse.show(shipment)),
          next: undefined,
          platformTime: new Date(warehouse.clock.now()),
        })),
    }),
    webhooks: { verify: () => false, parse: () => [], personalDataKeys: [] },
  })
  // The registry parses settings and credentials with the manifest's own schemas before it opens anything.
  return connector as Connector
}
