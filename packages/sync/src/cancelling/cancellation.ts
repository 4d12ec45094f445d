/** One line of an order that is to be cancelled, in listing units. */
export type CancellingLine = {
  lineId: string
  externalId: string
  /** What it has now, by its channel. */
  current: number
  /** The greater of what left and what its channel says. */
  shipped: number
  /** What its channel itself says has shipped. */
  platformShipped: number
  /** In shipments that may still leave. */
  committed: number
  /** Asked to be cancelled. */
  units: number
  /** What the line is to have then. */
  stays: number
}

export type Cancelling = {
  state: 'pending' | 'open' | 'closed' | 'cancelled'
  isWhole: boolean
  /** What its channel takes: whole orders only, or single units. */
  takes: 'order' | 'lines'
  lines: readonly CancellingLine[]
}

export type CancellingStep =
  /** `missed`: so many of the units had left before they could be stopped. */
  | { kind: 'done'; missed: number }
  /** All of it had left. */
  | { kind: 'left' }
  /** Somebody may still send it, or its channel has yet to hear what left. */
  | { kind: 'wait' }
  /** Undefined lines: all that has not shipped. */
  | { kind: 'tell'; lines: { lineExternalId: string; quantity: number }[] | undefined }

/**
 * What is done next about a cancellation. It goes by what each line is to have in the end and never by what was done before,
 * so that answers may be lost and others may cancel beside us. A channel is told only once nobody can send the units any more
 * and it knows of everything that left: told before, a parcel could go of a cancelled order. Pure.
 */
export function decideCancelling({ state, isWhole, takes, lines }: Cancelling): CancellingStep {
  const missed = lines.reduce((sum, line) => sum + (line.units - cancelledOf(line)), 0)
  if (state === 'cancelled') return { kind: 'done', missed }
  const open = lines.flatMap((line) => {
    const quantity = line.current - goalOf(line)
    return quantity > 0 ? [{ lineExternalId: line.externalId, quantity }] : []
  })
  if (open.length === 0)
    return lines.some((line) => cancelledOf(line) > 0) ? { kind: 'done', missed } : { kind: 'left' }
  // A platform that knows whole orders only may give back the money of what has left.
  if (takes === 'order' && lines.some(({ shipped }) => shipped > 0)) return { kind: 'left' }
  const isInHand = lines.some((line) => line.committed > goalOf(line) - line.shipped)
  const isUntold = lines.some(({ shipped, platformShipped }) => shipped > platformShipped)
  if (isInHand || isUntold) return { kind: 'wait' }
  return { kind: 'tell', lines: isWhole ? undefined : open }
}

/** Channels take a cancellation before they carry it out, in seconds or a few minutes; after this long nothing will come of it. */
const CARRIED_OUT_MS = 15 * 60_000

/** Whether a channel took a cancellation so long ago that it will not carry it out any more. Pure. */
export function isOverdue({ toldAt }: { toldAt: Date | null }, now: Date): boolean {
  return toldAt !== null && now.getTime() - toldAt.getTime() >= CARRIED_OUT_MS
}

/** What has left stays, whatever was asked. */
function goalOf({ stays, shipped }: CancellingLine): number {
  return Math.max(stays, shipped)
}

function cancelledOf({ stays, units, current }: CancellingLine): number {
  return Math.min(units, Math.max(0, stays + units - current))
}

export type AskedLine = { lineId: string; quantity: number }

/**
 * Which units of which lines are asked to be cancelled, or why they cannot be.
 * @param asked undefined: all that has not left
 */
export function decideAsked(
  lines: readonly {
    lineId: string
    sku: string | undefined
    title: string
    current: number
    shipped: number
  }[],
  asked: readonly AskedLine[] | undefined,
  takes: 'order' | 'lines',
):
  | { kind: 'asked'; isWhole: boolean; lines: { lineId: string; units: number; stays: number }[] }
  | { kind: 'nothing' }
  | { kind: 'has-left' }
  | { kind: 'whole-only' }
  | { kind: 'invalid'; field: string; message: string } {
  const open = lines.filter(({ current, shipped }) => current > shipped)
  if (open.length === 0) return { kind: 'nothing' }
  const whole = open.map(({ lineId, current, shipped }) => ({
    lineId,
    units: current - shipped,
    stays: shipped,
  }))
  const hasLeft = lines.some(({ shipped }) => shipped > 0)
  const named: { lineId: string; units: number; stays: number }[] = []
  for (const [nth, { lineId, quantity }] of (asked ?? []).entries()) {
    const line = open.find((each) => each.lineId === lineId)
    const invalid = (part: string, message: string) =>
      ({ kind: 'invalid', field: `lines.${nth}.${part}`, message }) as const
    if (line === undefined || named.some((each) => each.lineId === lineId))
      return invalid(
        'lineId',
        `The order has no line ${lineId} of which something has not left, or it is named twice.`,
      )
    if (quantity > line.current - line.shipped)
      return invalid(
        'quantity',
        `Only ${line.current - line.shipped} of ${line.sku ?? line.title} have not left: cancel no more than that.`,
      )
    named.push({ lineId, units: quantity, stays: line.current - quantity })
  }
  const isAll =
    asked === undefined ||
    whole.every(({ lineId, units }) => named.some((each) => each.lineId === lineId && each.units === units))
  if (takes === 'order' && hasLeft) return { kind: 'has-left' }
  if (takes === 'order' && !isAll) return { kind: 'whole-only' }
  return { kind: 'asked', isWhole: isAll, lines: isAll ? whole : named }
}
