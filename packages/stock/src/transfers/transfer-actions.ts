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
import type { Location } from '../items.store.ts'
import {
  findTransitLocation,
  insertTransitLocation,
  type TransitLocation,
} from '../locations/transit.store.ts'
import { readReasons } from '../reasons/reasons.store.ts'
import { findBadReason } from '../reasons/reasons.ts'
import {
  type DecidedTransfer,
  decideCancel,
  decideClose,
  decideDispatch,
  decideReceipt,
  type ReceiptLine,
  type Transfer,
} from './transfer.ts'
import { insertTransfer, lockTransfer, saveTransfer } from './transfers.store.ts'

export type NewTransfer = {
  fromCode: string
  toCode: string
  /** A transit location; undefined: the organization's own, made where there is none. */
  viaCode?: string | undefined
  reference?: string | null | undefined
  lines: readonly { sku: string; quantity: number; lotId?: string | undefined }[]
}

/** Makes a draft. Nothing moves. */
export async function createTransfer(
  store: DocumentStore,
  head: ActionHead,
  wanted: NewTransfer,
): Promise<DocumentOutcome<Transfer>> {
  const { context } = store
  const { fromCode, toCode, viaCode, reference, lines } = wanted
  const content = [
    'transfer-create',
    fromCode,
    toCode,
    viaCode,
    reference,
    lines.map((line) => [line.sku, line.quantity, line.lotId]),
  ]
  return await runDocumentAction(
    store,
    head,
    content,
    async (tx) => {
      const names = lines.map(({ sku }) => sku)
      return {
        directory: await readDirectory(tx, context, [{ skus: names }]),
        transit: viaCode === undefined ? await findTransitLocation(tx, context) : undefined,
      }
    },
    ({ directory, transit }) => decideNew(context, head, wanted, directory, transit),
  )
}

function decideNew(
  context: StockContext,
  head: ActionHead,
  wanted: NewTransfer,
  directory: Directory,
  transit: TransitLocation | undefined,
): DecidedAction<Transfer> | Refusal {
  const from = findLocation(directory, wanted.fromCode, 'from')
  if (from.kind === 'refused') return from
  const to = findLocation(directory, wanted.toCode, 'to')
  if (to.kind === 'refused') return to
  const via =
    transit === undefined
      ? findVia(directory, wanted.viaCode ?? '')
      : { kind: 'found' as const, location: transit }
  if (via.kind === 'refused') return via
  const ids = [from, via, to].map(({ location }) => location.locationId)
  if (new Set(ids).size < ids.length) {
    return refuse('same-location', 'to', 'From, to and the transit location must be three different ones.')
  }
  const bad = findBadLines(wanted.lines, {
    nameOf: ({ sku, lotId }) => `"${sku}"${lotId === undefined ? '' : ` of lot ${lotId}`}`,
    findBad: ({ sku, quantity }) =>
      directory.itemsBySku.has(sku)
        ? findBadUnits('quantity', 'positive', quantity)
        : refuse('unknown-sku', 'sku', `There is no item with the SKU "${sku}".`),
  })
  if (bad !== undefined) return bad
  const transfer: Transfer = {
    transferId: context.uuid(),
    state: 'draft',
    fromCode: from.location.code,
    viaCode: via.location.code,
    toCode: to.location.code,
    reference: wanted.reference ?? null,
    createdBy: head.actor,
    createdAt: context.now().toISOString(),
    dispatchedAt: null,
    endedAt: null,
    lines: wanted.lines.map(({ sku, quantity, lotId }, index) => ({
      line: index + 1,
      sku,
      lotId: lotId ?? null,
      requested: quantity,
      dispatched: 0,
      received: 0,
      damaged: 0,
      lost: 0,
      returned: 0,
    })),
  }
  return {
    kind: 'decided',
    commands: [],
    result: transfer,
    write: (tx) =>
      Promise.all([
        transit?.isNew === true ? insertTransitLocation(tx, context, transit) : undefined,
        insertTransfer(tx, context, transfer, {
          fromId: from.location.locationId,
          viaId: via.location.locationId,
          toId: to.location.locationId,
          itemIdOf: (sku) => directory.itemsBySku.get(sku)?.itemId ?? '',
        }),
      ]),
  }
}

function findVia(directory: Directory, code: string): { kind: 'found'; location: Location } | Refusal {
  const found = findLocation(directory, code, 'via')
  if (found.kind === 'refused' || found.location.kind === 'transit') return found
  return refuse(
    'invalid-location',
    'via',
    `"${code}" is a ${found.location.kind}; goods travel in a transit location.`,
  )
}

/** Takes the units out of their location; all lines or none. */
export async function dispatchTransfer(
  store: DocumentStore,
  head: ActionHead,
  request: { transferId: string; lines?: readonly { line: number; quantity: number }[] | undefined },
): Promise<DocumentOutcome<Transfer>> {
  const content = [
    'transfer-dispatch',
    request.transferId,
    request.lines?.map(({ line, quantity }) => [line, quantity]),
  ]
  return await act(store, head, request.transferId, content, (transfer, at) =>
    decideDispatch(transfer, head, request.lines, at),
  )
}

/** Takes in what arrived, or has come back; in parts as often as it takes. */
export async function receiveTransfer(
  store: DocumentStore,
  head: ActionHead,
  request: { transferId: string; lines: readonly ReceiptLine[]; back?: boolean | undefined },
): Promise<DocumentOutcome<Transfer>> {
  const { transferId, lines, back } = request
  const content = [
    'transfer-receive',
    transferId,
    back === true,
    lines.map(({ line, quantity, damaged = 0, lost = 0 }) => [line, quantity, damaged, lost]),
  ]
  return await act(store, head, transferId, content, (transfer, at) =>
    decideReceipt(transfer, head, lines, { at, back }),
  )
}

/** Writes off what is still in transit, with a reason. */
export async function closeTransfer(
  store: DocumentStore,
  head: ActionHead,
  transferId: string,
): Promise<DocumentOutcome<Transfer>> {
  return await act(store, head, transferId, ['transfer-close', transferId], (transfer, at) =>
    decideClose(transfer, head, at),
  )
}

/** Gives a draft up. */
export async function cancelTransfer(
  store: DocumentStore,
  head: ActionHead,
  transferId: string,
): Promise<DocumentOutcome<Transfer>> {
  return await act(store, head, transferId, ['transfer-cancel', transferId], (transfer, at) =>
    decideCancel(transfer, at),
  )
}

async function act(
  store: DocumentStore,
  head: ActionHead,
  transferId: string,
  content: readonly unknown[],
  decide: (transfer: Transfer, at: string) => DecidedTransfer | Refusal,
): Promise<DocumentOutcome<Transfer>> {
  const { organizationId } = store.context
  return await runDocumentAction(
    store,
    head,
    content,
    async (tx) => ({
      transfer: isUuid(transferId) ? await lockTransfer(tx, organizationId, transferId) : undefined,
      reasons: await readReasons(tx, organizationId),
    }),
    ({ transfer, reasons }) => {
      if (transfer === undefined) {
        return refuse('unknown-transfer', 'transfer', `There is no transfer ${transferId}.`)
      }
      const decided = decide(transfer, store.context.now().toISOString())
      if (decided.kind === 'refused') return decided
      const loses = decided.commands.some(
        (command) => command.kind === 'transfer-receive' && command.lost > 0,
      )
      const badReason = loses ? findBadReason(reasons, head.reason ?? null, 'out') : undefined
      if (badReason !== undefined) return badReason
      return {
        kind: 'decided',
        commands: decided.commands,
        result: decided.transfer,
        write: (tx: Tx) => saveTransfer(tx, organizationId, decided.transfer),
      }
    },
  )
}
