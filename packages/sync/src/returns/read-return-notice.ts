import { findReturn } from '@plimsoll/orders'
import { isUuid, type Refusal, refuse } from '@plimsoll/stock'
import { sql } from 'kysely'
import type { SyncContext } from '../context.ts'
import { findErrandStanding, makeAgain } from '../fulfilment/errand-standing.store.ts'
import type { ErrandState } from '../fulfilment/errands.ts'

/** What the warehouse that a return comes to knows of it. */
export type ReturnAnnouncement = {
  returnId: string
  /** Name of its connection; null: it comes to a place of your own, and nobody is to be told. */
  warehouse: string | null
  /** `none`: it was not got to yet, or there is nobody to tell. `not-possible`: this warehouse takes no word of returns. */
  state: 'none' | ErrandState | 'not-possible'
  /** The warehouse's own id. */
  externalId: string | null
  problem: string | null
  attempts: number
  /** Of what was called off after it was told. `too-late`: it had come. Null: nothing is to be taken back. */
  withdrawal: Exclude<ErrandState, 'dropped'> | 'too-late' | 'not-possible' | null
}

/** How a return stands with the warehouse that it comes to. */
export async function readReturnAnnouncement(
  context: SyncContext,
  returnId: string,
): Promise<ReturnAnnouncement | Refusal> {
  const { organizationId, database } = context
  const { kysely } = database
  const returned = isUuid(returnId) ? await findReturn(kysely, organizationId, returnId) : undefined
  if (returned === undefined) return refuse('unknown-return', 'id', `There is no return ${returnId}.`)
  const [told, back, place] = await Promise.all([
    findErrandStanding(kysely, organizationId, 'announce-return', returnId),
    findErrandStanding(kysely, organizationId, 'withdraw-return', returnId),
    sql<{ warehouse: string }>`
      select connection.name as warehouse from customer_return
      join counted_place as place using (organization_id, location_id)
      join connection on connection.organization_id = place.organization_id
        and connection.connection_id = place.connection_id
      where customer_return.organization_id = ${organizationId} and return_id = ${returnId}
        and customer_return.connection_id is distinct from place.connection_id`.execute(kysely),
  ])
  return {
    returnId,
    warehouse: told?.warehouse ?? place.rows[0]?.warehouse ?? null,
    state: told === undefined ? 'none' : told.code === 'not-possible' ? 'not-possible' : told.state,
    externalId: told?.externalId ?? null,
    problem: told?.problem ?? null,
    attempts: told?.attempts ?? 0,
    // Dropped: it turned out that nobody had been told.
    withdrawal: back === undefined || back.state === 'dropped' ? null : (knownCode(back.code) ?? back.state),
  }
}

function knownCode(code: string | null): 'too-late' | 'not-possible' | undefined {
  return code === 'too-late' || code === 'not-possible' ? code : undefined
}

/**
 * Tells a warehouse anew of a return that it had refused, or that could not be told. One that is under way, or done, is left as it
 * is: told again it changes nothing.
 */
export async function announceReturnAgain(
  context: SyncContext,
  returnId: string,
): Promise<ReturnAnnouncement | Refusal> {
  const known = await readReturnAnnouncement(context, returnId)
  if ('kind' in known) return known
  await makeAgain(context, 'announce-return', returnId)
  return await readReturnAnnouncement(context, returnId)
}
