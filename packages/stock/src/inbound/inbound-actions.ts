import type { Tx } from '@plimsoll/database'
import { givenOf } from '../commands/at-place.ts'
import type { StockCommand } from '../commands/command.ts'
import { type Directory, findLocation, readDirectory } from '../commands/directory.ts'
import { findCostWithoutCurrency } from '../commands/unit-cost.ts'
import type { StockContext } from '../context.ts'
import { actOnDocument, type DocumentKind } from '../documents/act-on-document.ts'
import { findBadLines, findBadUnits } from '../documents/lines.ts'
import {
  type ActionHead,
  type DecidedAction,
  type DocumentOutcome,
  type DocumentStore,
  runDocumentAction,
} from '../documents/run-document.ts'
import { type Refusal, refuse } from '../errors.ts'
import { insertInboundShipment, lockInboundShipment, saveInboundShipment } from './inbound.store.ts'
import {
  type ArrivalLine,
  decideArrival,
  decideCancelRest,
  expectCommands,
  type InboundShipment,
} from './inbound.ts'

const shipments: DocumentKind<InboundShipment> = {
  name: 'inbound shipment',
  unknown: 'unknown-inbound-shipment',
  lock: lockInboundShipment,
  save: saveInboundShipment,
}

export type NewInboundShipment = {
  locationCode: string
  supplier?: string | null | undefined
  reference?: string | null | undefined
  /** As 2026-05-01. */
  expectedOn?: string | null | undefined
  lines: readonly NewLine[]
}
/** `unitCost`: what a base unit is to cost, in ten-thousandths of the organization's currency; it is so received. */
type NewLine = { sku: string; quantity: number; unitCost?: number | null | undefined }

/** Announces what a supplier is to bring: it is incoming from now on. */
export async function createInboundShipment(
  store: DocumentStore,
  head: ActionHead,
  wanted: NewInboundShipment,
): Promise<DocumentOutcome<InboundShipment>> {
  const { locationCode, supplier, reference, expectedOn, lines } = wanted
  const content = [
    'inbound-create',
    [locationCode, supplier, reference, expectedOn],
    lines.map(({ sku, quantity, unitCost }) => [sku, quantity, unitCost]),
  ]
  return await runDocumentAction(
    store,
    head,
    content,
    (tx) => readNewInbound(tx, store.context, wanted),
    (directory) => decideNewInbound(store.context, head, wanted, directory),
  )
}

/** Reads what `decideNewInbound` goes by: for actions that make several documents at once. */
export async function readNewInbound(
  tx: Tx,
  context: StockContext,
  { lines }: Pick<NewInboundShipment, 'lines'>,
): Promise<Directory> {
  const costs = lines.some((line) => costOf(line) !== undefined)
  return await readDirectory(tx, context, [{ skus: lines.map(({ sku }) => sku), costs }])
}

/** Decides on an announcement: pure but for the id that it is given. */
export function decideNewInbound(
  context: StockContext,
  head: ActionHead,
  wanted: NewInboundShipment,
  directory: Directory,
): DecidedAction<InboundShipment> | Refusal {
  const found = findLocation(directory, wanted.locationCode)
  if (found.kind === 'refused') return found
  const bad = findBadLines(wanted.lines, {
    nameOf: ({ sku }) => `"${sku}"`,
    findBad: (line) => findBadLine(directory, line),
  })
  if (bad !== undefined) return bad
  const shipment: InboundShipment = {
    inboundId: context.uuid(),
    state: 'expected',
    locationCode: found.location.code,
    supplier: wanted.supplier ?? null,
    reference: wanted.reference ?? null,
    expectedOn: wanted.expectedOn ?? null,
    createdBy: head.actor,
    createdAt: context.now().toISOString(),
    endedAt: null,
    lines: wanted.lines.map(({ sku, quantity, unitCost }, index) => ({
      line: index + 1,
      sku,
      expected: quantity,
      received: 0,
      damaged: 0,
      over: 0,
      cancelled: 0,
      unitCost: unitCost ?? null,
    })),
  }
  return {
    kind: 'decided',
    commands: expectCommands(shipment, head),
    result: shipment,
    write: (tx) =>
      insertInboundShipment(tx, context, shipment, {
        locationId: found.location.locationId,
        itemIdOf: (sku) => directory.itemsBySku.get(sku)?.itemId ?? '',
      }),
  }
}

function findBadLine(directory: Directory, line: NewLine): Refusal | undefined {
  const { sku, quantity } = line
  if (!directory.itemsBySku.has(sku)) {
    return refuse('unknown-sku', 'sku', `There is no item with the SKU "${sku}".`)
  }
  const unitCost = costOf(line)
  return (
    findBadUnits('quantity', 'positive', quantity) ??
    (unitCost === undefined ? undefined : findBadUnits('unitCost', 'not-negative', unitCost)) ??
    // Refused here, and not when the goods are at the door.
    findCostWithoutCurrency({ unitCost }, directory)
  )
}

function costOf({ unitCost }: NewLine): number | undefined {
  return unitCost ?? undefined
}

/** Takes in what arrived; all lines or none. */
export async function receiveInboundShipment(
  store: DocumentStore,
  head: ActionHead,
  request: {
    inboundId: string
    lines: readonly ArrivalLine[]
    allowOver?: boolean | undefined
    /** What is written with it: nothing of it where one of these is refused. */
    further?: readonly StockCommand[] | undefined
  },
): Promise<DocumentOutcome<InboundShipment>> {
  const { inboundId: id, lines, allowOver, further = [] } = request
  const content = ['inbound-receive', id, allowOver === true, lines.map(contentOf)]
  return await actOnDocument(shipments, { store, head }, { id, content }, (shipment, at) => {
    const decided = decideArrival(shipment, head, lines, { at, allowOver })
    return decided.kind === 'refused' ? decided : { ...decided, commands: [...decided.commands, ...further] }
  })
}

/** What is told of lots and serials counts only where it is told, so that old keys keep their content. */
function contentOf({ line, quantity, damaged = 0, lot, ...told }: ArrivalLine): readonly unknown[] {
  const { serials, damagedSerials, ...rest } = told
  const given = { ...rest, serials: serials?.toSorted(), damagedSerials: damagedSerials?.toSorted() }
  return [line, quantity, damaged, lot, ...givenOf(given)]
}

/** Takes off what will not come: some units of some lines, or all that is left, which ends the shipment. */
export async function cancelInboundRest(
  store: DocumentStore,
  head: ActionHead,
  request: { inboundId: string; lines?: readonly { line: number; quantity: number }[] | undefined },
): Promise<DocumentOutcome<InboundShipment>> {
  const { inboundId: id, lines } = request
  const content = ['inbound-cancel', id, lines?.map(({ line, quantity }) => [line, quantity])]
  return await actOnDocument(shipments, { store, head }, { id, content }, (shipment, at) =>
    decideCancelRest(shipment, head, lines, at),
  )
}
