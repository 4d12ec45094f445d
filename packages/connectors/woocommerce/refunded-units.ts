import type { WooFulfillment, WooOrder, WooRefund } from './answers.ts'
import { unitsOf } from './order-fulfillments.ts'
import { shipmentsOf } from './shipment-record.ts'

/** How the hub's own cancellations of units begin their refund's reason: they are of what had not left (`cancellation.ts`). */
export const cancelledBy = 'Plimsoll'

/** Units of a line that have left. */
export type Departure = {
  lineExternalId: string
  quantity: number
  /** The earliest that it may have been, as the shop writes moments of UTC; undefined: any time. */
  notBeforeGmt: string | undefined
}

/**
 * What has left while the order was not yet complete: by core's fulfilments, whoever made them, and by what the hub has
 * recorded of parcels that it told of in another way.
 */
export function departuresOf(order: WooOrder, fulfillments: readonly WooFulfillment[]): Departure[] {
  const recorded = shipmentsOf(order)
  const told = new Set(fulfillments.map(({ id }) => String(id)))
  const byHub = new Map(recorded.map(({ externalId, toldAt }) => [externalId, toldAt]))
  return [
    ...fulfillments.flatMap((one) =>
      unitsOf(one).map((units) => ({
        ...units,
        notBeforeGmt: byHub.get(String(one.id)) ?? fulfilledNotBefore(one),
      })),
    ),
    ...recorded
      .filter(({ externalId }) => !told.has(externalId))
      .flatMap(({ lines, toldAt }) => lines.map((line) => ({ ...line, notBeforeGmt: toldAt }))),
  ]
}

/** Units by line. */
export function unitsThatLeft(departures: readonly Departure[]): Map<string, number> {
  const units = new Map<string, number>()
  for (const { lineExternalId, quantity } of departures)
    units.set(lineExternalId, (units.get(lineExternalId) ?? 0) + quantity)
  return units
}

/**
 * Units per line that were refunded and surely never left. A refund says money, not which unit it is for: as many as may
 * have left by then may be what came back, and what is still owed stays owed. Refunds after completion are returns. Times
 * are whole seconds: of a refund in the second of completion itself what is known to have left decides, where the hub or
 * core has counted it.
 */
export function neverLeft(
  order: WooOrder,
  refunds: readonly WooRefund[],
  { completedGmt, departures }: { completedGmt: string | null | undefined; departures: readonly Departure[] },
): Map<number, number> {
  const inOrder = refunds.toSorted((a, b) => (a.date_created_gmt < b.date_created_gmt ? -1 : 1))
  return new Map(
    order.line_items.map(({ id, quantity: ordered }) => {
      const own = departures.filter(({ lineExternalId }) => lineExternalId === String(id))
      const gone = own.reduce((sum, { quantity }) => sum + quantity, 0)
      let surely = 0
      let refunded = 0
      let beyondWhatLeft = 0
      for (const refund of inOrder) {
        const { date_created_gmt: at, reason } = refund
        const back = unitsBack(refund, id)
        // Both are texts of one form, so they compare as text.
        const isTie = !!completedGmt && at === completedGmt && departures.length > 0
        if (completedGmt && at >= completedGmt && !isTie) continue
        if (isTie) surely += Math.min(back, Math.max(0, ordered - surely - beyondWhatLeft - gone))
        else if (reason?.startsWith(cancelledBy) === true) surely += back
        else {
          refunded += back
          const left = own
            .filter(({ notBeforeGmt }) => notBeforeGmt === undefined || notBeforeGmt <= at)
            .reduce((sum, { quantity }) => sum + quantity, 0)
          beyondWhatLeft = Math.max(beyondWhatLeft, refunded - left)
        }
      }
      return [id, Math.min(surely + beyondWhatLeft, Math.max(0, ordered - gone))]
    }),
  )
}

function unitsBack(refund: WooRefund, lineId: number): number {
  return refund.line_items
    .filter(
      ({ meta_data: meta }) => Number(meta.find(({ key }) => key === '_refunded_item_id')?.value) === lineId,
    )
    .reduce((sum, { quantity }) => sum + Math.abs(quantity), 0)
}

// No site is further ahead of UTC.
const ahead = 14 * 3_600_000

/** Core writes the site's own time without a zone; a time with a zone is what it says. */
function fulfilledNotBefore({ meta_data: meta }: WooFulfillment): string | undefined {
  const said = meta.find(({ key }) => key === '_date_fulfilled')?.value
  if (typeof said !== 'string') return undefined
  const [, moment, zone] = /^(\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d)(Z|[+-]\d\d:?\d\d)?$/.exec(said) ?? []
  if (moment === undefined) return undefined
  const at = new Date(`${moment.replace(' ', 'T')}${zone ?? 'Z'}`).getTime()
  return Number.isNaN(at)
    ? undefined
    : new Date(at - (zone === undefined ? ahead : 0)).toISOString().slice(0, 19)
}
