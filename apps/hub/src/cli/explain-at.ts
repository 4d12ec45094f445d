import type { ExplainedAt } from '@plimsoll/client'
import type { SyncContext } from '@plimsoll/sync'
import { explainItemAt } from '../views/explain-at.ts'
import { RefusedByLedger } from './output.ts'

/** @throws RefusedByLedger for a moment that has not come */
export async function readItemAt(context: SyncContext, sku: string, at: Date): Promise<ExplainedAt> {
  const explained = await explainItemAt(context, sku, at)
  if (explained.kind === 'refused') throw new RefusedByLedger(explained)
  return explained.answer
}

/** What is on record of an item at a moment, for people. */
export function sayItemAt({
  sku,
  at,
  stock,
  levels,
  orders,
  policies,
  protections,
  unknown,
}: ExplainedAt): string {
  return [
    `${sku}  at ${at}`,
    ...(stock ?? []).map(
      ({ locationCode, onHand, reserved, held, available }) =>
        `  ${locationCode}: on hand ${onHand}, reserved ${reserved}, held ${held}, available ${available}`,
    ),
    ...levels.map((level) => `${level.connectionName} (${level.listing}): ${sayLevel(level)}`),
    ...orders.map(
      ({ connectionName, number, placedAt, appliedAt, units, isKnown }) =>
        `order ${number} of ${connectionName}, ${units} units, placed ${placedAt}, ${isKnown ? `known since ${appliedAt}` : `not known until ${appliedAt}`}`,
    ),
    ...policies.map(
      ({ scope, since, fields }) =>
        `policy of the ${scope}: ${fields === null ? 'not known' : `${saySet(fields)}, since ${since ?? 'nobody knows when'}`}`,
    ),
    ...protections.map(
      ({ scope, connectionName, sku: of, mode, since, actor }) =>
        `protection of ${scope === 'organization' ? 'everything' : `${scope} ${connectionName ?? of ?? ''}`}: ${mode ?? 'not known'}, since ${since ?? 'nobody knows when'}${actor === null ? '' : `, by ${actor}`}`,
    ),
    ...(protections.length === 0 ? ['protection: none was set, so it was automatic'] : []),
    ...unknown.map((sentence) => `not on record: ${sentence}`),
  ].join('\n')
}

function sayLevel(level: ExplainedAt['levels'][number]): string {
  const wanted =
    level.wanted === null
      ? 'nothing on record of what it wanted'
      : `wanted ${level.wanted} (${level.because}) since ${level.wantedAt}`
  const sent =
    level.sent === null ? 'nothing sent' : `sent ${level.sent} at ${level.sentAt} (${level.sentState})`
  const had =
    level.acknowledged === null
      ? 'no write had been confirmed'
      : `had ${level.acknowledged} since ${level.acknowledgedAt}`
  return [wanted, ...sayProtection(level), sent, had].join('; ')
}

function sayProtection({ mode, protection, keptBack }: ExplainedAt['levels'][number]): string[] {
  if (protection === null || keptBack === null) return mode === null ? [] : [`protection ${mode}`]
  const of = mode === null ? '' : ` (set: ${mode})`
  if (protection === 'open') return [`protection open${of}, nothing kept back`]
  return [`protection ${protection}${of}, which kept ${keptBack} back`]
}

function saySet(fields: Record<string, unknown>): string {
  const set = Object.entries(fields).filter(([, value]) => value !== null)
  return set.map(([field, value]) => `${field} ${JSON.stringify(value)}`).join(', ')
}
