import { type Refusal, refuse } from '../errors.ts'
import type { Item } from '../items.store.ts'
import { findBadSerials } from './serials.ts'

/** Which single units a command or a line of a document is about, where they are told apart by serial number. */
export type SerialGroups = {
  /** As many as the quantity. */
  serials?: readonly string[] | undefined
  /** Those of them that are damaged. */
  damagedSerials?: readonly string[] | undefined
  /** Others, that are lost. */
  lostSerials?: readonly string[] | undefined
}

type GroupSizes = { quantity: number; damaged?: number | undefined; lost?: number | undefined }

/** Whether units of the item are told apart from the moment that they come in. */
export function isBySerial({ tracking, serialCapture }: Pick<Item, 'tracking' | 'serialCapture'>): boolean {
  return tracking === 'serial' && serialCapture === 'receipt'
}

/** Refuses serials where there are none, none where there must be, and groups that do not fit their quantities. */
export function findBadGroups(
  item: Pick<Item, 'sku' | 'tracking' | 'serialCapture'>,
  { quantity, damaged = 0, lost = 0 }: GroupSizes,
  groups: SerialGroups,
): Refusal | undefined {
  if (!isBySerial(item)) return findGroupsOfOthers(item, groups)
  const sizes = { serials: quantity, damagedSerials: damaged, lostSerials: lost }
  for (const field of ['serials', 'damagedSerials', 'lostSerials'] as const) {
    const named = groups[field]
    if (named === undefined && sizes[field] !== 0) {
      return refuse('serial-missing', field, `The item "${item.sku}" is tracked by serial number.`)
    }
    const bad = findBadSerials(named ?? [], sizes[field])
    if (bad !== undefined) return refuse(bad.code, field, bad.message)
  }
  const arrived = new Set(groups.serials)
  const stray = groups.damagedSerials?.find((serial) => !arrived.has(serial))
  if (stray !== undefined) {
    const message = `The serial "${stray}" is said to be damaged, but is not among those that arrived.`
    return refuse('damaged-beyond-received', 'damagedSerials', message)
  }
  const both = groups.lostSerials?.find((serial) => arrived.has(serial))
  return both === undefined
    ? undefined
    : refuse('serial-duplicate', 'lostSerials', `The serial "${both}" is said to be here and to be lost.`)
}

function findGroupsOfOthers(
  { sku, tracking }: Pick<Item, 'sku' | 'tracking'>,
  groups: SerialGroups,
): Refusal | undefined {
  const field = (['serials', 'damagedSerials', 'lostSerials'] as const).find(
    (each) => groups[each] !== undefined,
  )
  if (field === undefined) return undefined
  const why = tracking === 'serial' ? 'takes its serials when units leave' : 'is not tracked by serial number'
  return refuse('serial-not-tracked', field, `The item "${sku}" ${why}.`)
}
