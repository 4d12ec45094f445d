import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'

export type BrokenGuard = { table: string; guard: string; problem: string }

/** What refuses to change the ledger's past: triggers by table, and the rights that the hub's role must not have. */
const triggersOf: Record<string, string[]> = {
  movement: ['movement_posts_to_balance', 'movement_is_append_only'],
  movement_other: ['movement_month_is_open'],
  balance: ['balance_is_written_by_movements', 'balance_is_never_truncated'],
  balance_checkpoint: ['balance_checkpoint_is_append_only'],
  closed_month: ['closed_month_is_append_only', 'closed_month_stays_closed'],
  movement_cost: ['movement_cost_is_append_only'],
}
const EACH_PARTITION = 'movement_is_written_whole'
const EACH_CLOSED_PARTITION = 'movement_month_is_closed'

const withheldFrom: Record<string, string[]> = {
  movement: ['UPDATE', 'DELETE', 'TRUNCATE'],
  balance: ['INSERT', 'DELETE', 'TRUNCATE'],
  balance_checkpoint: ['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE'],
  closed_month: ['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE'],
  command_key: ['DELETE', 'TRUNCATE'],
  movement_cost: ['UPDATE', 'DELETE', 'TRUNCATE'],
}
const WITHHELD_FROM_PARTITIONS = ['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']

/** I2 in the catalog: every guard is there, is switched on and calls its own function. */
export async function findBrokenGuards(db: Db): Promise<{ checked: number; broken: BrokenGuard[] }> {
  const partitions = await sql<{ name: string; isClosed: boolean }>`
    select child.relname as name, exists (
      select from closed_month where child.relname = movement_month_name(closed_month.month)
    ) as is_closed
    from pg_inherits
    join pg_class as child on child.oid = inhrelid
    where inhparent = 'movement'::regclass
    order by child.relname`.execute(db)
  const wanted = [
    ...Object.entries(triggersOf).flatMap(([table, names]) => names.map((guard) => ({ table, guard }))),
    ...partitions.rows.flatMap(({ name, isClosed }) => [
      { table: name, guard: EACH_PARTITION },
      ...(isClosed ? [{ table: name, guard: EACH_CLOSED_PARTITION }] : []),
    ]),
  ]
  const found = await sql<{ tableName: string; guard: string; enabled: string; calls: string }>`
    select pg_class.relname as table_name, tgname as guard, tgenabled::text as enabled, proname as calls
    from pg_trigger
    join pg_class on pg_class.oid = tgrelid
    join pg_proc on pg_proc.oid = tgfoid
    where not tgisinternal and pg_class.relnamespace = 'public'::regnamespace`.execute(db)
  const triggers = new Map(found.rows.map((row) => [`${row.tableName} ${row.guard}`, row]))
  const broken: BrokenGuard[] = []
  for (const { table, guard } of wanted) {
    const trigger = triggers.get(`${table} ${guard}`)
    if (trigger === undefined) broken.push({ table, guard, problem: 'the trigger is not there' })
    // O: on, A: on also while replicating.
    else if (trigger.enabled !== 'O' && trigger.enabled !== 'A') {
      broken.push({ table, guard, problem: 'the trigger is switched off' })
    } else if (functionOf(guard) !== trigger.calls) {
      broken.push({ table, guard, problem: `the trigger calls ${trigger.calls}` })
    }
  }
  const rights = [
    ...Object.entries(withheldFrom).flatMap(([table, names]) => names.map((right) => ({ table, right }))),
    ...partitions.rows.flatMap(({ name }) =>
      WITHHELD_FROM_PARTITIONS.map((right) => ({ table: name, right })),
    ),
  ]
  const given = await sql<{ tableName: string; right: string }>`
    select table_name, right_name as right
    from unnest(${rights.map(({ table }) => table)}::text[], ${rights.map(({ right }) => right)}::text[])
      as wanted(table_name, right_name)
    where exists (select from pg_roles where rolname = 'plimsoll_runtime')
      and has_table_privilege('plimsoll_runtime', 'public.' || table_name, right_name)`.execute(db)
  for (const { tableName, right } of given.rows) {
    broken.push({ table: tableName, guard: `no right to ${right}`, problem: 'the hub’s role has this right' })
  }
  return { checked: wanted.length + rights.length, broken }
}

/** Most triggers are named as their function; the rest share one. */
function functionOf(trigger: string): string {
  const shared: Record<string, string> = {
    balance_is_never_truncated: 'balance_is_written_by_movements',
    balance_checkpoint_is_append_only: 'history_is_append_only',
    closed_month_is_append_only: 'history_is_append_only',
    movement_cost_is_append_only: 'movement_is_append_only',
  }
  return shared[trigger] ?? trigger
}
