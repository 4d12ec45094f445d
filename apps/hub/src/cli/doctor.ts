import { readWall } from '@plimsoll/database'
import {
  examineMonths,
  findBrokenBalances,
  findBrokenRows,
  type MonthsState,
  storedChecks,
} from '@plimsoll/stock'
import { findConnections } from '@plimsoll/sync'
import type { Command } from 'commander'
import { sql } from 'kysely'
import type { HubBase } from '../hub-base.ts'
import { EXIT } from './output.ts'
import { addCommonOptions, type CommonOptions, withHub } from './with-hub.ts'

export type Finding = { check: string; good: boolean; detail: string }

export function doctorCommand(program: Command, exit: (code: number) => void): void {
  addCommonOptions(program.command('doctor'))
    .description('check this installation: runtime, database, ledger, connections, parked events')
    .action(async (options: CommonOptions) => {
      exit(
        await withHub(options, async (hub, output) => {
          const findings = await examine(hub)
          output.result({ good: findings.every((each) => each.good), findings }, () =>
            findings
              .map((each) => `${each.good ? 'good' : 'BAD '}  ${each.check}: ${each.detail}`)
              .join('\n'),
          )
          return findings.every((each) => each.good) ? EXIT.ok : EXIT.notGood
        }),
      )
    })
}

/** Looks everything over; the ledger's promises are checked on the rows themselves. */
export async function examine(hub: HubBase): Promise<Finding[]> {
  const { kysely, kind, serverVersion } = hub.everyone
  const { organizationId } = hub.context
  const now = new Date(hub.context.clock.now())
  const [balances, stored, connections, waiting, durability, months, wall] = await Promise.all([
    findBrokenBalances(kysely),
    Promise.all(
      storedChecks.map(async (check) => ({ ...check, broken: await findBrokenRows(kysely, check) })),
    ),
    findConnections(kysely, organizationId),
    sql<{ parked: number; waiting: number; stuck: number }>`
      select count(*) filter (where state = 'parked') as parked,
        count(*) filter (where state in ('pending', 'fetch')) as waiting,
        count(*) filter (where state in ('pending', 'fetch') and attempts > 5) as stuck
      from inbox
      where organization_id = ${organizationId} and state in ('pending', 'fetch', 'parked')`.execute(kysely),
    sql<{ fsync: string; synchronous: string }>`
      select current_setting('fsync') as fsync, current_setting('synchronous_commit') as synchronous`.execute(
      kysely,
    ),
    examineMonths(kysely, now),
    readWall(hub.database.pool),
  ])
  const inbox = waiting.rows[0] ?? { parked: 0, waiting: 0, stuck: 0 }
  const durable = durability.rows[0]
  const isDurable = durable?.fsync === 'on' && durable.synchronous !== 'off'
  return [
    {
      check: 'runtime',
      good: Number(process.versions.node.split('.')[0]) >= 24,
      detail: `Node ${process.versions.node}`,
    },
    { check: 'database', good: true, detail: `${kind} PostgreSQL ${serverVersion}` },
    {
      check: 'wall between organizations (I9)',
      good: wall.isUp,
      detail: wall.isUp
        ? `PostgreSQL holds the role ${wall.role} to the rows of one organization`
        : `the hub works as the role ${wall.role}, which sees the rows of all; let it make its roles, or make them for it`,
    },
    {
      check: 'durability',
      good: isDurable,
      detail: isDurable
        ? 'commits are on disk before they are answered'
        : 'fsync or synchronous_commit is off: a power cut may lose acknowledged orders; switch both on',
    },
    {
      check: 'conservation (I1)',
      good: balances.length === 0,
      detail:
        balances.length === 0
          ? 'every balance is the sum of its movements'
          : `${balances.length} balances differ, the first: ${JSON.stringify(balances[0])}`,
    },
    ...stored.map(({ name, good, broken }) => ({
      check: name,
      good: broken.length === 0,
      detail:
        broken.length === 0
          ? good
          : `${broken.length === 1_000 ? '1000 or more' : broken.length} rows differ, the first: ${JSON.stringify(broken[0])}; all of them: plimsoll stock verify`,
    })),
    { check: 'months', ...judgeMonths(months) },
    {
      check: 'parked events',
      good: inbox.parked === 0,
      detail: inbox.parked === 0 ? 'none' : `${inbox.parked}; see them with: plimsoll replay`,
    },
    {
      check: 'inbox',
      good: inbox.stuck === 0,
      detail: `${inbox.waiting} waiting, ${inbox.stuck} tried more than five times`,
    },
    ...connections.map((connection) => ({
      check: `connection ${connection.name}`,
      good: connection.problemCode === null && connection.state !== 'paused',
      detail:
        connection.problem ??
        (connection.state === 'paused' ? `paused: ${connection.pauseReasons.join(', ')}` : connection.state),
    })),
  ]
}

function judgeMonths({ isNextReady, strays, isClosingBehind }: MonthsState): Omit<Finding, 'check'> {
  const wrong = [
    ...(isNextReady ? [] : ['the next month has no partition: a running hub makes it']),
    ...(strays === 0
      ? []
      : [
          `${strays === 1_000 ? '1000 or more' : strays} movements of this month lie in no month of their own; they move when it is closed`,
        ]),
    ...(isClosingBehind ? ['a month that is over is not closed: a running hub closes it; see its log'] : []),
  ]
  return {
    good: wrong.length === 0,
    detail: wrong.length === 0 ? 'made ahead and closed in time' : wrong.join('; '),
  }
}
