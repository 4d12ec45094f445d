import { createWriteStream } from 'node:fs'
import { basename } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { ImportMode } from '@plimsoll/database'
import { fileErrors, type RowProblem, writeCsv, writeXlsx } from '@plimsoll/files'
import type { HubBase } from '../hub-base.ts'
import { findProblems } from '../imports/import-problems.store.ts'
import { toImportView } from '../imports/import-view.ts'
import type { ImportJob } from '../imports/imports.store.ts'
import { findHindrance, getImport, requestApply, workImport } from '../imports/imports.ts'
import type { ImportContext } from '../imports/open-file.ts'
import { openProblemFile } from '../imports/problem-file.ts'
import { receiveFile } from '../imports/receive-file.ts'
import type { ImportWhat } from '../imports/sheet.ts'
import type { Progress } from '../imports/work-time.ts'
import { openInput } from './input-file.ts'
import { CommandProblem, EXIT, explainError, type Output } from './output.ts'

export type ImportFileOptions = {
  as?: string
  sheet?: string
  mode: ImportMode
  dryRun?: boolean
  yes?: boolean
  problems?: string
}

const SHOWN_MAX = 20
const POLL_MS = 500
const SAY_EVERY_MS = 2_000
/** Some seconds' worth of rows. */
const LONG_ROWS = 20_000

/**
 * Takes a file in, checks it, says what it would do, and applies it. Stopped anywhere, the same command goes on where
 * it was.
 * @returns the exit code
 */
export async function importFile(
  hub: HubBase,
  output: Output,
  what: ImportWhat,
  file: string,
  options: ImportFileOptions,
): Promise<number> {
  const context = { ...hub.context, dataFolder: hub.configuration.dataFolder }
  const fileName = file === '-' ? 'standard input' : basename(file)
  const { as: name = fileName, sheet } = options
  const request = { what, name, fileName, sheet, actor: 'cli' }
  const { job, isKnown } = await receiveFile(context, request, openInput(file))
  if (isKnown && job.state === 'done') return sayDoneBefore(output, job)
  if (job.state === 'applying') {
    output.say(
      job.mode === 'all-or-nothing'
        ? `Beginning again: nothing is there of the ${count(job.rowsTotal)} rows.`
        : `Going on where it was stopped: ${count(job.rowsPassed)} of ${count(job.rowsTotal)} rows.`,
    )
  }
  const settled = await work(context, output, job.importId)
  if (settled.state === 'checked') return await judge(context, output, settled, options)
  return await report(context, output, settled, options)
}

/** A checked file is shown, and applied where nothing stands against it. */
async function judge(
  context: ImportContext,
  output: Output,
  job: ImportJob,
  options: ImportFileOptions,
): Promise<number> {
  const { mode, yes: confirmZeros = false, dryRun = false } = options
  const view = toImportView(job)
  if (!output.json && view.preview !== null) {
    for (const { name, field } of view.preview.columns) {
      if (name.toLowerCase() !== field.toLowerCase()) output.say(`  column "${name}" is read as ${field}`)
    }
    for (const line of await problemLines(context, job, 'warning')) output.say(`  ${line}`)
    output.say(describeEffect(job, view.preview.effect))
  }
  const hindrance = findHindrance(job, { mode, confirmZeros })
  if (dryRun) {
    const problems = await firstProblems(context, job, 'error')
    if (!output.json) {
      for (const each of problems) output.say(describeProblem(each))
      if (hindrance !== undefined) output.say(explainError(hindrance).message)
    }
    output.result({ ...view, problems }, () => 'Nothing was imported: this was a trial (--dry-run).')
    return hindrance === undefined ? EXIT.ok : EXIT.notGood
  }
  if (hindrance?.code === 'import-has-errors') return await report(context, output, job, options)
  if (mode === 'all-or-nothing' && job.rowsTotal >= LONG_ROWS) {
    output.say(
      '  All of it is one transaction: orders for these items wait until it ends (else: --mode good-rows).',
    )
  }
  await requestApply(context, job.importId, { mode, confirmZeros })
  return await report(context, output, await work(context, output, job.importId), options)
}

/** Works on it here, or waits for the process that does. */
async function work(context: ImportContext, output: Output, importId: string): Promise<ImportJob> {
  const say = speaker(context, output)
  for (;;) {
    await workImport(context, importId, say)
    const job = await getImport(context, importId)
    if (job.state !== 'uploaded' && job.state !== 'applying') return job
    const doing = job.state === 'uploaded' ? ('check' as const) : ('apply' as const)
    say({ doing, rows: job.rowsPassed, rowsTotal: doing === 'check' ? undefined : job.rowsTotal })
    await context.clock.sleep(POLL_MS)
  }
}

function speaker({ clock }: ImportContext, output: Output): (progress: Progress) => void {
  let saidAtMs = clock.monotonic()
  return ({ doing, rows, rowsTotal }) => {
    if (clock.monotonic() - saidAtMs < SAY_EVERY_MS) return
    saidAtMs = clock.monotonic()
    const of = rowsTotal === undefined ? '' : ` of ${count(rowsTotal)}`
    output.say(`  ${doing === 'check' ? 'checked' : 'applied'} ${count(rows)}${of} rows`)
  }
}

/** What became of it. */
async function report(
  context: ImportContext,
  output: Output,
  job: ImportJob,
  options: ImportFileOptions,
): Promise<number> {
  if (job.state === 'unreadable') {
    const { message, cure } = toImportView(job).failure ?? { message: 'The file cannot be read.', cure: '' }
    throw new CommandProblem(`${message} ${cure}`)
  }
  const problems = await firstProblems(context, job, 'error')
  const said = job.rowsBad > 0 || job.skipped > 0 ? await writeProblems(context, job, options.problems) : ''
  if (job.state === 'done') {
    output.result({ ...toImportView(job), problems }, () =>
      [
        `Done: ${count(job.applied)} rows applied, ${count(job.unchanged)} as they were already, ${count(job.skipped)} left out; ${describeUnits(job.units)}.`,
        ...problems.map(describeProblem),
        ...(said === '' ? [] : [said]),
      ].join('\n'),
    )
    return job.skipped > 0 ? EXIT.notGood : EXIT.ok
  }
  const shown = problems.slice(0, SHOWN_MAX).map(describeProblem)
  const more = job.rowsBad > shown.length ? `; ${count(job.rowsBad)} rows in all` : ''
  const next = 'Correct it and import again, or import the good rows with --mode good-rows.'
  const message = `Nothing was imported. ${shown.join('; ')}${more}. ${said === '' ? '' : `${said} `}${next}`
  if (!output.json) throw new CommandProblem(message)
  output.warn(message)
  output.result({ error: message, exitCode: EXIT.badInput, ...toImportView(job), problems }, () => message)
  return EXIT.badInput
}

function sayDoneBefore(output: Output, job: ImportJob): number {
  output.result(
    { ...toImportView(job), isRepeated: true },
    () =>
      `This file was imported already, on ${job.finishedAt?.toISOString().slice(0, 16).replace('T', ' ')} UTC under the name "${job.name}"; nothing was changed.`,
  )
  return EXIT.ok
}

async function writeProblems(
  context: ImportContext,
  job: ImportJob,
  path: string | undefined,
): Promise<string> {
  if (path === undefined) return ''
  const { header, rows } = await openProblemFile(context, job)
  const write = path.toLowerCase().endsWith('.xlsx') ? writeXlsx : writeCsv
  await pipeline(write(header, rows), createWriteStream(path))
  return `The wrong rows are in ${path}, each with its reasons.`
}

async function firstProblems(
  context: ImportContext,
  job: ImportJob,
  level: RowProblem['level'],
): Promise<RowProblem[]> {
  const found = await findProblems(context.database.kysely, job.organizationId, job.importId, {
    after: undefined,
    limit: 1_000,
  })
  return found
    .filter((problem) => problem.level === level)
    .slice(0, SHOWN_MAX)
    .map(({ problemId: _, ...problem }) => problem)
}

async function problemLines(context: ImportContext, job: ImportJob, level: RowProblem['level']) {
  return (await firstProblems(context, job, level)).map(describeProblem)
}

/** With the cure where it says more than that the cell is to be corrected. */
function describeProblem({ row, message, cure, code }: RowProblem): string {
  const isPlain = code === 'number-out-of-range' || code === 'cell-invalid' || code === 'not-whole-number'
  const said = message.replace(/[.]$/, '')
  return isPlain || cure === fileErrors['column-unknown'].cure
    ? `row ${row}: ${said}`
    : `row ${row}: ${said} (${cure.replace(/[.]$/, '')})`
}

function describeEffect(
  { rowsTotal, rowsBad }: ImportJob,
  {
    created,
    changed,
    unchanged,
    units,
  }: { created: number; changed: number; unchanged: number; units: number },
): string {
  return `${count(rowsTotal)} rows, ${count(rowsBad)} of them wrong: ${count(created)} new, ${count(changed)} changed, ${count(unchanged)} as they are; ${describeUnits(units)}.`
}

function describeUnits(units: number): string {
  return units < 0 ? `${count(-units)} units go` : `${count(units)} units come in`
}

function count(number: number): string {
  return number.toLocaleString('en')
}
