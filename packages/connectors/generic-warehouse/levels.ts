import type { ExternalCount } from '@plimsoll/connector-kit'
import type { LevelsFeed } from './definition.ts'
import type { ReadFile } from './read-file.ts'
import type { MappedRow } from './rows.ts'
import { inOrder, saidRows } from './said-rows.ts'

/** What a warehouse's files say lies there now, and which of them were not heeded. Pure. */
export type Standing = {
  counts: ExternalCount[]
  held: HeldFile[]
}

export type HeldFile = { name: string; position: number; why: string }

type Lot = { code: string; expiresOn: string | undefined; onHand: number; held: number }
type Count = ExternalCount & { onHand: number; lots?: Lot[] }

export type LevelFiles = {
  levels: readonly ReadFile<'levels'>[]
  adjustments: readonly ReadFile<'adjustments'>[]
}

/**
 * Snapshots replace what was known, deltas and adjustments change it. A snapshot that is empty, cut off or much smaller than
 * the one before is held back (`held`) until a person accepts it: what it lacks is not zero. An older snapshot that comes
 * late stands before the newer one, which has replaced what it says.
 */
export function standingOf(
  { levels, adjustments }: LevelFiles,
  terms: LevelsFeed,
  places: readonly { id: string }[],
): Standing {
  const held: HeldFile[] = []
  let known = new Map<string, Count>()
  let rowsBefore: number | undefined

  const isSnapshot = terms.says === 'snapshot'
  for (const read of isSnapshot ? inOrder(levels) : []) {
    const good = read.rows.flatMap((each) => ('row' in each ? [each.row] : []))
    const why = whyHeld(read, good.length, rowsBefore, terms)
    if (why !== undefined) {
      held.push({ name: read.file.name, position: read.file.position, why })
      continue
    }
    rowsBefore = read.rows.length
    const said = toCounts(good, read, places)
    // A row that could not be read may be any SKU's: then nothing is known of those that are not named.
    const isWhole = read.rows.length === good.length
    const absent = [...known].filter(([key]) => !said.has(key))
    known = new Map([
      ...said,
      ...absent.map(([key, count]): [string, Count] =>
        terms.absent === 'zero' && isWhole ? [key, nothing(count, countedAt(undefined, read))] : [key, count],
      ),
    ])
  }
  if (!isSnapshot) applyDeltas(known, saidRows(levels, withinDelta), places)
  for (const { row, file } of saidRows(adjustments, withinChanges)) {
    const at = countedAt(row.at, { file })
    const key = keyOf(row, places)
    const count = key === undefined ? undefined : known.get(key)
    // What was counted after it has it already; of what was never counted nothing is known.
    if (
      key === undefined ||
      count === undefined ||
      (count.countedAt !== undefined && at <= count.countedAt && isSnapshot)
    )
      continue
    // It says what was found or lost, not that anybody counted: what left since the count is still to come off.
    known.set(
      key,
      moved(count, { change: row.change, heldChange: row.held ?? 0, countedAt: count.countedAt }),
    )
  }
  const counts = [...known.values()].filter(({ onHand, held: kept }) => onHand >= 0 && kept >= 0)
  return { counts: counts.toSorted((one, other) => (idOf(one) < idOf(other) ? -1 : 1)), held }
}

/**
 * One unit lost today and one tomorrow look alike where no row says its moment: in files of other names they are two. A file
 * that is sent again by its name is the same.
 */
function withinChanges({ at }: { at?: Date | undefined }, { name }: { name: string }): string {
  return at === undefined ? ` in ${name}` : ''
}

/** A number without a moment is said anew by each file (5, 4, 5); said twice it is no other. */
function withinDelta(row: MappedRow<'levels'>, { name, position }: ReadFile<'levels'>['file']): string {
  if (row.countedAt !== undefined) return ''
  return lyingOf(row) === undefined ? ` in ${name}` : ` at ${position}`
}

function whyHeld(
  { file, rows, problem }: ReadFile<'levels'>,
  good: number,
  before: number | undefined,
  { smallestShare }: LevelsFeed,
): string | undefined {
  // What cannot be read at all is not made better by being accepted.
  if (problem !== undefined) return problem
  if (file.isAccepted) return undefined
  if (rows.length === 0) return 'It names no SKU at all.'
  if (good === 0) return 'None of its rows can be read.'
  if (before !== undefined && good < before * smallestShare)
    return `It has ${good} readable rows, and the one before had ${before}.`
  return undefined
}

/** Rows of one SKU are its lots, or parts of it in several places of the warehouse: added up. */
function toCounts(
  rows: readonly MappedRow<'levels'>[],
  read: ReadFile<'levels'>,
  places: readonly { id: string }[],
): Map<string, Count> {
  const counts = new Map<string, Count>()
  for (const row of rows) {
    const key = keyOf(row, places)
    const lying = lyingOf(row)
    if (key === undefined || lying === undefined) continue
    const [stockUnitId = '', locationId = ''] = JSON.parse(key) as string[]
    const before = counts.get(key) ?? {
      ...{ stockUnitId, locationId, available: 0, held: 0, incoming: 0, onHand: 0 },
      countedAt: countedAt(row.countedAt, read),
    }
    const { onHand, held, available } = lying
    const lot = row.lot === undefined ? [] : [{ code: row.lot, expiresOn: row.expiresOn, onHand, held }]
    const lots = [...(before.lots ?? []), ...lot]
    counts.set(key, {
      ...before,
      onHand: before.onHand + onHand,
      held: before.held + held,
      available: before.available + available,
      incoming: before.incoming + (row.incoming ?? 0),
      ...(lots.length > 0 && { lots: mergeLots(lots) }),
    })
  }
  // Lots are told where they add up; where some rows name none, they do not.
  for (const [key, count] of counts) {
    const told = count.lots?.reduce((sum, { onHand }) => sum + onHand, 0)
    if (told === undefined || told === count.onHand) continue
    const { lots: _, ...without } = count
    counts.set(key, without)
  }
  return counts
}

function mergeLots(lots: readonly Lot[]): Lot[] {
  const byCode = new Map<string, Lot>()
  for (const lot of lots) {
    const known = byCode.get(lot.code)
    byCode.set(
      lot.code,
      known === undefined
        ? lot
        : { ...known, onHand: known.onHand + lot.onHand, held: known.held + lot.held },
    )
  }
  return [...byCode.values()]
}

/** All that lies there, of what the file says; undefined: it says too little. */
function lyingOf(row: MappedRow<'levels'>): { onHand: number; held: number; available: number } | undefined {
  const held = row.held ?? 0
  const committed = row.committed ?? 0
  if (row.onHand === undefined && row.available === undefined) return undefined
  const onHand = row.onHand ?? (row.available ?? 0) + held + committed
  return {
    onHand,
    held: Math.min(held, onHand),
    available: row.available ?? Math.max(0, onHand - held - committed),
  }
}

/** Changes alone: they begin at nothing, so the first must say all that is there (a delta of everything). */
function applyDeltas(
  known: Map<string, Count>,
  said: ReturnType<typeof saidRows<'levels'>>,
  places: readonly { id: string }[],
): void {
  for (const { row, file } of said) {
    const key = keyOf(row, places)
    if (key === undefined) continue
    const [stockUnitId = '', locationId = ''] = JSON.parse(key) as string[]
    const at = countedAt(row.countedAt, { file })
    const lying = lyingOf(row)
    // A row with an absolute number replaces what is known of its SKU alone.
    if (lying !== undefined)
      known.set(key, { stockUnitId, locationId, ...lying, incoming: row.incoming ?? 0, countedAt: at })
    const count = known.get(key)
    if (row.change !== undefined && count !== undefined)
      known.set(
        key,
        moved(count, { change: row.change, heldChange: 0, countedAt: later(count.countedAt, at) }),
      )
  }
}

function moved(
  count: Count,
  { change, heldChange, countedAt: as }: { change: number; heldChange: number; countedAt: Date | undefined },
): Count {
  // By lot nothing is known any more, until the next snapshot.
  const { lots: _, ...rest } = count
  const onHand = Math.max(0, count.onHand + change)
  const held = Math.min(onHand, Math.max(0, count.held + heldChange))
  const available = Math.max(0, count.available + change - heldChange)
  return { ...rest, onHand, held, available, countedAt: as }
}

function later(one: Date | undefined, other: Date): Date {
  return one !== undefined && one > other ? one : other
}

function nothing({ stockUnitId, locationId }: Count, at: Date): Count {
  return { stockUnitId, locationId, available: 0, held: 0, incoming: 0, onHand: 0, countedAt: at }
}

/** Never later than it came: a clock that is ahead makes nothing true that is still to come. */
function countedAt(
  said: Date | undefined,
  { file }: { file: { keptAt: Date; saidAt: Date | undefined } },
): Date {
  const at = said ?? file.saidAt
  return at === undefined || at > file.keptAt ? file.keptAt : at
}

/** Undefined where it names no place and there are several, or one that there is not. */
function keyOf(
  row: { sku: string; stockUnitId?: string | undefined; locationId?: string | undefined },
  places: readonly { id: string }[],
): string | undefined {
  const locationId = row.locationId ?? (places.length === 1 ? places[0]?.id : undefined)
  if (locationId === undefined || !places.some(({ id }) => id === locationId)) return undefined
  return JSON.stringify([row.stockUnitId ?? row.sku, locationId])
}

function idOf({ stockUnitId, locationId }: ExternalCount): string {
  return JSON.stringify([stockUnitId, locationId])
}
