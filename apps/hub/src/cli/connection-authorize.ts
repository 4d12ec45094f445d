import { ConnectionRegistry, checkConnection, findConnectionId } from '@plimsoll/sync'
import type { Command } from 'commander'
import { authorize } from './authorize.ts'
import { assertGrantPage, readCredentials, sayCheck } from './connect.ts'
import { numberIn, PORT } from './number-option.ts'
import { CommandProblem, EXIT } from './output.ts'
import { addCommonOptions, type CommonOptions, withHub } from './with-hub.ts'

type AuthorizeOptions = CommonOptions & { credentials?: string; port?: number }

/** `plimsoll connection authorize`: what proves the hub changes, and nothing else (decision 0025). */
export function addConnectionAuthorize(group: Command, exit: (code: number) => void): void {
  addCommonOptions(group.command('authorize'))
    .description('have access granted anew on the platform’s own page; mappings and all else stay')
    .argument('<connection>', 'id or name of a connection')
    .option(
      '--credentials <file>',
      'JSON file with what the page needs before, where it is not what it was; - reads standard input',
    )
    .option(
      '--port <number>',
      'port of the hub that runs, on 127.0.0.1 (PLIMSOLL_PORT; default 7460)',
      numberIn(PORT),
    )
    .action(async (idOrName: string, options: AuthorizeOptions) => {
      exit(
        await withHub(options, async (hub, output) => {
          const connectionId = await findConnectionId(hub.context, idOrName)
          const before = await new ConnectionRegistry(hub.context).find(connectionId)
          if (before === undefined) throw new CommandProblem(`There is no connection "${idOrName}".`)
          const { connector, connection } = before
          assertGrantPage(connector)
          const given =
            options.credentials === undefined ? {} : readCredentials(options.credentials, connector)
          await authorize(hub, output, { connector: connection.connector, connectionId, given })
          // Opened once more: with the credentials as they are now.
          const open = await new ConnectionRegistry(hub.context).find(connectionId)
          if (open === undefined) throw new CommandProblem(`There is no connection "${idOrName}" any more.`)
          const check = await checkConnection(hub.context, open)
          sayCheck(output, check)
          const { name, state } = open.connection
          output.result(
            { connectionId, name, account: check.account, state },
            () => `"${name}" has access to ${check.account} again; its mappings are as they were.`,
          )
          return EXIT.ok
        }),
      )
    })
}
