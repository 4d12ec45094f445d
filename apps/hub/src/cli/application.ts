import { addApplication, listApplications, removeApplication } from '@plimsoll/sync'
import type { Command } from 'commander'
import { toApplicationView } from '../views/applications.ts'
import { loadConnector, readCredentials } from './connect.ts'
import { runReading } from './stock/document-command.ts'
import { addCommonOptions, type CommonOptions } from './with-hub.ts'

type View = ReturnType<typeof toApplicationView>

/** `plimsoll application`: what answers platforms that call an application before any account of it is connected. */
export function applicationCommand(program: Command, exit: (code: number) => void): void {
  const group = program
    .command('application')
    .description('applications that their platform calls before any account of them is connected')

  addCommonOptions(group.command('list'))
    .description('list them with the address that each answers at')
    .action(async (options: CommonOptions) => {
      exit(
        await runReading(
          options,
          async ({ context }) => ({ rows: (await listApplications(context)).map(toApplicationView) }),
          ({ rows }) => (rows.length === 0 ? 'There is none.' : rows.map(sayApplication).join('\n')),
        ),
      )
    })

  addCommonOptions(group.command('add'))
    .description('keep what an application proves itself with, so that its address answers from now on')
    .argument('<connector>', 'ebay, …')
    .requiredOption(
      '--credentials <file>',
      'JSON file with those of the connector’s credentials that are the application’s; - reads standard input',
    )
    .action(async (id: string, options: CommonOptions & { credentials: string }) => {
      const credentials = readCredentials(options.credentials, await loadConnector(id))
      exit(
        await runReading(
          options,
          async ({ context }) => toApplicationView(await addApplication(context, id, { credentials })),
          (view) => `Name this address on the platform:\n  ${view.url ?? 'none: set PLIMSOLL_PUBLIC_URL'}`,
        ),
      )
    })

  addCommonOptions(group.command('remove'))
    .description('forget what an application proves itself with; its connections stay')
    .argument('<connector>', 'ebay, …')
    .argument('<application>', 'its key, as it stands in the address')
    .action(async (connector: string, key: string, options: CommonOptions) => {
      exit(
        await runReading(
          options,
          async ({ context }) => {
            await removeApplication(context, { connector, key })
            return { connector, application: key }
          },
          () => 'Done.',
        ),
      )
    })
}

function sayApplication({ connector, application, url }: View): string {
  return `${connector}  ${application}  ${url ?? 'no address: set PLIMSOLL_PUBLIC_URL'}`
}
