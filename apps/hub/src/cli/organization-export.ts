import { stat } from 'node:fs/promises'
import { findOrganizations } from '@plimsoll/accounts'
import type { Command } from 'commander'
import { exportOrganization } from '../exports/organization/export-organization.ts'
import { chooseOrganization } from './choose-organization.ts'
import { untilInterrupted } from './interrupt.ts'
import { CommandProblem, EXIT } from './output.ts'
import { addCommonOptions, type CommonOptions, withHub } from './with-hub.ts'
import { writeWhole } from './write-whole.ts'

type ExportOptions = CommonOptions & { to: string; organization?: string }

/** Everything of an organization, to take along. */
export function addOrganizationExport(organization: Command, exit: (code: number) => void): void {
  addCommonOptions(organization.command('export'))
    .description('write everything of an organization into a zip archive, without secrets')
    .requiredOption('--to <file>', 'the archive to write')
    .option('--organization <name>', 'name or id of the organization (default: the first)')
    .action(async (options: ExportOptions) => {
      exit(
        await withHub(options, async (hub, output) => {
          const { everyone, context: own } = hub
          const all = await findOrganizations(everyone.kysely)
          const wanted = chooseOrganization(all, options.organization ?? own.organizationId)
          const { organizationId } = wanted
          const context = { ...own, organizationId, database: everyone.forOrganization(organizationId) }
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
