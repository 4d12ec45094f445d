import {
  type FloorRequestBook,
  isRequestLive,
  type ParcelBook,
  type WarehouseBook,
} from '../invariants/warehouse-books.ts'
import { createRandom } from '../world/random.ts'
import type { WarehouseKind } from './kinds.ts'

type Span = readonly [least: number, most: number]

/** How its people work; times in milliseconds, shares from 0 to 1. */
export type WarehousePace = {
  /** From a request to the beginning of work; from there to the parcel. */
  acceptMs: Span
  packMs: Span
  /** Of the requests so many are refused as they are looked at. */
  rejectShare: number
  /** So many lack a unit, which is gone from the shelf too. */
  shortShare: number
  /** So many leave in two parcels. */
  splitShare: number
  /** So many wait for a person first, and for so long. */
  holdShare: number
  holdMs: Span
  /** Of what is being packed so much leaves just before somebody counts. */
  hurryShare?: number
}

export type FloorRequest = FloorRequestBook & {
  lines: { lineId: string; sku: string; quantity: number; sent: number; dropped: number }[]
  parcels: FloorParcel[]
  problem: { code: string; message: string } | undefined
  version: number
  changedAt: number
}

type FloorParcel = {
  externalId: string
  shippedAt: number
  lines: { lineId: string; sku: string; quantity: number }[]
}

type Options = {
  name: string
  kind: WarehouseKind
  pace: WarehousePace
  seed: string
  now(): number
  /** Something that its people do later. */
  later(ms: number, what: string, run: () => void): void
  tell(text: string): void
  /** What a webhook would tell. */
  onRequest(request: FloorRequest): void
  onCount(): void
}

/**
 * One simulated warehouse: shelves, requests, and people who work at them by themselves. It keeps the books that the
 * hub is judged by, and knows nothing of the hub. What becomes of a request is drawn by its order's number, so that what
 * happens to the others changes nothing.
 */
export class Warehouse implements WarehouseBook {
  readonly name: string
  readonly kind: WarehouseKind
  readonly locationCode: string
  connectionId = ''
  readonly opening = new Map<string, number>()
  readonly shelves = new Map<string, number>()
  readonly adjustments: { at: number; sku: string; units: number }[] = []
  readonly requests: FloorRequest[] = []
  readonly left: ParcelBook[] = []
  readonly #options: Options
  #version = 0

  constructor(options: Options) {
    this.#options = options
    this.name = options.name
    this.kind = options.kind
    this.locationCode = options.name.toUpperCase()
  }

  /** What lies there before anybody looks. */
  open(sku: string, units: number): void {
    this.opening.set(sku, units)
    this.shelves.set(sku, units)
  }

  get now(): number {
    return this.#options.now()
  }

  /** Goods come in without any paper. */
  deliver(sku: string, units: number): void {
    const there = this.shelves.get(sku)
    if (there === undefined) return
    // What does not lie there cannot be lost.
    const moved = Math.max(units, -there)
    if (moved === 0) return
    this.#adjust(sku, moved)
    this.#options.tell(`: ${moved} of ${sku} more; ${this.shelves.get(sku)} lie there`)
  }

  /** Somebody comes to count: some of what is being packed leaves at the last moment. */
  hurry(): void {
    const { pace, seed } = this.#options
    for (const request of this.requests) {
      const random = createRandom(`${seed}/${this.name}/${request.number}/hurry`)
      if (request.state === 'working' && random.chance(pace.hurryShare ?? 0)) this.#pack(request)
    }
  }

  /** Somebody counts all that lies there, and says so. */
  count(): void {
    this.#options.onCount()
  }

  take(asked: {
    reference: string
    number: string
    lines: readonly { lineId: string; sku: string; quantity: number }[]
  }): FloorRequest {
    const known = this.find(asked.reference)
    if (known !== undefined && this.kind.requests === 'by-key') return known
    const { reference, number } = asked
    const request: FloorRequest = {
      id: `${this.name}-${this.requests.length + 1}`,
      reference,
      number,
      at: this.now,
      state: 'received',
      lines: asked.lines.map(({ lineId, sku, quantity }) => ({ lineId, sku, quantity, sent: 0, dropped: 0 })),
      parcels: [],
      problem: undefined,
      version: 0,
      changedAt: 0,
    }
    this.requests.push(request)
    this.#options.tell(
      `takes ${number}: ${request.lines.map(({ sku, quantity }) => `${quantity} of ${sku}`).join(', ')}`,
    )
    this.#change(request, 'received')
    this.#plan(request)
    return request
  }

  /** The newest under this reference. */
  find(reference: string): FloorRequest | undefined {
    return this.requests.findLast((request) => request.reference === reference)
  }

  cancel(id: string): 'cancelled' | 'too-late' | 'not-found' {
    const request = this.requests.find((each) => each.id === id)
    if (request === undefined) return 'not-found'
    if (request.state === 'cancelled') return 'cancelled'
    const isLate = this.kind.cancel === 'until-working' && request.state === 'working'
    if (this.kind.cancel === false || !isRequestLive(request) || isLate || request.parcels.length > 0)
      return 'too-late'
    for (const line of request.lines) line.dropped = line.quantity - line.sent
    this.#change(request, 'cancelled')
    return 'cancelled'
  }

  /** All that is random is drawn when a request comes. */
  #plan(request: FloorRequest): void {
    const { pace, seed, later } = this.#options
    const random = createRandom(`${seed}/${this.name}/${request.number}`)
    const between = ([least, most]: Span) => least + (most - least) * random.next()
    const [acceptMs, packMs, waitMs, holdMs] = [
      between(pace.acceptMs),
      between(pace.packMs),
      between(pace.packMs),
      between(pace.holdMs),
    ]
    const isDue = (share: number) => random.chance(share)
    const [rejects, lacks, splits, holds] = [
      isDue(pace.rejectShare),
      isDue(pace.shortShare),
      isDue(pace.splitShare),
      isDue(pace.holdShare),
    ]
    const { id } = request
    later(acceptMs, `${id} is begun`, () => {
      if (request.state !== 'received') return
      if (rejects) return this.#reject(request)
      if (holds) {
        request.problem = { code: 'address', message: 'The address needs a look.' }
        this.#change(request, 'held')
        later(holdMs, `${id} goes on`, () => {
          if (request.state !== 'held') return
          request.problem = undefined
          this.#change(request, 'working')
        })
      } else this.#change(request, 'working')
      later((holds ? holdMs : 0) + packMs, `${id} is packed`, () => {
        if (request.state !== 'working') return
        if (lacks) this.#lose(request)
        if (splits && openOf(request) > 1) {
          this.#pack(request, 1)
          later(waitMs, `the rest of ${id} is packed`, () => this.#pack(request))
        } else this.#pack(request)
      })
    })
  }

  #reject(request: FloorRequest): void {
    request.problem = { code: 'address', message: 'Nothing is sent there.' }
    for (const line of request.lines) line.dropped = line.quantity
    this.#change(request, 'rejected')
  }

  /** A unit is not found where it should lie: it is gone, where somebody tells of counts, and else found after a while. */
  #lose(request: FloorRequest): void {
    const line = request.lines.find(({ sku }) => (this.shelves.get(sku) ?? 0) > 0)
    if (line === undefined) return
    line.dropped += 1
    if (this.kind.webhooks !== 'none') this.#adjust(line.sku, -1)
    request.problem = { code: 'short', message: `1 of ${line.sku} was not found.` }
    this.#options.tell(`: 1 of ${line.sku} is gone`)
    this.#change(request, 'working')
  }

  /** Up to so many units leave; what is not on the shelf never will. */
  #pack(request: FloorRequest, most = Number.MAX_SAFE_INTEGER): void {
    if (request.state !== 'working') return
    let room = most
    const lines: FloorParcel['lines'] = []
    for (const line of request.lines) {
      const open = line.quantity - line.sent - line.dropped
      const there = Math.min(open, this.shelves.get(line.sku) ?? 0)
      const units = Math.min(there, room)
      if (there < open) line.dropped += open - there
      if (units === 0) continue
      room -= units
      line.sent += units
      this.shelves.set(line.sku, (this.shelves.get(line.sku) ?? 0) - units)
      lines.push({ lineId: line.lineId, sku: line.sku, quantity: units })
    }
    if (lines.length > 0) this.#leave(request, lines)
    const isOver = openOf(request) === 0
    if (isOver) this.#change(request, request.parcels.length > 0 ? 'shipped' : 'rejected')
    else this.#change(request, 'working')
  }

  #leave(request: FloorRequest, lines: FloorParcel['lines']): void {
    const { id, number, reference } = request
    const externalId = `${id}-${request.parcels.length + 1}`
    request.parcels.push({ externalId, shippedAt: this.now, lines })
    for (const { sku, quantity } of lines)
      this.left.push({ at: this.now, externalId, requestId: id, number, reference, sku, units: quantity })
    this.#options.tell(
      `sends of ${number} ${lines.map(({ sku, quantity }) => `${quantity} of ${sku}`).join(', ')}`,
    )
  }

  #adjust(sku: string, units: number): void {
    this.shelves.set(sku, (this.shelves.get(sku) ?? 0) + units)
    this.adjustments.push({ at: this.now, sku, units })
    this.#options.onCount()
  }

  #change(request: FloorRequest, state: FloorRequest['state']): void {
    this.#version += 1
    Object.assign(request, { state, version: this.#version, changedAt: this.now })
    this.#options.onRequest(request)
  }
}

function openOf({ lines }: FloorRequest): number {
  return lines.reduce((sum, { quantity, sent, dropped }) => sum + quantity - sent - dropped, 0)
}
