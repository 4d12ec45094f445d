import type { InboundState } from '@plimsoll/database'
import type { StockCommand } from '../commands/command.ts'
import type { LotOfReceipt } from '../commands/receive.ts'
import type { DecidedDocument } from '../documents/act-on-document.ts'
import { findBadLines, findBadUnits } from '../documents/lines.ts'
import { type ActionHead, lineHead } from '../documents/run-document.ts'
import { type Refusal, refuse } from '../errors.ts'
import type { SerialGroups } from '../serials/serial-groups.ts'

/**
 * An inbound shipment: what a supplier is to bring to a location. Its units are incoming there from the start.
 *
 *   expected → partly-received → received, or closed where less came
 *   expected → cancelled
 *
 * Plain JSON: it is also what each action answers.
 */
export type InboundShipment = {
  inboundId: string
  state: InboundState
  locationCode: string
  supplier: string | null
  reference: string | null
  /** A day at the location, as 2026-05-01. */
  expectedOn: string | null
  createdBy: string
  createdAt: string
  endedAt: string | null
  lines: InboundLine[]
}

/** Base units; `over` is the part of `received` that nobody expected, `cancelled` will not come after all. */
export type InboundLine = {
  line: number
  sku: string
  expected: number
  received: number
  damaged: number
  over: number
  cancelled: number
  /** Ten-thousandths of the organization's currency for a base unit. */
  unitCost: number | null
}

/**
 * What arrived of one line, of which `damaged` are held: counted, or named by serial number. `lot`: code of the lot that
 * it belongs to, which is made of what is told of it where it is not known yet.
 */
export type ArrivalLine = Omit<SerialGroups, 'lostSerials'> &
  LotOfReceipt & {
    line: number
    quantity: number
    damaged?: number | undefined
    lot?: string | undefined
  }

type DecidedInbound = DecidedDocument<InboundShipment>

/** Still on its way. */
export function outstandingOf({ expected, received, over, cancelled }: InboundLine): number {
  return expected - (received - over) - cancelled
}

/** The commands that make a new shipment's units incoming. */
export function expectCommands(shipment: InboundShipment, head: ActionHead): StockCommand[] {
  return shipment.lines.map((line) => expectCommand(shipment, head, line, line.expected))
}

/**
 * Units arrive, in as many parts and lots as it takes.
 * @param options.allowOver takes more than is on its way; each unit beyond is recorded as `over`
 */
export function decideArrival(
  shipment: InboundShipment,
  head: ActionHead,
  arrivals: readonly ArrivalLine[],
  { at, allowOver = false }: { at: string; allowOver?: boolean | undefined },
): DecidedInbound | Refusal {
  // What came on top may come last, when nothing is on its way any more.
  const takes = isOpen(shipment) || (shipment.state === 'received' && allowOver)
  if (!takes) return refuseState(shipment, 'received')
  const left = new Map(shipment.lines.map((line) => [line.line, outstandingOf(line)]))
  const bad = findBadLines(arrivals, {
    nameOf: ({ line, lot }) => `line ${line}${lot === undefined ? '' : ` and lot "${lot.trim()}"`}`,
    findBad: (arrival) => {
      const refused = findBadArrival(shipment, arrival)
      if (refused !== undefined) return refused
      const open = left.get(arrival.line) ?? 0
      left.set(arrival.line, Math.max(0, open - arrival.quantity))
      return arrival.quantity > open && !allowOver
        ? refuse(
            'beyond-expected',
            'quantity',
            `${arrival.quantity} units of "${skuOf(shipment, arrival.line)}" given, ${open} are on their way.`,
          )
        : undefined
    },
  })
  if (bad !== undefined) return bad

  const lines = new Map(shipment.lines.map((line) => [line.line, line]))
  const commands: StockCommand[] = []
  for (const [index, { line: number, ...arrival }] of arrivals.entries()) {
    const line = lines.get(number)
    if (line === undefined) return refuse('unknown-document-line', 'line', `There is no line ${number}.`)
    const { quantity } = arrival
    const damaged = damagedOf(arrival)
    const expected = Math.min(quantity, outstandingOf(line))
    lines.set(number, {
      ...line,
      received: line.received + quantity,
      damaged: line.damaged + damaged,
      over: line.over + quantity - expected,
    })
    commands.push({
      kind: 'arrive',
      ...lineHead(head, { kind: 'inbound', id: shipment.inboundId }, index + 1),
      ...arrival,
      sku: line.sku,
      locationCode: shipment.locationCode,
      expected,
      damaged,
      unitCost: line.unitCost ?? undefined,
    })
  }
  const lineOf = arrivals.map((_, index) => index)
  return { ...ended(shipment, [...lines.values()], commands, at), lineOf }
}

/** Units that will not come after all; without lines, all that is still on its way: the shipment ends. */
export function decideCancelRest(
  shipment: InboundShipment,
  head: ActionHead,
  wanted: readonly { line: number; quantity: number }[] | undefined,
  at: string,
): DecidedInbound | Refusal {
  if (!isOpen(shipment)) return refuseState(shipment, wanted === undefined ? 'closed' : 'cancelled in part')
  const open = shipment.lines.filter((line) => outstandingOf(line) > 0)
  const cancels = wanted ?? open.map((line) => ({ line: line.line, quantity: outstandingOf(line) }))
  const bad = findBadLines(cancels, {
    nameOf: ({ line }) => `line ${line}`,
    findBad: ({ line: number, quantity }) => {
      const line = shipment.lines.find((each) => each.line === number)
      if (line === undefined) return refuseLine(number)
      return (
        findBadUnits('quantity', 'positive', quantity) ??
        (quantity > outstandingOf(line)
          ? refuse(
              'insufficient-incoming',
              'quantity',
              `${quantity} units of "${line.sku}" asked, ${outstandingOf(line)} are on their way.`,
            )
          : undefined)
      )
    },
  })
  if (bad !== undefined) return bad
  const byLine = new Map(cancels.map(({ line, quantity }) => [line, quantity]))
  const lines = shipment.lines.map((line) => ({
    ...line,
    cancelled: line.cancelled + (byLine.get(line.line) ?? 0),
  }))
  const commands = shipment.lines
    .filter(({ line }) => byLine.has(line))
    .map((line) => expectCommand(shipment, head, line, -(byLine.get(line.line) ?? 0)))
  return ended(shipment, lines, commands, at)
}

function ended(
  shipment: InboundShipment,
  lines: InboundLine[],
  commands: readonly StockCommand[],
  at: string,
): DecidedInbound {
  const isDone = lines.every((line) => outstandingOf(line) === 0)
  const state = stateOf(lines, isDone)
  return {
    kind: 'decided',
    document: { ...shipment, state, endedAt: isDone ? (shipment.endedAt ?? at) : null, lines },
    commands,
  }
}

function stateOf(lines: readonly InboundLine[], isDone: boolean): InboundState {
  const hasReceived = lines.some(({ received }) => received > 0)
  if (!isDone) return hasReceived ? 'partly-received' : 'expected'
  if (!hasReceived) return 'cancelled'
  return lines.some(({ cancelled }) => cancelled > 0) ? 'closed' : 'received'
}

function findBadArrival(shipment: InboundShipment, arrival: ArrivalLine): Refusal | undefined {
  if (!shipment.lines.some(({ line }) => line === arrival.line)) return refuseLine(arrival.line)
  const { quantity } = arrival
  const damaged = damagedOf(arrival)
  return (
    findBadUnits('quantity', 'positive', quantity) ??
    findBadUnits('damaged', 'not-negative', damaged) ??
    (damaged > quantity
      ? refuse('damaged-beyond-received', 'damaged', `${damaged} damaged of ${quantity} received.`)
      : undefined)
  )
}

function damagedOf({ damaged, damagedSerials = [] }: Omit<ArrivalLine, 'line'>): number {
  return damaged ?? damagedSerials.length
}

function expectCommand(
  { inboundId, locationCode }: InboundShipment,
  head: ActionHead,
  { line, sku }: InboundLine,
  quantity: number,
): StockCommand {
  return {
    kind: 'expect',
    ...lineHead(head, { kind: 'inbound', id: inboundId }, line),
    sku,
    locationCode,
    quantity,
  }
}

function isOpen({ state }: InboundShipment): boolean {
  return state === 'expected' || state === 'partly-received'
}

function skuOf(shipment: InboundShipment, number: number): string {
  return shipment.lines.find(({ line }) => line === number)?.sku ?? ''
}

function refuseLine(number: number): Refusal {
  return refuse('unknown-document-line', 'line', `The shipment has no line ${number}.`)
}

function refuseState({ state }: InboundShipment, wanted: string): Refusal {
  return refuse('document-state', 'state', `The inbound shipment cannot be ${wanted}: it is ${state}.`)
}
