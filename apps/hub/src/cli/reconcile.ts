import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import type { AuditList, DriftPage, SyncJobView } from '@plimsoll/client'
import { writeCsv } from '@plimsoll/files'
import {
  type AuditResult,
  getAudit,
  requestAudit,
  requestAudits,
  resolveDrift,
  type SyncNowResult,
} from '@plimsoll/sync'
import { type Command, Option } from 'commander'
import { findDrifts } from '../views/intake.store.ts'
import { AUDIT_HEADER, auditRows, syncAndWait } from '../views/intake.ts'
import { CommandProblem, EXIT } from './output.ts'
import { followJobs, sayState } from './sync-job.ts'
import { addCommonOptions, type CommonOptions, withHub } from './with-hub.ts'

type ReconcileOptions = CommonOptions & {
  audit?: boolean
  to?: string
  listing?: string
  resolve?: string
  with?: 'hub' | 'platform'
}

const LISTED_MAX = 50

export function reconcileCommand(program: Command, exit: (code: number) => void): void {
  addCommonOptions(program.command('reconcile'))
    .description(
      'compare what platforms show with what they should; without a choice it lists what waits for you',
    )
    .argument('[connection]', 'id or name of a connection, for --audit; none: all')
    .option('--audit', 'read the whole catalogue and every level, heal what differs, and report')
    .option('--to <file>', 'write the report of the audit to this CSV file')
    .option('--listing <id>', 'read this listing now, and write what differs')
    .option('--resolve <id>', 'answer a difference that waits for you')
    .addOption(
      new Option('--with <winner>', 'whose number counts: hub or platform').choices(['hub', 'platform']),
    )
    .action(async (connection: string | undefined, options: ReconcileOptions) => {
      exit(await withHub(options, (hub, output) => reconcile({ hub, output, connection, options })))
    })
}

async function reconcile({
  hub,
  output,
  connection,
  options,
}: {
  hub: Parameters<Parameters<typeof withHub>[1]>[0]
  output: Parameters<Parameters<typeof withHub>[1]>[1]
  connection: string | undefined
  options: ReconcileOptions
}): Promise<number> {
  const { context } = hub
  if (options.audit === true) {
    const asked = connection === undefined ? undefined : await requestAudit(context, connection)
    const audits =
      asked === undefined ? await requestAudits(context, []) : [await getAudit(context, asked.jobId)]
    const { jobs, code } = await followJobs(
      context,
      output,
      audits.map(({ jobId, connectionName }) => ({ jobId, name: connectionName })),
    )
    if (options.to !== undefined)
      await pipeline(writeCsv(AUDIT_HEADER, auditRows(context, audits)), createWriteStream(options.to))
    const [only] = jobs
    if (asked !== undefined && only !== undefined) output.result(only, sayAudit)
    else {
      const rows = jobs.map((job, nth) => ({ ...job, connectionName: audits[nth]?.connectionName ?? '' }))
      output.result({ rows }, sayAudits)
    }
    return code
  }
  if (options.listing !== undefined) {
    const job = await syncAndWait(context, options.listing)
    output.result(job, saySync)
    return job.state === 'done' ? EXIT.ok : EXIT.notGood
  }
  if (options.resolve !== undefined) {
    if (options.with === undefined)
      throw new CommandProblem('Say whose number counts: --with hub, or --with platform.')
    await resolveDrift(context, options.resolve, options.with)
    output.result({ driftId: options.resolve, with: options.with }, () => 'Done.')
    return EXIT.ok
  }
  const waiting = await findDrifts(hub.database.kysely, context.organizationId, {
    limit: LISTED_MAX,
    asked: true,
  })
  output.result(waiting, sayWaiting)
  return EXIT.ok
}

function sayAudit(job: SyncJobView): string {
  // Written by the audit itself.
  const {
    listingsRead = 0,
    levelsRead = 0,
    agreeing = 0,
    differing = [],
    healed = 0,
    left = 0,
  } = job.result as Partial<AuditResult>
  return [
    `${listingsRead} listings and ${levelsRead} levels read, ${agreeing} agree.`,
    ...differing.map((each) => `  ${each.differences} ${each.class}: ${each.healed}`),
    `${healed} differences healed, ${left} left.`,
    sayState(job),
  ].join('\n')
}

function sayAudits({ rows }: AuditList): string {
  if (rows.length === 0) return 'There is no connection to audit.'
  const sumOf = (of: (result: Partial<AuditResult>) => number) =>
    rows.reduce((sum, { result }) => sum + of(result as Partial<AuditResult>), 0)
  const done = rows.filter(({ state }) => state === 'done').length
  return [
    ...rows.map((row) => `${row.connectionName}: ${sayAudit(row)}`),
    `All: ${sumOf(({ levelsRead = 0 }) => levelsRead)} levels read, ${sumOf(({ healed = 0 }) => healed)} differences healed, ${sumOf(({ left = 0 }) => left)} left; ${done} of ${rows.length} audits done.`,
  ].join('\n')
}

function saySync(job: SyncJobView): string {
  const { levels = [] } = job.result as Partial<SyncNowResult>
  return [
    ...levels.map((level) => {
      const why = level.cause === null ? '' : ` (${level.cause})`
      const wrote = level.written === null ? 'nothing had to be written' : `${level.written} was written`
      return `  ${level.externalLocationId}: read ${show(level.observed)} where ${show(level.expected)} was expected${why}; ${wrote}; it shows ${show(level.shows)}`
    }),
    sayState(job),
  ].join('\n')
}

function sayWaiting({ rows }: DriftPage): string {
  if (rows.length === 0) return 'No difference waits for you.'
  return [
    ...rows.map(
      (row) =>
        `  ${row.driftId}  ${row.sku ?? '–'}: ${row.observed} where ${show(row.expected)} was expected`,
    ),
    'Say which counts: plimsoll reconcile --resolve ID --with hub, or --with platform.',
  ].join('\n')
}

function show(value: number | null): string {
  return value === null ? '–' : String(value)
}
