import type { Cutover, CutoverDetail, CutoverList } from '@plimsoll/client'
import { findCutovers, readCutover, readCutoverLines, type SyncContext, skipCodeOf } from '@plimsoll/sync'

type Stored = Awaited<ReturnType<typeof readCutover>>

/** A cut-over as the API says it. */
export function toCutover(stored: Stored): Cutover {
  const { ordersSince: _, ordersReadAt: __, numbersJobId: ___, ...cutover } = stored
  return {
    ...cutover,
    asOf: cutover.asOf?.toISOString() ?? null,
    begunAt: cutover.begunAt.toISOString(),
    changedAt: cutover.changedAt.toISOString(),
  }
}

export async function listCutovers(context: SyncContext): Promise<CutoverList> {
  return { rows: (await findCutovers(context.database.kysely, context.organizationId)).map(toCutover) }
}

/** With the differences of its proposal, the largest first. */
export async function getCutover(context: SyncContext, idOrName: string): Promise<CutoverDetail> {
  const stored = await readCutover(context, idOrName)
  const lines = await readCutoverLines(context, stored.cutoverId)
  return {
    ...toCutover(stored),
    rows: lines.map(({ itemId: _, locationId: __, ...line }) => ({
      ...line,
      skippedCode: skipCodeOf(line.skipped),
    })),
  }
}
