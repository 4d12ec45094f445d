import { stat } from 'node:fs/promises'
import { findOrganizations, type Organization } from '@plimsoll/accounts'
import type { Command } from 'commander'
import { exportOrganization } from '../exports/organization/export-organization.ts'
import type { HubBase } from '../hub.ts'
import { untilInterrupted } from './interrupt.ts'
import { CommandProblem, EXIT } from './output.ts'
import { addCommonOptions, type CommonOptions, withHub } from './with-hub.ts'
import { writeWhole } from './write-whole.ts'

type ExportOptions = CommonOptions & { to: string; organization?: string }

export function organizationCommand(program: Command, exit: (code: number) => void): void {
  const organization = program.command('organization').description('an organization as a whole')
  addCommonOptions(organization.command('export'))
    .description('write everything of an organization into a zip archive, without secrets')
    .requiredOption('--to <file>', 'the archive to write')
    .option('--organization <name>', 'name or id of the organization (default: the first)')
    .action(async (options: ExportOptions) => {
      exit(
        await withHub(options, async (hub, output) => {
          const wanted = await findWanted(hub, options.organization)
          const context = { ...hub.context, organizationId: wanted.organizationId }
          let [files, rows] = [0, 0]
          const parts = exportOrganization(context, wanted, (done) => {
            files += 1
            rows += done.rows
            output.say(`${done.nth} of ${done.of}  ${done.file}  ${done.rows.toLocaleString('en')} rows`)
          })
          const isWhole = await untilInterrupted(async (signal) => {
            try {
              await writeWhole(options.to, parts, { signal })
              return true
            } catch (error) {
              if (signal.aborted) return false
              throw error
            }
          })
          if (!isWhole) throw new CommandProblem('Stopped; nothing was written.', EXIT.failed)
          const { size } = await stat(options.to)
          output.result(
            { file: options.to, organization: wanted.name, files, rows, bytes: size },
            () =>
              `${wanted.name}: ${rows.toLocaleString('en')} rows of ${files} tables in ${options.to} (${size.toLocaleString('en')} bytes). Secrets are not in it.`,
          )
          return EXIT.ok
        }),
      )
    })
}

/** @throws CommandProblem where there is none of that name, or several */
async function findWanted({ database, context }: HubBase, named: string | undefined): Promise<Organization> {
  const all = await findOrganizations(database.kysely)
  const id = named ?? context.organizationId
  const found = all.filter(({ organizationId, name }) => organizationId === id || name === named)
  const [first] = found
  if (first === undefined) {
    const names = all.map(({ name }) => name).join(', ')
    throw new CommandProblem(`There is no organization "${named}"; there are: ${names}.`)
  }
  if (found.length > 1) throw new CommandProblem(`Several organizations are called "${named}"; give its id.`)
  return first
}
