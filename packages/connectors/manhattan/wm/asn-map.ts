import { Malformed, type WarehouseReceipt } from '@plimsoll/connector-kit'
import { z } from 'zod'
import { amount, id, instant, maybeDay, maybeId, maybeInstant, status, text } from '../envelope.ts'
import { hubIdOf, placeOnScale } from '../map.ts'
import { toBaseUnits } from '../units.ts'
import type { UnitsOf } from './order-map.ts'

/** A delivery, as its lines and as the containers (LPNs) that it was received into. */
const line = {
  ItemId: id,
  ReceivedQuantity: amount.nullish(),
  QuantityUomId: text,
  BatchNumber: maybeId,
  ExpiryDate: maybeDay,
}
export const asn = z.object({
  AsnId: id,
  AsnStatus: status,
  Canceled: z.boolean().nullish(),
  UpdatedTimestamp: instant,
  AsnLine: z.array(z.object({ ...line, AsnLineId: id })).nullish(),
  Lpn: z
    .array(
      z.object({
        LpnId: id,
        ReceivedDateTime: maybeInstant,
        LpnDetail: z.array(z.object({ ...line, LpnDetailId: id })).nullish(),
      }),
    )
    .nullish(),
})
export type Asn = z.infer<typeof asn>

const LINE_TEMPLATE = {
  ItemId: null,
  ReceivedQuantity: null,
  QuantityUomId: null,
  BatchNumber: null,
  ExpiryDate: null,
} as const
export const ASN_TEMPLATE = {
  AsnId: null,
  AsnStatus: null,
  Canceled: null,
  UpdatedTimestamp: null,
  AsnLine: { ...LINE_TEMPLATE, AsnLineId: null },
  Lpn: { LpnId: null, ReceivedDateTime: null, LpnDetail: { ...LINE_TEMPLATE, LpnDetailId: null } },
} as const

/** Statuses of ASNs, as public clients name them. */
const RECEIVING = 3_000
const VERIFIED = 8_000
export const CANCELLED = 9_000

/**
 * What came in so far. The containers say it, with their lots and conditions; the lines where none do. Where both do and
 * differ, nobody knows which is right.
 * @throws Malformed then, and for a status that is none of Manhattan's
 */
export function toReceipt(
  asn: Asn,
  {
    facility,
    heldContainers,
    units,
  }: { facility: string; heldContainers: ReadonlySet<string>; units: UnitsOf },
): WarehouseReceipt {
  const what = `ASN ${asn.AsnId}`
  const place = placeOnScale(asn.AsnStatus, what)
  if (place > RECEIVING && place !== VERIFIED && place !== CANCELLED)
    throw new Malformed(`${what} has a status that is none of Manhattan’s`, String(place))
  const unitsOf = (row: {
    ItemId: string
    ReceivedQuantity?: number | null | undefined
    QuantityUomId?: string | null | undefined
  }) =>
    toBaseUnits(row.ReceivedQuantity ?? 0, row.QuantityUomId, {
      item: row.ItemId,
      base: units.base,
      packages: units.packagesOf(row.ItemId),
    })
  const byContainer = (asn.Lpn ?? []).flatMap(({ LpnId, ReceivedDateTime, LpnDetail }) =>
    (LpnDetail ?? []).map((row) => ({
      row,
      externalId: `${LpnId}/${row.LpnDetailId}`,
      units: unitsOf(row),
      isHeld: heldContainers.has(LpnId),
      at: ReceivedDateTime,
    })),
  )
  const byLine = (asn.AsnLine ?? []).map((row) => ({
    row,
    externalId: row.AsnLineId,
    units: unitsOf(row),
    isHeld: false,
    at: undefined,
  }))
  const isByContainer = byContainer.some(({ units: each }) => each > 0)
  if (isByContainer && byLine.some(({ row }) => row.ReceivedQuantity != null))
    assertAlike(what, byContainer, byLine)
  return {
    externalId: asn.AsnId,
    inboundId: hubIdOf(asn.AsnId),
    version: asn.UpdatedTimestamp.getTime(),
    locationId: facility,
    isComplete: place >= VERIFIED || asn.Canceled === true,
    lines: (isByContainer ? byContainer : byLine)
      .filter(({ units: each }) => each > 0)
      .map(({ row, externalId, units: quantity, isHeld, at }) => ({
        externalId,
        sku: row.ItemId,
        quantity,
        condition: isHeld ? 'damaged' : 'sellable',
        lot: row.BatchNumber ?? undefined,
        expiresOn: row.ExpiryDate ?? undefined,
        serials: [],
        receivedAt: at ?? asn.UpdatedTimestamp,
      })),
  }
}

type Counted = { row: { ItemId: string }; units: number }

function assertAlike(what: string, one: readonly Counted[], other: readonly Counted[]): void {
  const sums = (rows: readonly Counted[]) => {
    const found = new Map<string, number>()
    for (const { row, units } of rows) found.set(row.ItemId, (found.get(row.ItemId) ?? 0) + units)
    return found
  }
  const [first, second] = [sums(one), sums(other)]
  for (const item of new Set([...first.keys(), ...second.keys()]))
    if ((first.get(item) ?? 0) !== (second.get(item) ?? 0))
      throw new Malformed(`${what} was received otherwise by its containers than by its lines`, '')
}
