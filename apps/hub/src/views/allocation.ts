import type { AllocationRuleAnswer } from '@plimsoll/client'
import { readAllocation, type SyncContext } from '@plimsoll/sync'

/** Which of the orders that wait for an item gets first what comes in. */
export async function getAllocation(context: SyncContext): Promise<AllocationRuleAnswer> {
  const { rule, channels, version, actor, savedAt } = await readAllocation(context)
  return { rule: rule.kind, channels, version, actor, savedAt: savedAt?.toISOString() ?? null }
}
