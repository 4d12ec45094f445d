import type { Tx } from '@plimsoll/database'
import { findPolicy, savePolicy } from './policies.store.ts'

/** A listing that took another's place takes its policy over, unless it has one of its own. */
export async function copyListingPolicy(
  tx: Tx,
  organizationId: string,
  { from, to, at }: { from: string; to: string; at: Date },
): Promise<void> {
  const scope = 'listing' as const
  const policy = await findPolicy(tx, organizationId, { scope, scopeId: from })
  if (policy === undefined) return
  if ((await findPolicy(tx, organizationId, { scope, scopeId: to })) !== undefined) return
  await savePolicy(tx, organizationId, { scope, scopeId: to }, { policy, at })
}
