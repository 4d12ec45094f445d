import type { ConnectionState, Db, EditRule, Tx } from '@plimsoll/database'
import { sql } from 'kysely'
import { BY_HAND } from '../by-hand/by-hand-connection.store.ts'
import type { ToldProblem } from '../told-problem.ts'
import type { ConnectionStatus } from './connection-state.ts'

export type Connection = {
  connectionId: string
  connector: string
  name: string
  state: ConnectionState
  pauseReasons: string[]
  resumeState: 'shadow' | 'live' | null
  settings: unknown
  secretId: string
  defaultLocationId: string
  ordersPollMs: number
  editRule: EditRule
  problemCode: string | null
  problem: string | null
  webhooksCheckedAt: Date | null
  /** Set: all it sells is to show 0, for this reason. */
  zeroedFor: string | null
  circuitSince: Date | null
  circuitProbeAt: Date | null
  circuitFailedProbes: number
  budgetKey: string | null
  accountId: string | null
  account: string | null
  /** The hub sends its orders that were placed since then; null: somebody else does. */
  shipsOrdersFrom: Date | null
}

const columns = sql`connection_id, connector, name, state, pause_reasons, resume_state, settings, secret_id,
  default_location_id, orders_poll_ms, edit_rule, problem_code, problem, webhooks_checked_at,
  zeroed_for, circuit_since, circuit_probe_at, circuit_failed_probes, budget_key, account_id, account,
  ships_orders_from`

/** All that anything is read from or written to. Orders that people make have one too that is none of these: `by-hand`. */
export async function findConnections(db: Db, organizationId: string): Promise<Connection[]> {
  const found = await sql<Connection>`
    select ${columns} from connection
    where organization_id = ${organizationId} and connector <> ${BY_HAND}
    order by created_at, connection_id`.execute(db)
  return found.rows
}

export async function findConnection(
  db: Db,
  organizationId: string,
  connectionId: string,
): Promise<Connection | undefined> {
  const found = await sql<Connection>`
    select ${columns} from connection
    where organization_id = ${organizationId} and connection_id = ${connectionId} and connector <> ${BY_HAND}`.execute(
    db,
  )
  return found.rows[0]
}

/** One connection of an organization is made at a time: what it must differ from is looked at under this lock. */
export async function lockNewConnections(tx: Tx, organizationId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('plimsoll connections'), hashtext(${organizationId}))`.execute(
    tx,
  )
}

export async function insertConnection(
  tx: Tx,
  organizationId: string,
  connection: Pick<
    Connection,
    | 'connectionId'
    | 'connector'
    | 'name'
    | 'settings'
    | 'secretId'
    | 'defaultLocationId'
    | 'ordersPollMs'
    | 'accountId'
    | 'account'
  >,
  at: Date,
): Promise<void> {
  await sql`
    insert into connection
      (organization_id, connection_id, connector, name, state, pause_reasons, resume_state, settings, secret_id,
       default_location_id, orders_poll_ms, account_id, account, created_at)
    values (${organizationId}, ${connection.connectionId}, ${connection.connector}, ${connection.name}, 'draft',
       '{}', null, ${JSON.stringify(connection.settings)}::jsonb, ${connection.secretId},
       ${connection.defaultLocationId}, ${connection.ordersPollMs}, ${connection.accountId}, ${connection.account}, ${at})`.execute(
    tx,
  )
}

/**
 * Points a connection to other credentials; its webhooks, which may have gone with the former ones, are looked at soon.
 * @returns the id of those it had; undefined: there is no such connection
 */
export async function saveSecretId(
  tx: Tx,
  organizationId: string,
  connectionId: string,
  secretId: string,
): Promise<string | undefined> {
  const held = await sql<{ secretId: string }>`
    select secret_id from connection
    where organization_id = ${organizationId} and connection_id = ${connectionId}
    for update`.execute(tx)
  await sql`
    update connection set secret_id = ${secretId}, webhooks_checked_at = null
    where organization_id = ${organizationId} and connection_id = ${connectionId}`.execute(tx)
  return held.rows[0]?.secretId
}

/**
 * Notes whose account a connection is, where that was not known yet.
 * @returns false where it is another's
 */
export async function saveAccount(
  tx: Tx,
  organizationId: string,
  connectionId: string,
  found: { account: string; accountId: string; unproven?: string },
): Promise<boolean> {
  if (found.unproven !== undefined) return false
  const saved = await sql`
    update connection set account_id = ${found.accountId}, account = ${found.account}
    where organization_id = ${organizationId} and connection_id = ${connectionId}
      and (account_id is null or account_id = ${found.accountId})`.execute(tx)
  return Number(saved.numAffectedRows ?? 0n) === 1
}

/** What a connection is set to, held until the transaction ends. */
export async function lockSettings(tx: Tx, organizationId: string, connectionId: string): Promise<unknown> {
  const held = await sql<{ settings: unknown }>`
    select settings from connection
    where organization_id = ${organizationId} and connection_id = ${connectionId}
    for update`.execute(tx)
  return held.rows[0]?.settings
}

export async function saveSettings(
  tx: Tx,
  organizationId: string,
  connectionId: string,
  settings: unknown,
): Promise<void> {
  await sql`
    update connection set settings = ${JSON.stringify(settings)}::jsonb, webhooks_checked_at = null
    where organization_id = ${organizationId} and connection_id = ${connectionId}`.execute(tx)
}

/** Reads a connection's status and holds it until the transaction ends. */
export async function lockStatus(
  tx: Tx,
  organizationId: string,
  connectionId: string,
): Promise<(ConnectionStatus & { secretId: string }) | undefined> {
  const found = await sql<Pick<Connection, 'state' | 'pauseReasons' | 'resumeState' | 'secretId'>>`
    select state, pause_reasons, resume_state, secret_id from connection
    where organization_id = ${organizationId} and connection_id = ${connectionId} and connector <> ${BY_HAND}
    for update`.execute(tx)
  const [row] = found.rows
  return row === undefined ? undefined : { ...row, resumeState: row.resumeState ?? undefined }
}

export async function saveStatus(
  tx: Tx,
  organizationId: string,
  connectionId: string,
  status: ConnectionStatus,
): Promise<void> {
  await sql`
    update connection set
      state = ${status.state},
      pause_reasons = ${sql.val([...status.pauseReasons])}::text[],
      resume_state = ${status.resumeState ?? null}
    where organization_id = ${organizationId} and connection_id = ${connectionId}`.execute(tx)
}

/** Notes what is wrong with a connection, or that nothing is; keeps since when. */
export async function saveProblem(
  db: Db,
  organizationId: string,
  connectionId: string,
  problem: { code: string; message: string; told: ToldProblem } | undefined,
  at: Date,
): Promise<void> {
  const told = problem === undefined ? null : JSON.stringify(problem.told)
  await sql`
    update connection set
      problem_since = case
        when ${problem?.code ?? null}::text is null then null
        when problem_code is not distinct from ${problem?.code ?? null}::text then problem_since
        else ${at}
      end,
      problem_code = ${problem?.code ?? null},
      problem = ${problem?.message ?? null},
      problem_told = ${told}::jsonb
    where organization_id = ${organizationId} and connection_id = ${connectionId}
      and (problem_code, problem, problem_told)
        is distinct from (${problem?.code ?? null}::text, ${problem?.message ?? null}::text, ${told}::jsonb)`.execute(
    db,
  )
}

export async function noteWebhookSeen(
  db: Db,
  organizationId: string,
  connectionId: string,
  at: Date,
): Promise<void> {
  await sql`
    update connection set last_webhook_at = ${at}
    where organization_id = ${organizationId} and connection_id = ${connectionId}
      and (last_webhook_at is null or last_webhook_at < ${at}::timestamptz - interval '1 second')`.execute(db)
}

/** @param at null: they are to be looked at by the next turn */
export async function noteWebhooksChecked(
  db: Db,
  organizationId: string,
  connectionId: string,
  at: Date | null,
): Promise<void> {
  await sql`
    update connection set webhooks_checked_at = ${at}
    where organization_id = ${organizationId} and connection_id = ${connectionId}`.execute(db)
}

/** Notes that calls are held back, and until when, or that they are not. */
export async function saveCircuit(
  db: Db,
  organizationId: string,
  connectionId: string,
  circuit: { since: Date | null; probeAt: Date | null; failedProbes: number },
): Promise<void> {
  await sql`
    update connection set circuit_since = ${circuit.since}, circuit_probe_at = ${circuit.probeAt},
      circuit_failed_probes = ${circuit.failedProbes}
    where organization_id = ${organizationId} and connection_id = ${connectionId}`.execute(db)
}

/** Notes of which application a connection is, and whose budgets it spends. @returns whether other connections spend them too */
export async function saveKeys(
  db: Db,
  organizationId: string,
  connectionId: string,
  { applicationKey, budgetKey }: { applicationKey: string; budgetKey: string | null },
): Promise<boolean> {
  await sql`
    update connection set budget_key = ${budgetKey}, application_key = ${applicationKey}
    where organization_id = ${organizationId} and connection_id = ${connectionId}
      and (budget_key is distinct from ${budgetKey}::text
        or application_key is distinct from ${applicationKey}::text)`.execute(db)
  if (budgetKey === null) return false
  const found = await sql<{ isShared: boolean }>`
    select exists (
      select from connection
      where organization_id = ${organizationId} and connection_id <> ${connectionId}
        and budget_key = ${budgetKey} and state <> 'draft'
    ) as is_shared`.execute(db)
  return found.rows[0]?.isShared ?? false
}

export async function saveEditRule(
  tx: Tx,
  organizationId: string,
  connectionId: string,
  rule: EditRule,
): Promise<boolean> {
  const saved = await sql`
    update connection set edit_rule = ${rule}
    where organization_id = ${organizationId} and connection_id = ${connectionId} and connector <> ${BY_HAND}`.execute(
    tx,
  )
  return Number(saved.numAffectedRows ?? 0n) === 1
}

/** Says since when the hub sends a channel's orders; null: it does not, and what is under way goes its way to the end. */
export async function saveShipsOrdersFrom(
  tx: Tx,
  organizationId: string,
  connectionId: string,
  from: Date | null,
): Promise<void> {
  await sql`
    update connection set ships_orders_from = ${from}
    where organization_id = ${organizationId} and connection_id = ${connectionId}`.execute(tx)
}
