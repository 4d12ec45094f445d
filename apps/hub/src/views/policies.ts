import type {
  PolicyList,
  PolicyWindowList,
  PolicyWindowRow,
  ShelfLifeMinimums,
  WhatIfAnswer,
} from '@plimsoll/client'
import { inTransaction } from '@plimsoll/database'
import { listShelfLifeMinima, saveShelfLifeMinimum } from '@plimsoll/stock'
import {
  answerWhatIf,
  findPolicies,
  listWindows,
  type PolicyWindow,
  type SyncContext,
  toStockContext,
  type WhatIfRequest,
} from '@plimsoll/sync'

/** Every policy that is set, from far to near. */
export async function listPolicies(context: SyncContext): Promise<PolicyList> {
  const found = await findPolicies(context.database.kysely, context.organizationId)
  return {
    rows: found.map(({ poolLocationIds: _, ...row }) => ({ ...row, updatedAt: row.updatedAt.toISOString() })),
  }
}

/** Every window, those that end last first. */
export async function showWindows(context: SyncContext): Promise<PolicyWindowList> {
  return { rows: (await listWindows(context)).map(toWindowRow) }
}

export function toWindowRow(window: PolicyWindow): PolicyWindowRow {
  return { ...window, startsAt: window.startsAt.toISOString(), endsAt: window.endsAt.toISOString() }
}

/** What levels would show if something were otherwise. */
export async function showWhatIf(context: SyncContext, request: WhatIfRequest): Promise<WhatIfAnswer> {
  const answer = await answerWhatIf(context, request)
  return { ...answer, at: answer.at.toISOString(), next: answer.next ?? null }
}

/** The fewest days that a lot must have left when units are allocated, by whom they are for. */
export async function listMinimums(context: SyncContext): Promise<ShelfLifeMinimums> {
  const found = await listShelfLifeMinima(context.database.kysely, context.organizationId)
  return {
    rows: found.map(({ scope, scopeId, days }) => ({
      scope,
      name: scope === 'organization' ? null : scopeId,
      days,
    })),
  }
}

/** Sets the minimum of a connection or a customer, or the organization's; null takes it back. What channels show stays. */
export async function setMinimum(
  context: SyncContext,
  { connection, customer }: { connection?: string | undefined; customer?: string | undefined },
  days: number | null,
): Promise<ShelfLifeMinimums> {
  const scope = connection !== undefined ? 'connection' : customer !== undefined ? 'customer' : 'organization'
  await inTransaction(context.database, (tx) =>
    saveShelfLifeMinimum(tx, toStockContext(context), {
      scope,
      scopeId: connection ?? customer ?? '',
      days: days ?? undefined,
    }),
  )
  return await listMinimums(context)
}
