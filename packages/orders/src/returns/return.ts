import { type Refusal, refuse } from '@plimsoll/stock'

/**
 * A return: what a customer is to send back, or has. Its units are nowhere until somebody has looked at them.
 *
 *   announced → partly-inspected → closed
 *   announced → cancelled
 *
 * Plain JSON: it is also what each action answers.
 */
export type CustomerReturn = {
  returnId: string
  /** What the customer was given (RMA). */
  number: string
  state: 'announced' | 'partly-inspected' | 'closed' | 'cancelled'
  /** That it left by; null: nobody knows. */
  shipmentId: string | null
  /** The order that it is of, where a channel granted it; null: made by a person. */
  orderId: string | null
  /** Name of the channel's connection that granted it. */
  announcedBy: string | null
  /** Where it comes in. */
  locationCode: string
  createdBy: string
  createdAt: string
  endedAt: string | null
  lines: ReturnLine[]
}

/** Base units. */
export type ReturnLine = {
  line: number
  sku: string
  announced: number
  restocked: number
  damaged: number
  disposed: number
}

export type Inspected = {
  line: number
  quantity: number
  /** `sellable` units are on hand, `damaged` ones on hand and held, `disposed` ones are gone. */
  condition: 'sellable' | 'damaged' | 'disposed'
  /** Code of the lot that it is of, where that is known. */
  lot?: string | undefined
}

export function waitingOf({ announced, restocked, damaged, disposed }: ReturnLine): number {
  return announced - restocked - damaged - disposed
}

/** The return once these units were looked at. Pure. */
export function decideInspection(
  returned: CustomerReturn,
  inspected: readonly Inspected[],
  at: string,
): CustomerReturn | Refusal {
  if (!isOpenReturn(returned)) return refuseState(returned, 'inspected')
  if (inspected.length === 0) return refuse('invalid-lines', 'lines', 'There is no line.')
  const lines = new Map(returned.lines.map((line) => [line.line, line]))
  for (const [nth, { line: number, quantity, condition }] of inspected.entries()) {
    const line = lines.get(number)
    if (line === undefined)
      return refuse('unknown-document-line', `lines[${nth}].line`, `The return has no line ${number}.`)
    if (!Number.isSafeInteger(quantity) || quantity <= 0)
      return refuse('quantity-not-positive', `lines[${nth}].quantity`, `${quantity} is no number of units.`)
    if (quantity > waitingOf(line))
      return refuse(
        'beyond-expected',
        `lines[${nth}].quantity`,
        `${quantity} units of "${line.sku}" given, ${waitingOf(line)} are still to be inspected.`,
      )
    const field = condition === 'sellable' ? 'restocked' : condition
    lines.set(number, { ...line, [field]: line[field] + quantity })
  }
  return ended({ ...returned, lines: [...lines.values()] }, at)
}

/** Nothing more of it will come. Pure. */
export function decideCancelReturn(returned: CustomerReturn, at: string): CustomerReturn | Refusal {
  if (!isOpenReturn(returned)) return refuseState(returned, 'cancelled')
  const isBegun = returned.state === 'partly-inspected'
  return { ...returned, state: isBegun ? 'closed' : 'cancelled', endedAt: at }
}

function ended(returned: CustomerReturn, at: string): CustomerReturn {
  const isDone = returned.lines.every((line) => waitingOf(line) === 0)
  return { ...returned, state: isDone ? 'closed' : 'partly-inspected', endedAt: isDone ? at : null }
}

/** Whether more of it may come. */
export function isOpenReturn({ state }: CustomerReturn): boolean {
  return state === 'announced' || state === 'partly-inspected'
}

function refuseState({ state }: CustomerReturn, wanted: string): Refusal {
  return refuse('document-state', 'state', `The return cannot be ${wanted}: it is ${state}.`)
}
