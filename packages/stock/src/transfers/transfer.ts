import type { TransferState } from '@plimsoll/database'
import type { StockCommand } from '../commands/command.ts'
import { findBadLines, findBadUnits } from '../documents/lines.ts'
import { type ActionHead, lineHead } from '../documents/run-document.ts'
import { type Refusal, refuse } from '../errors.ts'

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
  lotId: string | null
  requested: number
  dispatched: number
  received: number
  damaged: number
  lost: number
  returned: number
}

/** A receipt of one line: `quantity` arrived, of which `damaged` are held; `lost` never will. */
export type ReceiptLine = {
  line: number
  quantity: number
  damaged?: number | undefined
  lost?: number | undefined
}

export type DecidedTransfer = { kind: 'decided'; transfer: Transfer; commands: readonly StockCommand[] }

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
  lines: readonly { line: number; quantity: number }[] | undefined,
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
  const given = new Map(lines?.map(({ line, quantity }) => [line, quantity]))
  const after = transfer.lines.map((line) => ({
    ...line,
    dispatched: given.get(line.line) ?? line.requested,
  }))
  if (after.every(({ dispatched }) => dispatched === 0)) {
    return refuse('invalid-lines', 'lines', 'Nothing of it would leave; cancel it instead.')
  }
  return {
    kind: 'decided',
    transfer: { ...transfer, state: 'dispatched', dispatchedAt: at, lines: after },
    commands: after
      .filter(({ dispatched }) => dispatched > 0)
      .map(({ line, sku, lotId, dispatched }) => ({
        kind: 'transfer-dispatch' as const,
        ...lineHead(head, { kind: 'transfer', id: transfer.transferId }, line),
        ...placesOf(transfer),
        sku,
        quantity: dispatched,
        ...lotOf(lotId),
      })),
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
  if (receipts.some(({ lost = 0 }) => lost > 0) && (head.reason ?? '') === '') {
    return refuse('reason-missing', 'reason', 'Units are written off as lost, so a reason is needed.')
  }
  const byLine = new Map(receipts.map((receipt) => [receipt.line, receipt]))
  const lines = transfer.lines.map((line) => {
    const { quantity = 0, damaged = 0, lost = 0 } = byLine.get(line.line) ?? {}
    return back
      ? { ...line, returned: line.returned + quantity, lost: line.lost + lost }
      : {
          ...line,
          received: line.received + quantity,
          damaged: line.damaged + damaged,
          lost: line.lost + lost,
        }
  })
  const commands = receipts.map(({ line, quantity, damaged = 0, lost = 0 }) => {
    const { sku, lotId } = transfer.lines.find((each) => each.line === line) ?? { sku: '', lotId: null }
    const { viaCode, toCode, fromCode } = transfer
    return {
      kind: 'transfer-receive' as const,
      ...lineHead(head, { kind: 'transfer', id: transfer.transferId }, line),
      viaCode,
      toCode,
      ...(back && { atCode: fromCode }),
      sku,
      quantity,
      damaged,
      lost,
      ...lotOf(lotId),
    }
  })
  const state = stateOf(lines)
  const isEnded = state !== 'partly-received'
  return {
    kind: 'decided',
    transfer: { ...transfer, state, endedAt: isEnded ? at : null, lines },
    commands,
  }
}

/** What is still in transit is written off as lost; a draft cannot be closed. */
export function decideClose(transfer: Transfer, head: ActionHead, at: string): DecidedTransfer | Refusal {
  const open = transfer.lines.filter((line) => inTransitOf(line) > 0)
  if (open.length === 0) return refuseState(transfer, 'closed')
  return decideReceipt(
    transfer,
    head,
    open.map((line) => ({ line: line.line, quantity: 0, lost: inTransitOf(line) })),
    { at },
  )
}

/** Only while nothing has left: what is in transit must arrive, come back or be lost. */
export function decideCancel(transfer: Transfer, at: string): DecidedTransfer | Refusal {
  if (transfer.state !== 'draft') return refuseState(transfer, 'cancelled')
  return { kind: 'decided', transfer: { ...transfer, state: 'cancelled', endedAt: at }, commands: [] }
}

function findBadReceipt(transfer: Transfer, receipt: ReceiptLine): Refusal | undefined {
  const found = lineOf(transfer, receipt.line)
  if (found.kind === 'refused') return found
  const { quantity, damaged = 0, lost = 0 } = receipt
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

function lotOf(lotId: string | null) {
  return lotId === null ? {} : { lotId }
}
