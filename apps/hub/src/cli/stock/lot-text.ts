import type { LotDetail, LotRow, LotTrace } from '@plimsoll/client'

/** Lots as the subcommands of `plimsoll stock lot` say them. */

export function lineOf({ lot, status, expiresOn, onHand, reserved, held }: LotRow): string {
  const until = expiresOn === null ? 'does not expire' : `until ${expiresOn}`
  return `${lot}  ${status}, ${until}: on hand ${onHand}, reserved ${reserved}, held ${held}`
}

export function tellLot(lot: LotDetail): string {
  return [
    lineOf(lot),
    ...lot.balances.map(
      ({ locationCode, onHand, reserved, held, isUsable }) =>
        `  ${locationCode}: on hand ${onHand}, reserved ${reserved}, held ${held}${isUsable ? '' : ' (may not leave)'}`,
    ),
    ...lot.changes.map(
      ({ changedAt, after, actor, reason }) =>
        `  ${changedAt}  ${after} by ${actor}${reason === null ? '' : `: ${reason}`}`,
    ),
    ...lot.corrections.map(
      ({ changedAt, actor, reason, ...change }) =>
        `  ${changedAt}${tellChange(change)}, by ${actor}: ${reason}`,
    ),
  ].join('\n')
}

export function tellOwners({ owners, ownersTotal }: LotTrace): string[] {
  if (ownersTotal === 0) return ['Nobody holds or was sent any of it.']
  const lines = owners.map((owner) => {
    const who =
      owner.kind === 'order'
        ? `order ${owner.orderNumber} of ${owner.connectionName}`
        : `reservation ${owner.reservationId}`
    const assumed = owner.isAssumed ? ' (assumed: its platform named no lot)' : ''
    const back = owner.returned > 0 ? `, returned ${owner.returned}` : ''
    return `  ${who}: shipped ${owner.shipped}${back}, allocated ${owner.allocated}, from ${owner.locationCode}${assumed}`
  })
  const rest = ownersTotal - owners.length
  return ['To whom it went:', ...lines, ...(rest > 0 ? [`  … and ${rest} more.`] : [])]
}

export function tellTrace(told: LotTrace): string {
  return [
    tellLot(told.lot),
    ...tellOwners(told),
    'Movements, newest first:',
    ...told.movements.map(
      (row) =>
        `  ${row.effectiveAt}  ${row.kind} at ${row.locationCode}: on hand ${sign(row.onHandDelta)}, reserved ${sign(row.reservedDelta)}, held ${sign(row.heldDelta)}${row.reason === null ? '' : ` (${row.reason})`}`,
    ),
    ...(told.next === null ? [] : ['  … and more: the API lists them all.']),
  ].join('\n')
}

function sign(units: number): string {
  return units > 0 ? `+${units}` : String(units)
}

const DETAIL = { expiresOn: 'last day', manufacturedOn: 'made on', supplierLot: 'supplier’s lot' } as const

export function tellChange({
  what,
  before,
  after,
}: Pick<LotDetail['corrections'][number], 'what' | 'before' | 'after'>) {
  return `  ${DETAIL[what]}: ${before ?? 'none'} → ${after ?? 'none'}`
}
