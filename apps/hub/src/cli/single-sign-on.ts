import { findOrganizations, readSingleSignOn } from '@plimsoll/accounts'
import type { SingleSignOnView } from '@plimsoll/client'
import type { Command } from 'commander'
import {
  changeSingleSignOn,
  letOtherWays,
  removeSingleSignOn,
  type Setter,
  singleSignOnBody,
  toSingleSignOnView,
} from '../accounts/single-sign-on.ts'
import type { HubBase } from '../hub-base.ts'
import { readInput } from './input-file.ts'
import { CommandProblem } from './output.ts'
import { runReading } from './stock/document-command.ts'
import { addCommonOptions, type CommonOptions } from './with-hub.ts'

/** Whoever is on the machine may let people in to each of its organizations. */
const machine = ({ everyone }: HubBase): Setter => ({
  actor: 'cli',
  person: undefined,
  lettingInto: async () =>
    (await findOrganizations(everyone.kysely)).map(({ organizationId }) => organizationId),
})

/** `plimsoll account sso …`: the provider that people sign in with, for whoever is on the hub's machine. */
export function singleSignOnCommands(account: Command, exit: (code: number) => void): void {
  const group = account.command('sso').description('single sign-on with a provider of OpenID Connect')

  addCommonOptions(group.command('show'))
    .description('the provider that people sign in with, without its secret')
    .action(async (options: CommonOptions) => {
      exit(await runReading(options, read, toText))
    })

  addCommonOptions(group.command('set'))
    .description('set the provider, once it has answered, and whom it lets in')
    .argument('<file>', 'JSON as the API takes it at PUT /single-sign-on; - reads standard input')
    .action(async (file: string, options: CommonOptions) => {
      const body = singleSignOnBody.parse(parseJson(readInput(file).toString('utf8'), file))
      const change = runReading(
        options,
        async (hub) => {
          await changeSingleSignOn(hub.context, body, machine(hub))
          return await read(hub)
        },
        toText,
      )
      exit(await change)
    })

  addCommonOptions(group.command('other-ways'))
    .description('let people sign in by password and passkey again, where single sign-on was the only way')
    .action(async (options: CommonOptions) => {
      const change = runReading(
        options,
        async ({ context }) => ({ wasSet: await letOtherWays(context, { actor: 'cli' }) }),
        ({ wasSet }) =>
          wasSet
            ? 'Passwords and passkeys count again. plimsoll account reset EMAIL makes a link for a new password.'
            : 'There is no single sign-on: passwords and passkeys count.',
      )
      exit(await change)
    })

  addCommonOptions(group.command('off'))
    .description('end single sign-on; who is signed in stays so, and passwords count')
    .action(async (options: CommonOptions) => {
      const change = runReading(
        options,
        async ({ context }) => {
          await removeSingleSignOn(context, { actor: 'cli' })
          return {}
        },
        () => 'Nobody signs in through a provider any more.',
      )
      exit(await change)
    })
}

async function read({ context, configuration }: HubBase): Promise<SingleSignOnView> {
  const set = await readSingleSignOn(context.database.kysely, context.masterKey)
  return toSingleSignOnView(set, context.publicUrl ?? `http://127.0.0.1:${configuration.port}`)
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new CommandProblem(`${file} is no JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function toText({ redirectUri, setting }: SingleSignOnView): string {
  if (setting === null) {
    return `There is no single sign-on. The provider is to send people back to ${redirectUri}`
  }
  const { name, issuer, clientId, domains, newcomers, isOnlyWay } = setting
  const claim = newcomers?.claim
  const roles = claim?.roles.map(({ value, role }) => `${value} is ${role}`).join(', ')
  return [
    `${name}: ${issuer}, client ${clientId}`,
    `Sends people back to ${redirectUri}`,
    `For addresses of ${domains.join(', ')}${isOnlyWay ? ', whose only way in it is' : ''}`,
    newcomers === null
      ? 'Only who was invited comes in.'
      : `Newcomers become ${newcomers.role ?? 'nothing by themselves'} in ${newcomers.organizationId}.`,
    ...(claim ? [`By ${claim.name}: ${roles}.`] : []),
  ].join('\n')
}
