import {
  type CallOptions,
  type InboundNotice,
  Invalid,
  type Page,
  type StreamQuery,
  type WarehouseReceipt,
} from '@plimsoll/connector-kit'
import { z } from 'zod'
import { anything, id } from '../envelope.ts'
import { createCursors, readChanged, stamp } from '../follow.ts'
import { createKnownItems, packagesOf, readItems } from '../items.ts'
import { mapRows, readRow } from '../map.ts'
import { isAskable, momentOf } from '../query.ts'
import { beforeItLeaves } from '../request-body.ts'
import { searchFor } from '../search.ts'
import { ask, type Context } from '../transport.ts'
import { ASN_TEMPLATE, type Asn, asn, CANCELLED, toReceipt } from './asn-map.ts'

const rawAsn = z.looseObject({ AsnId: id, AsnStatus: z.unknown(), Canceled: z.boolean().nullish() })
const changedAsn = z.looseObject({ AsnId: id, UpdatedTimestamp: stamp })
const condition = z.object({ InventoryContainerId: id, ConditionCode: id })
type ChangedAsn = z.infer<typeof changedAsn>

/** A delivery is an ASN, whose id is the hub's: looked for before it is announced, since it may be in receiving by then. */
export function createReceiving(context: Context) {
  const unknownItems = createKnownItems(context)

  return async function announceInbound(
    notice: InboundNotice,
    options?: CallOptions,
  ): Promise<{ externalId: string }> {
    const { inboundId, locationId: facility, lines } = notice
    if (!context.settings.facilities.includes(facility))
      throw new Invalid('The settings name no such facility.', 'locationId')
    if (lines.some(({ sku, stockUnitId }) => sku !== stockUnitId || !isAskable(stockUnitId)))
      throw new Invalid('An item’s SKU is its id at Manhattan, and can be asked for.', 'lines.sku')
    const { unknown, known } = await beforeItLeaves(async () => ({
      unknown: await unknownItems(
        lines.map(({ stockUnitId }) => stockUnitId),
        options,
      ),
      known: await find(context, facility, inboundId, options),
    }))
    if (unknown[0] !== undefined)
      throw new Invalid(`Manhattan has no item ${unknown[0].slice(0, 60)}.`, 'lines.sku')
    if (known?.Canceled === true || String(known?.AsnStatus) === String(CANCELLED))
      throw new Invalid('Manhattan has this delivery, and it was called off there.', 'inboundId')
    if (known !== undefined) return { externalId: inboundId }
    await ask(
      context,
      { operation: 'announceInbound', path: 'asnSave', facility, body: toAsnBody(notice, context), options },
      anything,
    )
    return { externalId: inboundId }
  }
}

async function find(context: Context, facility: string, inboundId: string, options?: CallOptions) {
  const rows = await searchFor(
    context,
    {
      operation: 'announceInbound.find',
      path: 'asnSearch',
      facility,
      template: { AsnId: null, AsnStatus: null, Canceled: null },
      field: 'AsnId',
      values: [inboundId],
      key: 'AsnId',
      options,
    },
    rawAsn,
  )
  return rows.find(({ AsnId }) => AsnId === inboundId)
}

function toAsnBody(notice: InboundNotice, { settings }: Context): Record<string, unknown> {
  const { inboundId, locationId, lines, expectedAt } = notice
  return {
    AsnId: inboundId,
    AsnLevelId: 'ITEM',
    AsnOriginTypeId: 'P',
    // In transit: from here on it may be received.
    AsnStatus: '1000',
    DestinationFacilityId: locationId,
    ...(expectedAt !== undefined && { EstimatedDeliveryDate: momentOf(expectedAt) }),
    AsnLine: lines.map(({ lineId, stockUnitId, quantity, lot, expiresOn }) => ({
      AsnLineId: lineId,
      ItemId: stockUnitId,
      ShippedQuantity: quantity,
      QuantityUomId: settings.unit,
      ...(lot !== undefined && { BatchNumber: lot }),
      ...(expiresOn !== undefined && { ExpiryDate: expiresOn }),
    })),
  }
}

const cursors = createCursors(['asns'])

/** Those being received, and those that ended. */
export async function readReceipts(
  context: Context,
  { since, cursor }: StreamQuery,
  options?: CallOptions,
): Promise<Page<WarehouseReceipt>> {
  const { facilities } = context.settings
  const reading = cursors.read(cursor, since, facilities)
  const common = { operation: 'receipts', facility: reading.facility, options }
  const { rows, next, platformTime } = await readChanged<ChangedAsn>(
    context,
    {
      ...common,
      path: 'asnSearch',
      template: ASN_TEMPLATE,
      where: [{ field: 'AsnStatus', in: ['3000', '8000', '9000'] }],
      key: 'AsnId',
    },
    reading.position,
    changedAsn,
  )
  const read = mapRows(rows, {
    idOf: ({ AsnId }) => AsnId,
    toRow: (raw) => readRow(raw, asn, `ASN ${raw.AsnId}`),
  })
  const about = await lookInto(context, common, read.rows)
  const told = mapRows(read.rows, {
    idOf: ({ AsnId }) => AsnId,
    toRow: (row) => toReceipt(row, { facility: reading.facility, ...about }),
  })
  return {
    rows: told.rows.filter(({ lines, isComplete }) => lines.length > 0 || isComplete),
    unreadable: [...read.unreadable, ...told.unreadable],
    next: cursors.next(reading, next, facilities),
    platformTime,
  }
}

/** Which of the containers are of a condition that holds them, and what packages hold. */
async function lookInto(
  context: Context,
  common: { operation: string; facility: string; options: CallOptions | undefined },
  asns: readonly Asn[],
): Promise<Omit<Parameters<typeof toReceipt>[1], 'facility'>> {
  const { settings } = context
  const lpns = asns.flatMap(({ Lpn }) => Lpn ?? [])
  const conditions = await searchFor(
    context,
    {
      ...common,
      path: 'conditions',
      template: { InventoryContainerId: null, ConditionCode: null },
      field: 'InventoryContainerId',
      values: [...new Set(lpns.map(({ LpnId }) => LpnId))],
      key: 'InventoryContainerId',
      isUnique: false,
    },
    condition,
  )
  const held = conditions.filter(({ ConditionCode }) => !settings.freeConditions.includes(ConditionCode))
  const details = [
    ...lpns.flatMap(({ LpnDetail }) => LpnDetail ?? []),
    ...asns.flatMap(({ AsnLine }) => AsnLine ?? []),
  ]
  const base = settings.unit.toUpperCase()
  const packed = details.filter(({ QuantityUomId }) => QuantityUomId && QuantityUomId.toUpperCase() !== base)
  const { operation, options } = common
  const ids = [...new Set(packed.map(({ ItemId }) => ItemId))]
  const items = await readItems(context, ids, operation, options)
  return {
    heldContainers: new Set(held.map(({ InventoryContainerId }) => InventoryContainerId)),
    units: { base: settings.unit, packagesOf: (item) => packagesOf(items.get(item)) },
  }
}
