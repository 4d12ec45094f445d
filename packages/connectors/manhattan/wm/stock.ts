import { type CallOptions, type ExternalCount, Malformed, type Page } from '@plimsoll/connector-kit'
import { z } from 'zod'
import { id, maybeDay, maybeId } from '../envelope.ts'
import { pageOf, readItemPage } from '../items.ts'
import { isAskable } from '../query.ts'
import { searchAll, searchFor } from '../search.ts'
import type { Context } from '../transport.ts'

/** Of what lies there: Manhattan's own sign stays, since shelves can be below nought until somebody counts them. */
const signed = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^-?\d{1,12}(\.\d{1,6})?$/)
      .transform(Number),
  ])
  .refine((each) => Number.isFinite(each), 'not an amount')

/** What lies in one container or place, in base units. */
export const inventory = z.object({
  InventoryId: id,
  ItemId: id,
  OnHand: signed,
  Allocated: signed.nullish(),
  InventoryContainerId: maybeId,
  BatchNumber: maybeId,
  ExpiryDate: maybeDay,
})
export type Inventory = z.infer<typeof inventory>
const INVENTORY_TEMPLATE = {
  InventoryId: null,
  ItemId: null,
  OnHand: null,
  Allocated: null,
  InventoryContainerId: null,
  BatchNumber: null,
  ExpiryDate: null,
} as const
const itemFacility = z.object({ ItemId: id, FacilityId: id })
const condition = z.object({ InventoryContainerId: id, ConditionCode: id })

/** A page of items, each at every facility. */
export async function readCounts(
  context: Context,
  cursor: string | undefined,
  options?: CallOptions,
): Promise<Page<ExternalCount>> {
  const { items, next, platformTime } = await readItemPage(context, pageOf(cursor), 'counts', options)
  // What no search can name is not counted: README, "Quirks".
  const ids = items.map(({ ItemId }) => ItemId).filter(isAskable)
  const rows: ExternalCount[] = []
  const unreadable: NonNullable<Page<ExternalCount>['unreadable']> = []
  for (const facility of context.settings.facilities) {
    const place = await readPlace(context, facility, ids, options)
    for (const itemId of ids) {
      try {
        const count = toCount(itemId, facility, place)
        if (count !== undefined) rows.push(count)
      } catch (error) {
        if (!(error instanceof Malformed)) throw error
        unreadable.push({ externalId: `${itemId} at ${facility}`, version: undefined })
      }
    }
  }
  return { rows, unreadable, next: next === undefined ? undefined : String(next), platformTime }
}

/** All that must be known of a facility to count some of its items. */
export type Place = {
  byItem: ReadonlyMap<string, readonly Inventory[]>
  /** Containers whose condition keeps what is in them from being sold. */
  heldContainers: ReadonlySet<string>
  /** Items of which nothing there means nought. */
  keeps: ReadonlySet<string>
}

async function readPlace(
  context: Context,
  facility: string,
  ids: readonly string[],
  options?: CallOptions,
): Promise<Place> {
  const common = { operation: 'counts', facility, options }
  const lying = await searchFor(
    context,
    {
      ...common,
      path: 'inventory',
      template: INVENTORY_TEMPLATE,
      field: 'ItemId',
      values: ids,
      key: 'InventoryId',
    },
    inventory,
  )
  const byItem = Map.groupBy(lying, ({ ItemId }) => ItemId)
  const heldContainers = lying.length === 0 ? new Set<string>() : await readHeld(context, common)
  const without = ids.filter((each) => !byItem.has(each))
  if (context.settings.absent === 'all') return { byItem, heldContainers, keeps: new Set(without) }
  const assigned = await searchFor(
    context,
    {
      ...common,
      path: 'itemFacilities',
      template: { ItemId: null, FacilityId: null },
      field: 'ItemId',
      values: without,
      where: [{ field: 'FacilityId', op: '=', value: facility }],
      key: 'ItemId',
    },
    itemFacility,
  )
  return { byItem, heldContainers, keeps: new Set(assigned.map(({ ItemId }) => ItemId)) }
}

async function readHeld(
  context: Context,
  common: { operation: string; facility: string; options: CallOptions | undefined },
): Promise<Set<string>> {
  const rows = await searchAll(
    context,
    {
      ...common,
      path: 'conditions',
      template: { InventoryContainerId: null, ConditionCode: null },
      where: [],
      key: 'InventoryContainerId',
      isUnique: false,
    },
    condition,
  )
  const free = new Set(context.settings.freeConditions)
  return new Set(
    rows.filter(({ ConditionCode }) => !free.has(ConditionCode)).map((each) => each.InventoryContainerId),
  )
}

/**
 * What one item's rows at one facility come to. Undefined: it was never kept there, as far as anybody says (I12).
 * @throws Malformed where no whole number of units comes out, or fewer than none
 */
export function toCount(
  itemId: string,
  facility: string,
  { byItem, heldContainers, keeps }: Place,
): ExternalCount | undefined {
  const rows = byItem.get(itemId) ?? []
  if (rows.length === 0 && !keeps.has(itemId)) return undefined
  const isHeld = ({ InventoryContainerId }: Inventory) =>
    InventoryContainerId != null && heldContainers.has(InventoryContainerId)
  const onHand = sum(rows, ({ OnHand }) => OnHand)
  const held = sum(rows.filter(isHeld), ({ OnHand }) => OnHand)
  const allocated = sum(
    rows.filter((each) => !isHeld(each)),
    ({ Allocated }) => Allocated ?? 0,
  )
  for (const units of [onHand, held, allocated])
    if (!Number.isSafeInteger(units) || units < 0)
      throw new Malformed(`${itemId.slice(0, 60)} at ${facility}: ${units} are no units`, '')
  if (held > onHand)
    throw new Malformed(`${itemId.slice(0, 60)} at ${facility}: more is held than lies there`, '')
  const lots = lotsOf(rows, isHeld)
  return {
    stockUnitId: itemId,
    locationId: facility,
    available: Math.max(0, onHand - held - allocated),
    held,
    // What is on its way the hub has announced itself; deliveries are read, not counted.
    incoming: 0,
    countedAt: undefined,
    onHand,
    ...(lots !== undefined && { lots }),
  }
}

/** By batch, where every unit that lies there is of one; a batch that is below nought adds up to nothing sound. */
function lotsOf(
  rows: readonly Inventory[],
  isHeld: (row: Inventory) => boolean,
): NonNullable<ExternalCount['lots']> | undefined {
  const lying = rows.filter(({ OnHand }) => OnHand !== 0)
  if (lying.length === 0 || lying.some(({ BatchNumber }) => !BatchNumber)) return undefined
  const lots = [...Map.groupBy(lying, ({ BatchNumber }) => BatchNumber ?? '')].map(([code, own]) => ({
    code,
    // One batch ends once: where rows say otherwise, the first end counts.
    expiresOn: own.flatMap(({ ExpiryDate }) => (ExpiryDate ? [ExpiryDate] : [])).sort()[0],
    onHand: sum(own, ({ OnHand }) => OnHand),
    held: sum(own.filter(isHeld), ({ OnHand }) => OnHand),
  }))
  return lots.every(({ onHand, held }) => held >= 0 && onHand >= held && Number.isSafeInteger(onHand))
    ? lots
    : undefined
}

function sum<Row>(rows: readonly Row[], of: (row: Row) => number): number {
  return rows.reduce((total, row) => total + of(row), 0)
}
