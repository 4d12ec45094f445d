import type { Alert, AlertDestination, AlertPage, AlertRule } from '@plimsoll/client'
import {
  countAlerts,
  type AlertDestination as KeptDestination,
  listAlerts,
  type ShownAlert,
  type ShownRule,
  type SyncContext,
} from '@plimsoll/sync'

/** One page of alerts, with how many are open. */
export async function pageAlerts(
  context: SyncContext,
  query: Parameters<typeof listAlerts>[1],
): Promise<AlertPage> {
  const [{ rows, next }, counts] = await Promise.all([listAlerts(context, query), countAlerts(context)])
  return { rows: rows.map(toAlert), next, counts }
}

export function toAlert(shown: ShownAlert): Alert {
  return {
    ...shown,
    openedAt: shown.openedAt.toISOString(),
    clearSince: textOf(shown.clearSince),
    resolvedAt: textOf(shown.resolvedAt),
    snoozedUntil: textOf(shown.snoozedUntil),
    acknowledgedAt: textOf(shown.acknowledgedAt),
    acknowledgedUntil: textOf(shown.acknowledgedUntil),
  }
}

export function toRule(rule: ShownRule): AlertRule {
  // Checked by the schema of its kind as it was saved: an object.
  return { ...rule, parameters: rule.parameters as Record<string, unknown> }
}

export function toDestination(kept: KeptDestination): AlertDestination {
  return {
    ...kept,
    problemSince: textOf(kept.problemSince),
    nextTryAt: textOf(kept.nextTryAt),
    lastSentAt: textOf(kept.lastSentAt),
  }
}

function textOf(at: Date | null): string | null {
  return at === null ? null : at.toISOString()
}
