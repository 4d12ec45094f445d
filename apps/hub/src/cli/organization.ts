import { findDeletions, findOrganizations, markForDeletion, type Organization } from '@plimsoll/accounts'
import { inTransaction } from '@plimsoll/database'
import type { Command } from 'commander'
import { deleteMarked } from '../organizations/deletions.ts'
import { chooseOrganization } from './choose-organization.ts'
import { addOrganizationExport } from './organization-export.ts'
import { CommandProblem, EXIT } from './output.ts'
import { addCommonOptions, type CommonOptions, withHub } from './with-hub.ts'

/** A serving hub hears of it within five seconds, and lets go within its last requests. */
const LETTING_GO_MS = 30_000

/** The brands of this hub, for whoever is on its machine. */
export function organizationCommand(program: Command, exit: (code: number) => void): void {
  const organization = program
    .command('organization')
    .description('the organizations (brands) of this hub: all of one as a file, or deleting it')

  addOrganizationExport(organization, exit)

  addCommonOptions(organization.command('list'))
    .description('all of them, and those that are being deleted')
    .action(async (options: CommonOptions) => {
      exit(
        await withHub(options, async ({ everyone }, output) => {
          const organizations = await findOrganizations(everyone.kysely)
          const deleting = await findDeletions(everyone.kysely)
          output.result({ organizations, deleting }, () => toText(organizations, deleting.length))
          return EXIT.ok
        }),
      )
    })

  addCommonOptions(organization.command('delete'))
    .description('deletes an organization with everything of it; there is no way back')
    .argument('<organization>', 'its id (see list), or its name where only one is called so')
    .requiredOption('--confirm <name>', 'its name, typed out')
    .action(async (wanted: string, options: CommonOptions & { confirm: string }) => {
      exit(
        await withHub(options, async (hub, output) => {
          const { everyone, context, log } = hub
          const chosen = chooseOrganization(await findOrganizations(everyone.kysely), wanted)
          if (options.confirm !== chosen.name) {
            throw new CommandProblem(
              `Nothing was deleted: this organization is called "${chosen.name}"; give exactly that to --confirm.`,
            )
          }
          const { organizationId, name } = chosen
          const next = await inTransaction(everyone, (tx) => markForDeletion(tx, context, organizationId))
          log.info({ organizationId, actor: 'cli' }, 'organization is being deleted')
          const isGone = async () => {
            const gone = await deleteMarked(hub, {
              only: organizationId,
              onPiece: (_, rows) => output.say(`${rows} rows deleted`),
            })
            return gone.includes(organizationId)
          }
          const until = context.clock.now() + LETTING_GO_MS
          let done = await isGone()
          while (!done && context.clock.now() < until) {
            await context.clock.sleep(500)
            // A serving hub may have been quicker.
            const left = await findDeletions(everyone.kysely)
            done = !left.some((each) => each.organizationId === organizationId) || (await isGone())
          }
          output.result({ organizationId, name, done, next: next ?? null }, () =>
            [
              done
                ? `${name} is deleted, with everything of it.`
                : `${name} is served no more, and its last row goes once every running hub has let go of it.`,
              ...(next === undefined
                ? []
                : ['It was the last: an empty one takes its place, of the same owners.']),
              'Files of archived months and backups still hold what was in them.',
            ].join('\n'),
          )
          return EXIT.ok
        }),
      )
    })
}

function toText(organizations: readonly (Organization & { isSample: boolean })[], deleting: number): string {
  return [
    ...organizations.map(
      ({ organizationId, name, isSample }) => `${organizationId}  ${name}${isSample ? '  sample' : ''}`,
    ),
    ...(deleting > 0 ? [`${deleting} being deleted`] : []),
  ].join('\n')
}
