import { ConnectionRegistry, findConnectionId, importAndWait } from '@plimsoll/sync'
import { type Command, Option } from 'commander'
import { IMPORTS } from '../imports/sheet.ts'
import { SHEETS } from '../imports/sheets.ts'
import { describeFailedImport } from '../listing-imports/listing-import-worker.ts'
import { type ImportFileOptions, importFile } from './import-file.ts'
import { CommandProblem, EXIT } from './output.ts'
import { addCommonOptions, type CommonOptions, withHub } from './with-hub.ts'

export function importCommand(program: Command, exit: (code: number) => void): void {
  const group = program
    .command('import')
    .description(
      'import a file of items, kits, lots, serials, stock, counts, locations, mappings or orders, or listings from a connection',
    )
    .argument('[file]')
    // Whoever forgets what the file holds is told so, whatever else stands there.
    .allowUnknownOption()
    .allowExcessArguments()
    .action((file?: string) => {
      if (file === undefined) group.help({ error: true })
      throw new CommandProblem(
        `Say what ${file} holds: ${IMPORTS.map((what) => `plimsoll import ${what} ${file}`).join(', or ')}.`,
      )
    })

  for (const what of IMPORTS) {
    addCommonOptions(group.command(what))
      .description(`${SHEETS[what].title} from a CSV or Excel file (${columnsOf(what)})`)
      .argument('<file>', 'the file, .csv or .xlsx; - reads standard input')
      .option(
        '--as <name>',
        'name of this import; under the same name nothing is received twice (default: the file’s name)',
      )
      .option('--sheet <name>', 'sheet of an Excel file (default: the first)')
      .addOption(
        new Option('--mode <mode>', 'all-or-nothing, or good-rows to leave wrong rows out')
          .choices(['all-or-nothing', 'good-rows'])
          .default('all-or-nothing'),
      )
      .option('--dry-run', 'check the file and show what it would do; write nothing')
      .option('--yes', 'apply it though it leaves nothing of many items')
      .option(
        '--problems <file>',
        'write the wrong rows, each with its reasons, to this file (.csv or .xlsx)',
      )
      .action(async (file: string, options: CommonOptions & ImportFileOptions) => {
        exit(await withHub(options, (hub, output) => importFile(hub, output, what, file, options)))
      })
  }

  addCommonOptions(group.command('listings'))
    .description('import a connection’s listings and levels again')
    .argument('<connection>', 'its name or id')
    .action(async (idOrName: string, options: CommonOptions) => {
      exit(
        await withHub(options, async (hub, output) => {
          const connectionId = await findConnectionId(hub.context, idOrName)
          const working = {
            registry: new ConnectionRegistry(hub.context),
            describe: describeFailedImport,
          }
          const report = await importAndWait(hub.context, connectionId, working, (step, done) =>
            output.say(`  ${step}: ${done}`),
          )
          output.result(
            report,
            () =>
              `${report.listings} listings, ${report.mappedBySku} newly tied to items, ${report.untracked} not counted by the platform, ${report.replayed} parked events replayed.`,
          )
          return EXIT.ok
        }),
      )
    })
}

/** `sku,name[,location][,quantity]` */
function columnsOf(what: (typeof IMPORTS)[number]): string {
  return Object.values(SHEETS[what].columns)
    .map(({ header, required }, index) => (required ? `${index === 0 ? '' : ','}${header}` : `[,${header}]`))
    .join('')
}
