import { USUAL_KEPT_DAYS } from '@plimsoll/sync'
import { notUndoable } from './not-undoable.ts'
import type { Fields, Names, RecordedChange, Reversal } from './reversal.ts'

/** What watches and keeps, and changes no stock: alerts, rules of mappings, calls, personal data. */
export type WatchKind = 'alert-rule' | 'alert-destination' | 'mapping-rules' | 'call-log' | 'personal-data'

/** What is kept of a connection's calls where nobody has said. */
const USUAL_CALL_LOG = { mode: 'all', callsMax: 2_000, hoursMax: 72 }

/** How such a change is taken back. Pure. */
export function watchReversal(
  change: RecordedChange & { kind: WatchKind },
  names: Names,
  fields: string[],
): Reversal {
  const { kind, before, after } = change
  const { ruleId, destinationId, connectionId } = change.subject
  switch (kind) {
    case 'alert-rule': {
      const path = `/alert-rules/${ruleId}`
      if (before === null) return request('DELETE', path, undefined, fields)
      // A rule is written whole: what the change did not touch must be as it was too.
      const body = toRuleBody(before, names)
      if (after === null) return request('POST', '/alert-rules', body, fields)
      return request('PUT', path, body, namesIn(before, after))
    }
    case 'alert-destination': {
      const path = `/alert-destinations/${destinationId}`
      if (before === null) return request('DELETE', path, undefined, fields)
      if (after === null) {
        const code = 'destination-gone'
        return { kind: 'impossible', code, because: notUndoable[code] }
      }
      return request('PUT', path, { ...before }, namesIn(before, after))
    }
    case 'mapping-rules': {
      const body = { rules: before?.rules ?? [], basedOn: after?.version ?? 0 }
      return request('PUT', `/connections/${connectionId}/mapping-rules`, body, fields)
    }
    case 'call-log': {
      const usual: Fields = USUAL_CALL_LOG
      const body = Object.fromEntries(fields.map((name) => [name, before?.[name] ?? usual[name]]))
      return request('PUT', `/connections/${connectionId}/call-log`, body, fields)
    }
    case 'personal-data':
      return request(
        'PUT',
        '/personal-data',
        { ...USUAL_KEPT_DAYS, ...before },
        namesIn(USUAL_KEPT_DAYS, after),
      )
    default: {
      const never: never = kind
      throw new Error(`unknown kind ${String(never)}`)
    }
  }
}

function request(
  method: 'PUT' | 'POST' | 'DELETE',
  path: string,
  body: Record<string, unknown> | undefined,
  fields: string[],
): Reversal {
  return { kind: 'request', method, path, body, fields }
}

function namesIn(...some: (Fields | null)[]): string[] {
  return [...new Set(some.flatMap((each) => Object.keys(each ?? {})))].sort()
}

/** A rule as its route takes it: by names, and moments of the day as 08:00. */
function toRuleBody(was: Fields, names: Names): Record<string, unknown> {
  const { itemId, locationId, connectionId, dailyAtMinute, quietFromMinute, quietUntilMinute, ...rest } = was
  const isQuiet = typeof quietFromMinute === 'number' && typeof quietUntilMinute === 'number'
  return {
    ...rest,
    sku: typeof itemId === 'string' ? (names.sku(itemId) ?? itemId) : null,
    location: typeof locationId === 'string' ? (names.location(locationId) ?? locationId) : null,
    connection: connectionId ?? null,
    dailyAt: toTime(Number(dailyAtMinute)),
    quiet: isQuiet ? { from: toTime(quietFromMinute), until: toTime(quietUntilMinute) } : null,
  }
}

function toTime(minute: number): string {
  const two = (value: number) => String(value).padStart(2, '0')
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`
}
