import { formOf, fromTyped } from '@plimsoll/connector-kit'
import { ConnectionRegistry, changeSingleSettings, findConnectionId } from '@plimsoll/sync'
import type { Command } from 'commander'
import { collectSettings, readCredentials, sayCheck } from './connect.ts'
import { CommandProblem, EXIT } from './output.ts'
import { assertCredentials } from './typed-settings.ts'
import { addCommonOptions, type CommonOptions, withHub } from './with-hub.ts'

type Options = CommonOptions & { set: Record<string, string>; unset: string[]; credentials?: string }

/** `plimsoll connection set`: single settings; the others, mappings and all else stay. */
export function addConnectionSettings(group: Command, exit: (code: number) => void): void {
  addCommonOptions(group.command('set'))
    .description('change settings of a connection; they are tried before they hold')
    .argument('<connection>', 'id or name of a connection')
    .option(
      '--set <key=value>',
      'a setting, for example --set multiChannel=true; may be repeated',
      collectSettings,
      {},
    )
    .option(
      '--unset <key>',
      'takes a setting back, as if it had never been given; may be repeated',
      (name: string, before: string[]) => [...before, name],
      [],
    )
    .option(
      '--credentials <file>',
      'JSON file with the credentials, where it moves to another server; - reads standard input',
    )
    .action(async (idOrName: string, options: Options) => {
      exit(
        await withHub(options, async (hub, output) => {
          const connectionId = await findConnectionId(hub.context, idOrName)
          const open = await new ConnectionRegistry(hub.context).find(connectionId)
          if (open === undefined) throw new CommandProblem(`There is no connection "${idOrName}".`)
          const typed = fromTyped(formOf(open.connector.manifest.settings), options.set)
          const changes = { ...typed, ...Object.fromEntries(options.unset.map((name) => [name, null])) }
          if (Object.keys(changes).length === 0)
            throw new CommandProblem('Say what to change: --set or --unset.')
          const credentials =
            options.credentials === undefined
              ? undefined
              : readCredentials(options.credentials, open.connector)
          if (credentials !== undefined)
            assertCredentials(open.connector, open.connector.manifest.credentials, credentials, 'credentials')
          const check = await changeSingleSettings(hub.context, open, changes, credentials)
          sayCheck(output, check)
          const { name } = open.connection
          output.result(
            { connectionId, name, changed: Object.keys(changes) },
            () => `"${name}" has them now.`,
          )
          return EXIT.ok
        }),
      )
    })
}
