import type { Recipient } from '../warehouse/shapes.ts'
import type { StepOutcome } from './control.ts'
import type { FloorCore } from './warehouse-core.ts'
import { openPart, type PickedUnits, sharesOf, type WantedUnits } from './warehouse-packing.ts'
import { type FloorRequest, isOpen, openUnits } from './warehouse-records.ts'

/** What people on the floor do with a request. Each is refused where the request is not in a state for it. */
export type FloorStep =
  /** Begins work. Held, where the shelves have too little. */
  | { step: 'accept' }
  | { step: 'hold'; code?: string; message?: string }
  | { step: 'release' }
  | { step: 'reject'; code?: string; message?: string }
  | { step: 'pick' }
  /** All that is open, in one parcel or in several. Refused where the shelves have too little. */
  | { step: 'ship'; parcels?: number }
  | { step: 'ship-part'; lines: readonly { sku: string; quantity: number }[] }
  /** So many units are not found and never will be sent; with `lost` they are gone from the shelf too. */
  | { step: 'short-pick'; sku: string; quantity: number; lost?: boolean }
  | { step: 'cancel' }
  | { step: 'refuse-cancel' }

export type AskedShipment = {
  reference: string
  number: string
  facilityId: string
  recipient: Recipient
  lines: readonly {
    reference?: string | undefined
    sku: string
    quantity: number
    lot?: string | undefined
  }[]
  details?: Readonly<Record<string, unknown>>
  /** True: a warehouse that does not look at references takes one twice. */
  takesDuplicates?: boolean
}

export type TakenRequest =
  | { kind: 'received'; request: FloorRequest }
  /** It has one under this reference, and did nothing. */
  | { kind: 'duplicate'; request: FloorRequest }
  | { kind: 'unknown-sku'; sku: string }
  | { kind: 'unknown-facility' }

export type FloorRequests = ReturnType<typeof createFloorRequests>

/** The requests of one warehouse and what becomes of them. */
export function createFloorRequests(core: FloorCore) {
  const requests = new Map<number, FloorRequest>()
  const byReference = new Map<string, FloorRequest>()
  /** Those that something may still leave of: most of a long day's have ended. */
  const open = new Set<FloorRequest>()
  let lastId = core.firstRequestId - 1

  const change = (request: FloorRequest, what: Parameters<typeof core.tell>[0] & { kind: 'request' }) => {
    request.changedAtMs = core.nextMs()
    core.tell(what)
  }
  const become = (request: FloorRequest, state: FloorRequest['state']): StepOutcome => {
    request.state = state
    if (!isOpen(request)) open.delete(request)
    change(request, { kind: 'request', request, what: state })
    return { kind: 'done' }
  }
  /** Units of the SKU that work already begun will take. */
  const claimed = (facilityId: string, sku: string, except: FloorRequest, lot?: string): number => {
    let units = 0
    for (const other of open) {
      if (other === except || other.state !== 'working' || other.facilityId !== facilityId) continue
      for (const line of other.lines) {
        if (line.sku === sku && (lot === undefined || line.lot === lot)) units += openUnits(line)
      }
    }
    return units
  }
  /** Whether the shelves have all of these, with so many spoken for by others. */
  const liesThere = (facilityId: string, wanted: readonly WantedUnits[], except?: FloorRequest): boolean =>
    wanted.every(({ line: { sku, lot } }) => {
      const units = wanted
        .filter(({ line }) => line.sku === sku && (lot === undefined || line.lot === lot))
        .reduce((sum, each) => sum + each.units, 0)
      const there = core.shelves.count({ facilityId, sku, lot }).sellable
      return there - (except === undefined ? 0 : claimed(facilityId, sku, except, lot)) >= units
    })
  const isEnough = (request: FloorRequest): boolean =>
    liesThere(
      request.facilityId,
      request.lines.map((line) => ({ line, units: openUnits(line) })),
      request,
    )
  /** These units leave in one parcel, or in so many. The caller has made sure that they are on the shelves. */
  const send = (request: FloorRequest, wanted: readonly WantedUnits[], parcels = 1): void => {
    const { facilityId } = request
    const picked: PickedUnits[] = []
    // What must be of one lot goes first: the others take any.
    for (const { line, units } of wanted.toSorted(
      (one, other) => Number(other.line.lot !== undefined) - Number(one.line.lot !== undefined),
    )) {
      const { sku, lot } = line
      for (const taken of core.shelves.take({ facilityId, sku, quantity: units, lot })) {
        line.shipped += taken.quantity
        picked.push({ line, ...taken })
      }
    }
    for (const lines of sharesOf(picked, parcels)) pack(request, lines)
  }
  const pack = (request: FloorRequest, lines: readonly PickedUnits[]): void => {
    const id = request.parcels.length + 1
    const atNs = core.nowNs()
    const trackingNumber = `1Z${String(request.id).padStart(10, '0')}${String(id).padStart(3, '0')}`
    request.parcels.push({
      id,
      carrier: 'UPS',
      trackingNumber,
      trackingUrl: `https://track.invalid/${trackingNumber}`,
      shippedAtMs: core.now(),
      lines: lines.map(({ line: { id: lineId, reference, sku }, ...taken }) => ({
        lineId,
        reference,
        sku,
        ...taken,
      })),
    })
    for (const { line, quantity, lot, serials } of lines) {
      core.books.parcels.append({
        atNs,
        parcelId: `${request.id}-${id}`,
        requestId: String(request.id),
        reference: request.reference,
        number: request.number,
        facilityId: request.facilityId,
        sku: line.sku,
        units: quantity,
        lot: lot ?? null,
        serials,
      })
    }
    request.isPicked = true
    change(request, { kind: 'request', request, what: 'parcel' })
  }
  /** Ends what has nothing left to send. */
  const endIfDone = (request: FloorRequest): StepOutcome => {
    if (request.lines.some((line) => openUnits(line) > 0)) return { kind: 'done' }
    return become(request, request.parcels.length > 0 ? 'shipped' : 'rejected')
  }
  const drop = (request: FloorRequest): void => {
    for (const line of request.lines) line.dropped += openUnits(line)
  }
  /** No more of it will be sent. */
  const endAsCancelled = (request: FloorRequest): StepOutcome => {
    drop(request)
    return become(request, request.parcels.length > 0 ? 'shipped' : 'cancelled')
  }
  const refuse = (why: string): StepOutcome => ({ kind: 'refused', why })

  const steps: {
    [Name in FloorStep['step']]: (request: FloorRequest, given: FloorStep & { step: Name }) => StepOutcome
  } = {
    accept(request) {
      if (request.state !== 'received') return refuse(`it is ${request.state}`)
      if (!isEnough(request))
        return steps.hold(request, {
          step: 'hold',
          code: 'out-of-stock',
          message: 'There is not enough stock.',
        })
      return become(request, 'working')
    },
    hold(request, { code = 'on-hold', message = 'It waits for a person.' }) {
      if (request.state !== 'received' && request.state !== 'working') return refuse(`it is ${request.state}`)
      request.heldFrom = request.state
      request.problem = { code, message }
      return become(request, 'held')
    },
    release(request) {
      if (request.state !== 'held') return refuse(`it is ${request.state}`)
      request.problem = undefined
      return become(request, request.heldFrom)
    },
    reject(request, { code = 'rejected', message = 'It can not be sent.' }) {
      if (!isOpen(request)) return refuse(`it is ${request.state}`)
      if (request.parcels.length > 0) return refuse('some of it has left')
      request.problem = { code, message }
      drop(request)
      return become(request, 'rejected')
    },
    pick(request) {
      if (request.state !== 'received' && request.state !== 'working') return refuse(`it is ${request.state}`)
      request.state = 'working'
      request.isPicked = true
      change(request, { kind: 'request', request, what: 'picked' })
      return { kind: 'done' }
    },
    ship(request, { parcels = 1 }) {
      if (request.state !== 'received' && request.state !== 'working') return refuse(`it is ${request.state}`)
      if (!isEnough(request)) return refuse('the shelves have too little')
      request.state = 'working'
      send(
        request,
        request.lines.map((line) => ({ line, units: openUnits(line) })),
        parcels,
      )
      return endIfDone(request)
    },
    'ship-part'(request, { lines }) {
      if (request.state !== 'received' && request.state !== 'working') return refuse(`it is ${request.state}`)
      const wanted = openPart(request, lines)
      if (wanted === undefined) return refuse('it has not so many open')
      if (!liesThere(request.facilityId, wanted)) return refuse('the shelves have too little')
      request.state = 'working'
      send(request, wanted)
      return endIfDone(request)
    },
    'short-pick'(request, { sku, quantity, lost = false }) {
      if (request.state !== 'received' && request.state !== 'working') return refuse(`it is ${request.state}`)
      const line = request.lines.find((each) => each.sku === sku && openUnits(each) >= quantity)
      if (line === undefined) return refuse('it has not so many open')
      line.dropped += quantity
      request.state = 'working'
      request.problem = { code: 'short', message: `${quantity} of ${sku} were not found.` }
      if (lost)
        core.adjust({
          facilityId: request.facilityId,
          sku,
          lot: line.lot,
          sellable: -quantity,
          reason: 'lost',
        })
      change(request, { kind: 'request', request, what: 'short' })
      return endIfDone(request)
    },
    cancel: (request) => (isOpen(request) ? endAsCancelled(request) : refuse(`it is ${request.state}`)),
    'refuse-cancel'(request) {
      request.refusesCancel = true
      return { kind: 'done' }
    },
  }

  return {
    /** Through the platform's API. What is not known is refused, nothing else: the platform has its own rules for those. */
    ask({ takesDuplicates = false, details = {}, ...asked }: AskedShipment): TakenRequest {
      const known = byReference.get(asked.reference)
      if (known !== undefined && !takesDuplicates) return { kind: 'duplicate', request: known }
      if (!core.facilities.some(({ id }) => id === asked.facilityId)) return { kind: 'unknown-facility' }
      const stranger = asked.lines.find(({ sku }) => !core.items.has(sku))
      if (stranger !== undefined) return { kind: 'unknown-sku', sku: stranger.sku }
      lastId += 1
      const at = core.nextMs()
      const request: FloorRequest = {
        ...asked,
        id: lastId,
        state: 'received',
        problem: undefined,
        lines: asked.lines.map(({ reference, sku, quantity, lot }, index) => ({
          id: index + 1,
          reference,
          sku,
          quantity,
          lot,
          shipped: 0,
          dropped: 0,
        })),
        parcels: [],
        isPicked: false,
        heldFrom: 'received',
        refusesCancel: false,
        receivedAtMs: at,
        changedAtMs: at,
        details,
      }
      requests.set(request.id, request)
      byReference.set(request.reference, request)
      open.add(request)
      core.books.requests.append({
        atNs: core.nowNs(),
        requestId: String(request.id),
        reference: request.reference,
        number: request.number,
        facilityId: request.facilityId,
        lines: request.lines.map(({ sku, quantity }) => ({ sku, quantity })),
      })
      core.tell({ kind: 'request', request, what: 'received' })
      return { kind: 'received', request }
    },
    get: (id: number): FloorRequest | undefined => requests.get(id),
    byReference: (reference: string): FloorRequest | undefined => byReference.get(reference),
    /** In the order in which they were received. */
    all: (): FloorRequest[] => [...requests.values()],
    step(id: number, given: FloorStep): StepOutcome {
      const request = requests.get(id)
      if (request === undefined) return { kind: 'not-found' }
      // The table is typed by name; that each is handed its own cannot be said here.
      const take = steps[given.step] as (request: FloorRequest, given: FloorStep) => StepOutcome
      return take(request, given)
    },
    /** Through the platform's API, which lets it be cancelled up to then. */
    cancel(id: number, until: 'until-working' | 'until-shipped'): 'cancelled' | 'too-late' | 'not-found' {
      const request = requests.get(id)
      if (request === undefined) return 'not-found'
      if (request.state === 'cancelled') return 'cancelled'
      const isLate = until === 'until-working' && (request.state === 'working' || request.isPicked)
      if (!isOpen(request) || request.refusesCancel || isLate || request.parcels.length > 0) return 'too-late'
      endAsCancelled(request)
      return 'cancelled'
    },
    /** Units that requests still wait for, each with where. */
    *committed(): Generator<{ facilityId: string; sku: string; units: number }> {
      for (const { facilityId, lines } of open) {
        for (const line of lines) yield { facilityId, sku: line.sku, units: openUnits(line) }
      }
    },
  }
}
