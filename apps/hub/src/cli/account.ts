import { findPeople, type PersonRow, turnOffSecondFactor } from '@plimsoll/accounts'
import type { Command } from 'commander'
import type { HubBase } from '../hub-base.ts'
import { CommandProblem, EXIT } from './output.ts'
import { singleSignOnCommands } from './single-sign-on.ts'
import { addCommonOptions, type CommonOptions, withHub } from './with-hub.ts'

/** What only whoever is on the hub's machine may do about accounts: see them, and let people in again. */
export function accountCommand(program: Command, exit: (code: number) => void): void {
  const account = program
    .command('account')
    .description('people who sign in to this hub, and letting them in again')

  addCommonOptions(account.command('list'))
    .description('everybody who has an account, and where they are members')
    .action(async (options: CommonOptions) => {
      exit(
        await withHub(options, async ({ everyone }, output) => {
          const people = await findPeople(everyone.kysely)
          output.result({ people }, () => toText(people))
          return EXIT.ok
        }),
      )
    })

  addCommonOptions(account.command('setup-code'))
    .description('the code with which a hub is set up from another machine')
    .action(async (options: CommonOptions) => {
      exit(
        await withHub(options, async (hub, output) => {
          const accounts = await openAccounts(hub)
          if (!(await accounts.isOpen()))
            throw new CommandProblem('This hub has an owner already; an owner can invite others.')
          const code = await accounts.setupCode()
          output.result({ code }, () => `${code}\nOpen /setup?code=${code} at the address of the hub.`)
          return EXIT.ok
        }),
      )
    })

  addCommonOptions(account.command('reset'))
    .description('a link that sets a new password, for somebody who cannot get the letter')
    .argument('<email>', 'of whoever is to have a new password')
    .action(async (email: string, options: CommonOptions) => {
      exit(
        await withHub(options, async (hub, output) => {
          await requirePerson(hub, email)
          const address = hub.context.publicUrl ?? `http://127.0.0.1:${hub.configuration.port}`
          const url = await (await openAccounts(hub)).resetLink(email, address)
          output.result(
            { url },
            () => `${url}\nIt works once, for an hour. Whoever opens it can sign in as ${email}.`,
          )
          return EXIT.ok
        }),
      )
    })

  addCommonOptions(account.command('second-factor-off'))
    .description('lets somebody sign in by password alone again, who has lost the second factor')
    .argument('<email>', 'of whoever has lost it')
    .action(async (email: string, options: CommonOptions) => {
      exit(
        await withHub(options, async (hub, output) => {
          await requirePerson(hub, email)
          await turnOffSecondFactor(hub.everyone, email)
          output.result({ email }, () => `${email} signs in by password alone now.`)
          return EXIT.ok
        }),
      )
    })

  singleSignOnCommands(account, exit)
}

/** Loaded by the two commands that need it: the library behind it is half of what a command would load. */
async function openAccounts(hub: HubBase) {
  const { HubAccounts } = await import('../accounts/hub-accounts.ts')
  return await HubAccounts.open(hub)
}

async function requirePerson({ everyone }: HubBase, email: string): Promise<void> {
  const people = await findPeople(everyone.kysely)
  if (people.some((each) => each.email === email.toLowerCase())) return
  throw new CommandProblem(`Nobody signs in as "${email}"; plimsoll account list shows who does.`)
}

function toText(people: readonly PersonRow[]): string {
  if (people.length === 0) return 'Nobody has an account yet: open /setup on this machine.'
  return people
    .map(({ name, email, twoFactor, memberships }) => {
      const where = memberships.map(({ organization, role }) => `${organization} (${role})`).join(', ')
      return `${email}  ${name}${twoFactor ? '  second factor' : ''}  ${where === '' ? 'member of nothing' : where}`
    })
    .join('\n')
}
