import type { Tx } from '@plimsoll/database'
import { type Directory, findLocation, readDirectory } from '../commands/directory.ts'
import type { StockContext } from '../context.ts'
import { findBadLines, findBadUnits } from '../documents/lines.ts'
import {
  type ActionHead,
  type DecidedAction,
  type DocumentOutcome,
  type DocumentStore,
  runDocumentAction,
} from '../documents/run-document.ts'
import { isUuid } from '../documents/uuids.ts'
import { type Refusal, refuse } from '../errors.ts'
import { insertInboundShipment, lockInboundShipment, saveInboundShipment } from './inbound.store.ts'
import {
  type ArrivalLine,
  type DecidedInbound,
  decideArrival,
  decideCancelRest,
  expectCommands,
  type InboundShipment,
} from './inbound.ts'

export type NewInboundShipment = {
  locationCode: string
  supplier?: string | null | undefined
  reference?: string | null | undefined
  /** As 2026-05-01. */
  expectedOn?: string | null | undefined
  lines: readonly { sku: string; quantity: number; unitCost?: number | null | undefined }[]
}

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
    (tx) => readDirectory(tx, store.context, [{ skus: lines.map(({ sku }) => sku) }]),
    (directory) => decideNew(store.context, head, wanted, directory),
  )
}

function decideNew(
  context: StockContext,
  head: ActionHead,
  wanted: NewInboundShipment,
  directory: Directory,
): DecidedAction<InboundShipment> | Refusal {
  const found = findLocation(directory, wanted.locationCode)
  if (found.kind === 'refused') return found
  const bad = findBadLines(wanted.lines, {
    nameOf: ({ sku }) => `"${sku}"`,
    findBad: ({ sku, quantity, unitCost }) =>
      directory.itemsBySku.has(sku)
        ? (findBadUnits('quantity', 'positive', quantity) ??
          (unitCost === undefined || unitCost === null
            ? undefined
            : findBadUnits('unitCost', 'not-negative', unitCost)))
        : refuse('unknown-sku', 'sku', `There is no item with the SKU "${sku}".`),
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

/** Takes in what arrived; all lines or none. */
export async function receiveInboundShipment(
  store: DocumentStore,
  head: ActionHead,
  request: { inboundId: string; lines: readonly ArrivalLine[]; allowOver?: boolean | undefined },
): Promise<DocumentOutcome<InboundShipment>> {
  const { inboundId, lines, allowOver } = request
  const content = [
    'inbound-receive',
    inboundId,
    allowOver === true,
    lines.map(({ line, quantity, damaged = 0, lotId }) => [line, quantity, damaged, lotId]),
  ]
  return await act(store, head, inboundId, content, (shipment, at) =>
    decideArrival(shipment, head, lines, { at, allowOver }),
  )
}

/** Takes off what will not come: some units of some lines, or all that is left, which ends the shipment. */
export async function cancelInboundRest(
  store: DocumentStore,
  head: ActionHead,
  request: { inboundId: string; lines?: readonly { line: number; quantity: number }[] | undefined },
): Promise<DocumentOutcome<InboundShipment>> {
  const { inboundId, lines } = request
  const content = ['inbound-cancel', inboundId, lines?.map(({ line, quantity }) => [line, quantity])]
  return await act(store, head, inboundId, content, (shipment, at) =>
    decideCancelRest(shipment, head, lines, at),
  )
}

async function act(
  store: DocumentStore,
  head: ActionHead,
  inboundId: string,
  content: readonly unknown[],
  decide: (shipment: InboundShipment, at: string) => DecidedInbound | Refusal,
): Promise<DocumentOutcome<InboundShipment>> {
  const { organizationId } = store.context
  return await runDocumentAction(
    store,
    head,
    content,
    async (tx) => (isUuid(inboundId) ? await lockInboundShipment(tx, organizationId, inboundId) : undefined),
    (shipment) => {
      if (shipment === undefined) {
        return refuse('unknown-inbound-shipment', 'inbound', `There is no inbound shipment ${inboundId}.`)
      }
      const decided = decide(shipment, store.context.now().toISOString())
      if (decided.kind === 'refused') return decided
      return {
        kind: 'decided',
        commands: decided.commands,
        result: decided.shipment,
        write: (tx: Tx) => saveInboundShipment(tx, organizationId, decided.shipment),
      }
    },
  )
}
