import type { TransferState } from '@plimsoll/database'
import type { StockCommand } from '../commands/command.ts'
import type { DecidedDocument } from '../documents/act-on-document.ts'
import { findBadLines, findBadUnits } from '../documents/lines.ts'
import { type ActionHead, lineHead } from '../documents/run-document.ts'
import { type Refusal, refuse } from '../errors.ts'
import type { SerialGroups } from '../serials/serial-groups.ts'
import {
  arrivedSerials,
  dispatchedSerials,
  findStraySerial,
  inTransitSerials,
  type TransferSerial,
} from './transfer-serials.ts'

/**
 * A transfer: what goes from one location to another by way of a transit location. Nothing moves while it is a draft.
 *
 *   draft → dispatched → partly-received → received, or closed where units were lost or went back
 *   draft → cancelled
 *
 * Plain JSON: it is also what each action answers.
 */
export type Transfer = {
  transferId: string
  state: TransferState
  fromCode: string
  viaCode: string
  toCode: string
  reference: string | null
  createdBy: string
  createdAt: string
  dispatchedAt: string | null
  endedAt: string | null
  lines: TransferLine[]
}

/** Base units; received + lost + returned ≤ dispatched ≤ requested, damaged ≤ received. */
export type TransferLine = {
  line: number
  sku: string
  /** Code of the lot, of an item that is tracked by lot. */
  lot: string | null
  requested: number
  dispatched: number
  received: number
  damaged: number
  lost: number
  returned: number
  /** The units that left, of an item that is tracked by serial number, in order. */
  serials: TransferSerial[]
}

/** So many units of a line leave; all of them by serial number, of an item that is tracked so. */
export type DispatchLine = { line: number; quantity: number; serials?: readonly string[] | undefined }

/**
 * A receipt of one line: `quantity` arrived, of which `damaged` are held; `lost` never will. Where the damaged and lost
 * ones are named by serial number, they need not be counted too.
 */
export type ReceiptLine = SerialGroups & {
  line: number
  quantity: number
  damaged?: number | undefined
  lost?: number | undefined
}

type DecidedTransfer = DecidedDocument<Transfer>

/** Still in transit. */
export function inTransitOf({ dispatched, received, lost, returned }: TransferLine): number {
  return dispatched - received - lost - returned
}

/**
 * All that is requested leaves, or less where a line says so; what is left behind is not sent later.
 * @param at when, as an ISO instant
 */
export function decideDispatch(
  transfer: Transfer,
  head: ActionHead,
  lines: readonly DispatchLine[] | undefined,
  at: string,
): DecidedTransfer | Refusal {
  if (transfer.state !== 'draft') return refuseState(transfer, 'dispatched')
  const bad =
    lines === undefined
      ? undefined
      : findBadLines(lines, {
          nameOf: ({ line }) => `line ${line}`,
          findBad: ({ line, quantity }) => {
            const found = lineOf(transfer, line)
            if (found.kind === 'refused') return found
            return (
              findBadUnits('quantity', 'not-negative', quantity) ??
              (quantity > found.line.requested
                ? refuse(
                    'quantity-out-of-range',
                    'quantity',
                    `${quantity} units asked, ${found.line.requested} are requested.`,
                  )
                : undefined)
            )
          },
        })
  if (bad !== undefined) return bad
  const given = new Map(lines?.map((each, index) => [each.line, { ...each, index }]))
  const after = transfer.lines.map((line) => ({
    ...line,
    dispatched: given.get(line.line)?.quantity ?? line.requested,
    serials: dispatchedSerials(given.get(line.line)?.serials),
  }))
  const leaving = after.filter(({ dispatched }) => dispatched > 0)
  if (leaving.length === 0) {
    return refuse('invalid-lines', 'lines', 'Nothing of it would leave; cancel it instead.')
  }
  return {
    kind: 'decided',
    document: { ...transfer, state: 'dispatched', dispatchedAt: at, lines: after },
    commands: leaving.map(({ line, sku, lot, dispatched }) => ({
      kind: 'transfer-dispatch' as const,
      ...lineHead(head, { kind: 'transfer', id: transfer.transferId }, line),
      ...placesOf(transfer),
      sku,
      quantity: dispatched,
      ...lotOf(lot),
      serials: given.get(line)?.serials,
    })),
    lineOf: leaving.map(({ line }) => given.get(line)?.index ?? line - 1),
  }
}

/**
 * Units arrive, never more than are in transit.
 * @param back whether they have come back to where they came from
 */
export function decideReceipt(
  transfer: Transfer,
  head: ActionHead,
  receipts: readonly ReceiptLine[],
  { at, back = false }: { at: string; back?: boolean | undefined },
): DecidedTransfer | Refusal {
  if (transfer.state !== 'dispatched' && transfer.state !== 'partly-received') {
    return refuseState(transfer, 'received')
  }
  const bad = findBadLines(receipts, {
    nameOf: ({ line }) => `line ${line}`,
    findBad: (receipt) => findBadReceipt(transfer, receipt),
  })
  if (bad !== undefined) return bad
  if (receipts.some((receipt) => sizesOf(receipt).lost > 0) && (head.reason ?? '') === '') {
    return refuse('reason-missing', 'reason', 'Units are written off as lost, so a reason is needed.')
  }
  const byLine = new Map(receipts.map((receipt) => [receipt.line, receipt]))
  const lines = transfer.lines.map((line) => {
    const receipt = byLine.get(line.line)
    return receipt === undefined ? line : afterReceipt(line, receipt, back)
  })
  const commands: StockCommand[] = receipts.map((receipt) => {
    const { line, quantity, serials, damagedSerials, lostSerials } = receipt
    const { sku, lot } = transfer.lines.find((each) => each.line === line) ?? { sku: '', lot: null }
    const { viaCode, toCode, fromCode } = transfer
    return {
      kind: 'transfer-receive' as const,
      ...lineHead(head, { kind: 'transfer', id: transfer.transferId }, line),
      viaCode,
      toCode,
      ...(back && { atCode: fromCode }),
      sku,
      quantity,
      ...sizesOf(receipt),
      ...lotOf(lot),
      serials,
      damagedSerials,
      lostSerials,
    }
  })
  const state = stateOf(lines)
  const isEnded = state !== 'partly-received'
  return {
    kind: 'decided',
    document: { ...transfer, state, endedAt: isEnded ? at : null, lines },
    commands,
    lineOf: receipts.map((_, index) => index),
  }
}

function afterReceipt(line: TransferLine, receipt: ReceiptLine, back: boolean): TransferLine {
  const { quantity } = receipt
  const { damaged, lost } = sizesOf(receipt)
  const after = { ...line, lost: line.lost + lost, serials: arrivedSerials(line.serials, receipt, back) }
  return back
    ? { ...after, returned: line.returned + quantity }
    : { ...after, received: line.received + quantity, damaged: line.damaged + damaged }
}

/** How many are damaged and lost, counted or named. */
function sizesOf({ damaged, lost, damagedSerials = [], lostSerials = [] }: ReceiptLine) {
  return { damaged: damaged ?? damagedSerials.length, lost: lost ?? lostSerials.length }
}

/** What is still in transit is written off as lost; a draft cannot be closed. */
export function decideClose(transfer: Transfer, head: ActionHead, at: string): DecidedTransfer | Refusal {
  const open = transfer.lines.filter((line) => inTransitOf(line) > 0)
  if (open.length === 0) return refuseState(transfer, 'closed')
  return decideReceipt(
    transfer,
    head,
    open.map((line) => ({
      line: line.line,
      quantity: 0,
      lost: inTransitOf(line),
      ...(line.serials.length > 0 && { lostSerials: inTransitSerials(line.serials) }),
    })),
    { at },
  )
}

/** Only while nothing has left: what is in transit must arrive, come back or be lost. */
export function decideCancel(transfer: Transfer, at: string): DecidedTransfer | Refusal {
  if (transfer.state !== 'draft') return refuseState(transfer, 'cancelled')
  return { kind: 'decided', document: { ...transfer, state: 'cancelled', endedAt: at }, commands: [] }
}

function findBadReceipt(transfer: Transfer, receipt: ReceiptLine): Refusal | undefined {
  const found = lineOf(transfer, receipt.line)
  if (found.kind === 'refused') return found
  const { quantity } = receipt
  const { damaged, lost } = sizesOf(receipt)
  const bad =
    findBadUnits('quantity', 'not-negative', quantity) ??
    findBadUnits('damaged', 'not-negative', damaged) ??
    findBadUnits('lost', 'not-negative', lost)
  if (bad !== undefined) return bad
  if (damaged > quantity) {
    return refuse('damaged-beyond-received', 'damaged', `${damaged} damaged of ${quantity} received.`)
  }
  if (quantity + lost === 0) {
    return refuse('quantity-not-positive', 'quantity', 'Nothing arrived and nothing was lost.')
  }
  const stray = findStraySerial(found.line.serials, receipt)
  if (stray !== undefined) return stray
  const open = inTransitOf(found.line)
  return quantity + lost > open
    ? refuse(
        'beyond-dispatched',
        'quantity',
        `${quantity + lost} units of "${found.line.sku}" given, ${open} are in transit.`,
      )
    : undefined
}

function stateOf(lines: readonly TransferLine[]): TransferState {
  if (lines.some((line) => inTransitOf(line) > 0)) return 'partly-received'
  return lines.some(({ lost, returned }) => lost + returned > 0) ? 'closed' : 'received'
}

function lineOf(transfer: Transfer, number: number): { kind: 'found'; line: TransferLine } | Refusal {
  const line = transfer.lines.find((each) => each.line === number)
  return line === undefined
    ? refuse('unknown-document-line', 'line', `The transfer has no line ${number}.`)
    : { kind: 'found', line }
}

function refuseState({ state }: Transfer, wanted: string): Refusal {
  const because = state === 'draft' ? 'it has not left yet' : `it is ${state}`
  const instead =
    wanted === 'cancelled' && (state === 'dispatched' || state === 'partly-received')
      ? ' Receive it back, or close it as lost.'
      : ''
  return refuse('document-state', 'state', `The transfer cannot be ${wanted}: ${because}.${instead}`)
}

function placesOf({ fromCode, viaCode, toCode }: Transfer) {
  return { fromCode, viaCode, toCode }
}

function lotOf(lot: string | null) {
  return lot === null ? {} : { lot }
}
