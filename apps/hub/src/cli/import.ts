import { basename } from 'node:path'
import { ConnectionRegistry, findConnectionId, importConnection } from '@plimsoll/sync'
import type { Command } from 'commander'
import { readItemCsv } from '../item-file.ts'
import { type ImportReport, importItems } from '../items-import.ts'
import { chooseLocation } from './connect.ts'
import { readInput } from './input-file.ts'
import { CommandProblem, EXIT } from './output.ts'
import { addCommonOptions, type CommonOptions, withHub } from './with-hub.ts'

export function importCommand(program: Command, exit: (code: number) => void): void {
  const group = program
    .command('import')
    .description('import items from a file, or listings from a connection')

  addCommonOptions(group.command('items'))
    .description(
      'items and opening stock from a CSV file: sku,name[,location][,quantity]; a wrong row stops it before anything is written',
    )
    .argument('<file>', 'the CSV file; - reads standard input')
    .option(
      '--as <name>',
      'name of this import; under the same name nothing is received twice (default: the file’s name)',
    )
    .action(async (file: string, options: CommonOptions & { as?: string }) => {
      const name = options.as ?? basename(file)
      const items = readItemCsv(readText(file))
      exit(
        await withHub(options, async (hub, output) => {
          if (items.some((item) => item.location === undefined)) await chooseLocation(hub, undefined)
          const report = await importItems(hub.context, { name, items })
          output.result(report, toText)
          return report.refused.length > 0 ? EXIT.notGood : EXIT.ok
        }),
      )
    })

  addCommonOptions(group.command('listings'))
    .description('import a connection’s listings and levels again')
    .argument('<connection>', 'its name or id')
    .action(async (idOrName: string, options: CommonOptions) => {
      exit(
        await withHub(options, async (hub, output) => {
          const connectionId = await findConnectionId(hub.context, idOrName)
          const open = await new ConnectionRegistry(hub.context).find(connectionId)
          if (open === undefined) throw new CommandProblem(`There is no connection "${idOrName}".`)
          const report = await importConnection(hub.context, open, (step, done) =>
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

function toText({ items, received, units, repeated, refused }: ImportReport): string {
  return [
    `${items} items are known; ${units} units received in ${received} rows${repeated > 0 ? `, ${repeated} rows were received before` : ''}.`,
    ...refused.map(({ sku, location, message }) => `Not received: ${sku} at ${location}. ${message}`),
  ].join('\n')
}

function readText(file: string): string {
  const bytes = readInput(file)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new CommandProblem(`${file} is not UTF-8 text. Save it as "CSV UTF-8" and import it again.`)
  }
}
