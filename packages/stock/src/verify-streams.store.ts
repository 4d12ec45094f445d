import type { Database } from '@plimsoll/database'
import { readBatches, readByCursor, withLongClient } from './history/long.store.ts'
import { startOfMonth } from './history/months.ts'
import type { StoredCheck } from './stored-checks.ts'
import type { ReplayedBalance, ReplayedCheckpoint, ReplayedMovement } from './verify-replay.ts'

/** The ledger as the verifier reads it: everything of one moment, in the order of organization and item. */
export type LedgerStreams = {
  /** The months after the archived ones that are closed, oldest first; a movement's month is its index here. */
  closedMonths: Date[]
  archivedMonths: number
  movements(): AsyncIterable<ReplayedMovement[]>
  checkpoints(): AsyncIterable<ReplayedCheckpoint[]>
  balances(): AsyncIterable<ReplayedBalance[]>
  /** What needs no replay to be seen wrong. */
  stored(): AsyncIterable<StoredProblem>
  /** The columns of every row that a check finds. */
  broken(check: StoredCheck): AsyncIterable<unknown[]>
  /** With how many movements each organization's months were closed. */
  countsOfMonths(): Promise<{ organizationId: string; index: number; movements: number }[]>
  countReservations(): Promise<number>
}

export type StoredProblem = {
  kind: 'effective' | 'unknown-item' | 'unknown-location'
  subject: Record<string, string>
  one: string
  other: string
}

export async function openLedgerStreams<T>(
  database: Database,
  work: (streams: LedgerStreams) => Promise<T>,
): Promise<T> {
  return await withLongClient(database, 'repeatable read', async (client) => {
    const months = await client.query<{ month: Date; archived: boolean }>(
      'select month, bool_or(archive is not null) as archived from closed_month group by month order by month',
    )
    const archived = months.rows.filter((row) => row.archived)
    const lastArchived = archived.at(-1)
    const since = lastArchived === undefined ? '-infinity' : startOfMonth(lastArchived.month, 1).toISOString()
    const closedMonths = months.rows
      .map(({ month }) => month)
      .filter((month) => lastArchived === undefined || month > lastArchived.month)
    const ends = closedMonths.map((month) => startOfMonth(month, 1).toISOString())
    return await work({
      closedMonths,
      archivedMonths: archived.length,
      movements: () =>
        readBatches<ReplayedMovement>(
          client,
          `select organization_id, item_id, location_id, lot_id, width_bucket(recorded_at, $1::timestamptz[]),
             on_hand_delta, reserved_delta, held_delta, incoming_delta
           from movement
           where recorded_at >= $2
           order by organization_id, item_id, recorded_at, movement_id`,
          [ends.length === 0 ? ['infinity'] : ends, since],
        ),
      checkpoints: () =>
        readBatches<ReplayedCheckpoint>(
          client,
          `select * from (
             select organization_id, item_id, location_id, lot_id,
               (array_position($1::timestamptz[], at) - 1)::int as month, on_hand, reserved, held, incoming
             from balance_checkpoint
             where at > $2
             union all
             (select distinct on (organization_id, item_id, location_id, lot_id)
               organization_id, item_id, location_id, lot_id, -1, on_hand, reserved, held, incoming
             from balance_checkpoint
             where at <= $2
             order by organization_id, item_id, location_id, lot_id, at desc)
           ) as checkpoint
           order by organization_id, item_id`,
          [ends, since],
        ),
      balances: () =>
        readBatches<ReplayedBalance>(
          client,
          `select organization_id, item_id, location_id, lot_id, on_hand, reserved, held, incoming
           from balance
           order by organization_id, item_id`,
        ),
      stored: () => readStored(client),
      broken: ({ statement }) => {
        const { sql: text, parameters } = statement.compile(database.kysely)
        return readByCursor<unknown[]>(client, text, parameters)
      },
      countsOfMonths: async () => {
        const { rows } = await client.query<{ organization_id: string; index: number; movements: number }>(
          `select organization_id, array_position($1::timestamptz[], month) - 1 as index, movements
           from closed_month where month = any($1::timestamptz[])`,
          [closedMonths.map((month) => month.toISOString())],
        )
        return rows.map(({ organization_id: organizationId, ...rest }) => ({ organizationId, ...rest }))
      },
      countReservations: async () => {
        const { rows } = await client.query<{ rows: number }>('select count(*) as rows from reservation')
        return rows[0]?.rows ?? 0
      },
    })
  })
}

async function* readStored(client: Parameters<typeof readByCursor>[0]): AsyncGenerator<StoredProblem> {
  const place = ['organizationId', 'itemId', 'locationId', 'lotId']
  const movement = ['organizationId', 'itemId', 'movementId']
  const statements: [StoredProblem['kind'], names: string[], text: string][] = [
    [
      'effective',
      movement,
      `select organization_id, item_id, movement_id, effective_at::text, recorded_at::text
       from movement where effective_at > recorded_at`,
    ],
    [
      'unknown-item',
      place,
      `select organization_id, item_id, location_id, lot_id, '', '' from balance
       where not exists (
         select from item where item.organization_id = balance.organization_id and item.item_id = balance.item_id
       )`,
    ],
    [
      'unknown-location',
      place,
      `select organization_id, item_id, location_id, lot_id, '', '' from balance
       where not exists (
         select from location
         where location.organization_id = balance.organization_id and location.location_id = balance.location_id
       )`,
    ],
  ]
  for (const [kind, names, text] of statements) {
    for await (const row of readByCursor<string[]>(client, text)) {
      const subject = Object.fromEntries(names.map((name, index) => [name, row[index] ?? '']))
      yield { kind, subject, one: row[names.length] ?? '', other: row[names.length + 1] ?? '' }
    }
  }
}
