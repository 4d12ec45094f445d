import { extname } from 'node:path'
import { type WrittenCell, writeCsv, writeXlsx } from '@plimsoll/files'
import type { SyncContext } from '@plimsoll/sync'
import { Argument, type Command, InvalidArgumentError, Option } from 'commander'
import { EXPORTS, type ExportWhat, openExport } from '../exports/exports.ts'
import { CommandProblem, EXIT, type Output } from './output.ts'
import { addCommonOptions, type CommonOptions, withHub } from './with-hub.ts'
import { writeWhole } from './write-whole.ts'

type ExportOptions = CommonOptions & {
  format?: 'csv' | 'xlsx'
  to?: string
  from?: Date
  until?: Date
  sku?: string
}

export function exportCommand(program: Command, exit: (code: number) => void): void {
  addCommonOptions(program.command('export'))
    .description('write a table to a CSV or Excel file that can be imported again')
    .addArgument(new Argument('<what>', EXPORTS.join(', ')).choices(EXPORTS))
    .addOption(
      new Option('--format <format>', 'csv or xlsx (default: by the ending of --to, else csv)').choices([
        'csv',
        'xlsx',
      ]),
    )
    .option('--to <file>', 'write to this file (default: standard output)')
    .option('--from <moment>', 'movements recorded at this moment or later', toMoment)
    .option('--until <moment>', 'movements recorded before this moment', toMoment)
    .option('--sku <sku>', 'movements of this item alone')
    .action(async (what: ExportWhat, options: ExportOptions) => {
      const format = options.format ?? (extname(options.to ?? '').toLowerCase() === '.xlsx' ? 'xlsx' : 'csv')
      if (options.to === undefined && (format === 'xlsx' || options.json === true)) {
        throw new CommandProblem(
          `Name a file with --to: ${format === 'xlsx' ? 'an Excel file is not for the screen' : 'standard output is for the result of --json'}.`,
        )
      }
      exit(await withHub(options, (hub, output) => write(hub.context, output, { what, format, options })))
    })
}

async function write(
  context: SyncContext,
  output: Output,
  wanted: { what: ExportWhat; format: 'csv' | 'xlsx'; options: ExportOptions },
): Promise<number> {
  const { what, format, options } = wanted
  const { header, rows } = await openExport(context, what, {
    from: options.from,
    until: options.until,
    sku: options.sku,
  })
  let count = 0
  async function* counted(): AsyncGenerator<readonly WrittenCell[]> {
    for await (const row of rows) {
      count += 1
      yield row
    }
  }
  const bytes = format === 'csv' ? writeCsv(header, counted()) : writeXlsx(header, counted())
  if (options.to === undefined) {
    for await (const part of bytes) {
      if (!process.stdout.write(part)) await new Promise((resolve) => process.stdout.once('drain', resolve))
    }
    return EXIT.ok
  }
  await writeWhole(options.to, bytes)
  output.result(
    { file: options.to, rows: count },
    () => `${count.toLocaleString('en')} rows in ${options.to}.`,
  )
  return EXIT.ok
}

function toMoment(text: string): Date {
  const moment = new Date(text)
  if (!/^\d{4}-\d\d-\d\d/.test(text) || Number.isNaN(moment.getTime())) {
    throw new InvalidArgumentError('Give a day or moment such as 2026-05-01 or 2026-05-01T08:00:00Z.')
  }
  return moment
}
