import type { Tx } from '@plimsoll/database'
import { type Directory, findLocation, readDirectory } from '../commands/directory.ts'
import { lotIdOf } from '../commands/tracked.ts'
import { type StockContext, UNALLOCATED_LOT } from '../context.ts'
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
import type { Location } from '../items.store.ts'
import {
  findTransitLocation,
  insertTransitLocation,
  type TransitLocation,
} from '../locations/transit.store.ts'
import { toLotCode } from '../lots/lots.ts'
import {
  type DispatchLine,
  decideCancel,
  decideClose,
  decideDispatch,
  decideReceipt,
  type ReceiptLine,
  type Transfer,
} from './transfer.ts'
import { insertTransfer, lockTransfer, saveTransfer } from './transfers.store.ts'

const transfers: DocumentKind<Transfer> = {
  name: 'transfer',
  unknown: 'unknown-transfer',
  lock: lockTransfer,
  save: saveTransfer,
}

export type NewTransfer = {
  fromCode: string
  toCode: string
  /** A transit location; undefined: the organization's own, made where there is none. */
  viaCode?: string | undefined
  reference?: string | null | undefined
  /** `lot`: code of the lot, of an item that is tracked by lot. */
  lines: readonly NewLine[]
}
type NewLine = { sku: string; quantity: number; lot?: string | undefined }

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
    lines.map((line) => [line.sku, line.quantity, line.lot]),
  ]
  return await runDocumentAction(
    store,
    head,
    content,
    (tx) => readNewTransfer(tx, context, wanted),
    (read) => decideNewTransfer(context, head, wanted, read),
  )
}

/** What a draft's names stand for. */
export type ReadTransfer = { directory: Directory; transit: TransitLocation | undefined }

/** Reads what `decideNewTransfer` goes by: for actions that make several documents at once. */
export async function readNewTransfer(
  tx: Tx,
  context: StockContext,
  { viaCode, lines }: Pick<NewTransfer, 'viaCode' | 'lines'>,
): Promise<ReadTransfer> {
  const names = lines.map(({ sku, lot }) => ({ skus: [sku], ...(lot !== undefined && { lots: [lot] }) }))
  return {
    directory: await readDirectory(tx, context, names),
    transit: viaCode === undefined ? await findTransitLocation(tx, context) : undefined,
  }
}

/** Decides on a draft: pure but for the id that it is given. */
export function decideNewTransfer(
  context: StockContext,
  head: ActionHead,
  wanted: NewTransfer,
  { directory, transit }: ReadTransfer,
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
    nameOf: ({ sku, lot }) => `"${sku}"${lot === undefined ? '' : ` of lot "${toLotCode(lot)}"`}`,
    findBad: (line) => findBadLine(directory, line),
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
    lines: wanted.lines.map(({ sku, quantity, lot }, index) => ({
      line: index + 1,
      sku,
      lot: (lot === undefined ? undefined : toLotCode(lot)) ?? null,
      requested: quantity,
      dispatched: 0,
      received: 0,
      damaged: 0,
      lost: 0,
      returned: 0,
      serials: [],
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
          lotIdOf: ({ sku, lot }) => findLotId(directory, sku, lot) ?? UNALLOCATED_LOT,
        }),
      ]),
  }
}

function findBadLine(directory: Directory, { sku, quantity, lot }: NewLine): Refusal | undefined {
  const item = directory.itemsBySku.get(sku)
  if (item === undefined) return refuse('unknown-sku', 'sku', `There is no item with the SKU "${sku}".`)
  const bad = findBadUnits('quantity', 'positive', quantity)
  if (bad !== undefined) return bad
  if (item.tracking !== 'lot') {
    return lot === undefined
      ? undefined
      : refuse('lot-not-tracked', 'lot', `The item "${sku}" is not tracked by lot.`)
  }
  if (lot === undefined) return refuse('lot-missing', 'lot', `The item "${sku}" is tracked by lot.`)
  return findLotId(directory, sku, lot) === undefined
    ? refuse('unknown-lot', 'lot', `The item "${sku}" has no lot "${lot}".`)
    : undefined
}

function findLotId(directory: Directory, sku: string, lot: string | null): string | undefined {
  const item = directory.itemsBySku.get(sku)
  return item === undefined || lot === null ? undefined : lotIdOf(directory, item, lot)
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
  request: { transferId: string; lines?: readonly DispatchLine[] | undefined },
): Promise<DocumentOutcome<Transfer>> {
  const { transferId: id, lines } = request
  const said = lines?.map(({ line, quantity, serials }) => [line, quantity, ...sorted(serials)])
  const content = ['transfer-dispatch', id, said]
  return await actOnDocument(transfers, { store, head }, { id, content }, (transfer, at) =>
    decideDispatch(transfer, head, lines, at),
  )
}

/** Takes in what arrived, or has come back; in parts as often as it takes. */
export async function receiveTransfer(
  store: DocumentStore,
  head: ActionHead,
  request: { transferId: string; lines: readonly ReceiptLine[]; back?: boolean | undefined },
): Promise<DocumentOutcome<Transfer>> {
  const { transferId: id, lines, back } = request
  const said = lines.map(
    ({ line, quantity, damaged = 0, lost = 0, serials, damagedSerials, lostSerials }) => [
      line,
      quantity,
      damaged,
      lost,
      ...sorted(serials, damagedSerials, lostSerials),
    ],
  )
  const content = ['transfer-receive', id, back === true, said]
  return await actOnDocument(transfers, { store, head }, { id, content }, (transfer, at) =>
    decideReceipt(transfer, head, lines, { at, back }),
  )
}

/** Writes off what is still in transit, with a reason. */
export async function closeTransfer(
  store: DocumentStore,
  head: ActionHead,
  transferId: string,
): Promise<DocumentOutcome<Transfer>> {
  const request = { id: transferId, content: ['transfer-close', transferId] }
  return await actOnDocument(transfers, { store, head }, request, (transfer, at) =>
    decideClose(transfer, head, at),
  )
}

/** Gives a draft up. */
export async function cancelTransfer(
  store: DocumentStore,
  head: ActionHead,
  transferId: string,
): Promise<DocumentOutcome<Transfer>> {
  const request = { id: transferId, content: ['transfer-cancel', transferId] }
  return await actOnDocument(transfers, { store, head }, request, decideCancel)
}

/** Serials as part of a content: nothing where none is given, so that old keys keep theirs. */
function sorted(...groups: (readonly string[] | undefined)[]): readonly unknown[] {
  return groups.every((group) => group === undefined) ? [] : groups.map((group) => group?.toSorted() ?? null)
}
