import type { WorkerContext } from '../worker/worker-context.ts'
import type { Prepared } from './errand-runner.ts'
import { findFacility, findWarehouseUnits, type WarehouseUnit } from './warehouse-units.store.ts'
import { wholeUnitsOf } from './whole-units.ts'

/** A line of what a warehouse is told will come, in base units. */
export type LineToTell = { line: number; itemId: string | undefined; sku: string; units: number }

/** The same in the warehouse's own terms. */
export type ToldLineOf<Line> = Pick<WarehouseUnit, 'sku' | 'stockUnitId'> & {
  of: Line
  lineId: string
  quantity: number
}

/**
 * What a warehouse is told will come to one of its places, as it names place and units; or why it cannot be told.
 * @param to our location
 */
export async function toNoticeLines<Line extends LineToTell>(
  { organizationId, database, connection, connector }: WorkerContext,
  to: { locationId: string | undefined; locationCode: string },
  lines: readonly Line[],
): Promise<{ place: string; lines: ToldLineOf<Line>[] } | { problem: string }> {
  const { connectionId, name } = connection
  const place =
    to.locationId === undefined
      ? undefined
      : await findFacility(database.kysely, organizationId, connectionId, to.locationId)
  if (place === undefined)
    return { problem: `No place of ${name} is tied to the location "${to.locationCode}".` }
  const itemIds = lines.flatMap(({ itemId }) => itemId ?? []).sort()
  const known = await findWarehouseUnits(database.kysely, organizationId, connectionId, itemIds)
  const told: ToldLineOf<Line>[] = []
  for (const each of lines) {
    const unit = wholeUnitsOf(known, each.itemId, each.units)
    if (unit === undefined)
      return {
        problem: `"${each.sku}" is tied to no stock unit of ${name} of which ${each.units} units are a whole number.`,
      }
    const { sku, stockUnitId, quantity } = unit
    told.push({ of: each, lineId: String(each.line), sku, stockUnitId, quantity })
  }
  const linesMax = connector.manifest.warehouse?.linesMax ?? Number.POSITIVE_INFINITY
  if (told.length > linesMax)
    return {
      problem: `It has ${told.length} lines, and ${name} takes ${linesMax} at the most: make several of it.`,
    }
  return { place, lines: told }
}

/** What cannot be told as it is. */
export function refuseToTell(
  message: string,
  settle: Extract<Prepared, { kind: 'refuse' }>['settle'],
): Prepared {
  return { kind: 'refuse', code: 'unmapped', message, settle }
}
