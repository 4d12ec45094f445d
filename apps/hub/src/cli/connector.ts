import path from 'node:path'
import { makeConnector } from '@plimsoll/connectors'
import type { Command } from 'commander'
import { createOutput, EXIT } from './output.ts'

/** `plimsoll connector`: for people who write their own. Opens no database. */
export function connectorCommand(program: Command, exit: (code: number) => void): void {
  const connector = program.command('connector').description('write a connector of your own')
  connector
    .command('new')
    .description(
      'make the folder of a new connector: a whole small one with its simulator, which passes the conformance suite',
    )
    .argument('<id>', 'its id and the name of its folder, such as lantern-market')
    .option('--to <folder>', 'where its folder is made (default: packages/connectors of this checkout)')
    .option('--name <name>', 'what people call the platform (default: made of the id)')
    .option('--json', 'print one JSON object on the last line, and nothing for people')
    .action((id: string, { json, ...given }: { to?: string; name?: string; json?: boolean }) => {
      const made = makeConnector({ id, ...given })
      createOutput({ json }).result(made, ({ folder, files }) => {
        const isOutside = given.to !== undefined
        const named = isOutside ? folder : id
        return [
          `Made ${path.relative(process.cwd(), folder) || folder}:`,
          ...files.map((file) => `  ${file}`),
          `Try it:      plimsoll conformance ${named}`,
          ...(isOutside ? [`Let the hub use it: PLIMSOLL_CONNECTORS=${path.resolve(given.to ?? '')}`] : []),
          'What to do next: docs/guides/write-a-connector.md',
        ].join('\n')
      })
      exit(EXIT.ok)
    })
}
