import type { OversoldReport } from '@plimsoll/client'
import { describeFaultPart, findOversells, type SyncContext, sumOversells } from '@plimsoll/sync'

const CASES_MAX = 500
const LOOKED_BACK_MS = 30 * 24 * 3_600_000

/**
 * Units sold beyond what was there, whose fault they were, and each case.
 * @param since orders placed since then; 30 days where it is left out
 */
export async function getOversold(context: SyncContext, since: Date | undefined): Promise<OversoldReport> {
  const { database, organizationId, clock } = context
  const from = since ?? new Date(clock.now() - LOOKED_BACK_MS)
  const [byCause, cases] = await Promise.all([
    sumOversells(database.kysely, organizationId, from),
    findOversells(database.kysely, organizationId, { since: from, limit: CASES_MAX }),
  ])
  return {
    since: from.toISOString(),
    units: byCause.reduce((sum, { units }) => sum + units, 0),
    byCause,
    cases: cases.map(({ parts, placedAt, foundAt, judgedAt: _, ...each }) => ({
      ...each,
      placedAt: placedAt.toISOString(),
      foundAt: foundAt.toISOString(),
      parts: parts.map((part) => ({
        units: part.units,
        because: part.because,
        story: describeFaultPart(part),
        by: part.by ?? null,
        afterMs: part.afterMs ?? null,
        delay:
          part.delay === undefined
            ? null
            : {
                seenMs: part.delay.seenMs ?? null,
                appliedMs: part.delay.appliedMs ?? null,
                writtenMs: part.delay.writtenMs ?? null,
                platformMs: part.delay.platformMs ?? null,
              },
      })),
    })),
  }
}
