import {
  type AccountContext,
  AccountProblem,
  audit,
  domainOf,
  isTiedToProvider,
  type Newcomers,
  nowOf,
  readSingleSignOn,
  releaseTies,
  removeSetting,
  SINGLE_SIGN_ON,
  type SingleSignOn,
  saveSetting,
} from '@plimsoll/accounts'
import type { singleSignOnView } from '@plimsoll/client'
import { inTransaction } from '@plimsoll/database'
import type { SyncContext } from '@plimsoll/sync'
import { z } from 'zod'
import { readProvider } from './openid-provider.ts'

type Context = AccountContext & { organizationId: string } & Pick<SyncContext, 'clock' | 'reach'>

const givenRole = z.enum(['viewer', 'operator', 'admin'])
const domain = z
  .string()
  .trim()
  .toLowerCase()
  .max(253)
  .regex(/^(?!-)[a-z0-9-]+(\.[a-z0-9-]+)+$/, 'give domains such as brand.example')

export const singleSignOnBody = z.strictObject({
  name: z.string().trim().min(1, 'say what the button says').max(40).describe('What the button says.'),
  issuer: z.url('give the address of the provider').max(500),
  clientId: z.string().trim().min(1, 'give the client id').max(500),
  clientSecret: z
    .string()
    .trim()
    .min(1)
    .max(2_000)
    .optional()
    .describe('Left out, the one that is kept stays, as long as the issuer does.'),
  domains: z
    .array(domain)
    .min(1, 'name a domain at least')
    .max(50)
    .describe('Of e-mail addresses; what the provider says of others is not believed.'),
  newcomers: z
    .strictObject({
      organizationId: z.uuid(),
      role: givenRole.nullable().describe('Null: only whom the claim gives one.'),
      claim: z
        .strictObject({
          name: z.string().trim().min(1).max(100).describe('Of the token, such as `groups`.'),
          roles: z
            .array(z.strictObject({ value: z.string().min(1).max(200), role: givenRole }))
            .min(1)
            .max(50),
        })
        .nullable()
        .default(null)
        .describe('Which of its values gives which role; of several the highest counts.'),
    })
    .nullable()
    .default(null)
    .describe('Where people who come first time become members; null: only who was invited comes in.'),
  isOnlyWay: z
    .boolean()
    .default(false)
    .describe('Whether people of these domains sign in in no other way: neither by password nor by passkey.'),
})
type Wish = z.output<typeof singleSignOnBody>

/**
 * Who sets it: a person, or whoever is on the hub's machine.
 * @param lettingInto ids of the organizations to which they may let people in; those of others stand behind the wall
 */
export type Setter = {
  actor: string
  person: { personId: string; email: string } | undefined
  lettingInto(): Promise<readonly string[]>
}

/**
 * Sets single sign-on of this hub, once the provider has answered.
 * @throws AccountProblem `provider-unreachable`, `provider-unfit`, `account-refused`, `not-allowed`
 */
export async function changeSingleSignOn(context: Context, wish: Wish, by: Setter): Promise<SingleSignOn> {
  const { database, masterKey } = context
  const issuer = await readProvider(context, wish.issuer)
  const before = await readSingleSignOn(database.kysely, masterKey)
  // A secret is never sent to another than it was given for.
  const clientSecret = wish.clientSecret ?? (before?.issuer === issuer ? before.clientSecret : undefined)
  if (clientSecret === undefined) {
    throw new AccountProblem('account-refused', 'Give the client secret of this provider.', 'clientSecret')
  }
  const set: SingleSignOn = { ...wish, issuer, clientSecret }
  await assertMayLetIn(set.newcomers, by)
  await assertNotLockedOut(context, set, by)
  const isAnother = before?.issuer !== issuer || before.clientId !== set.clientId
  await inTransaction(database, async (tx) => {
    await saveSetting(tx, masterKey, { name: SINGLE_SIGN_ON, value: set, at: nowOf(context) })
    if (isAnother) await releaseTies(tx)
    const { domains, newcomers, isOnlyWay } = set
    const detail = { issuer, domains, newcomers, isOnlyWay }
    await audit(tx, context, { actor: by.actor, action: 'setSingleSignOn', detail })
  })
  return set
}

/**
 * Nobody signs in so from now on, nor is tied to the provider; who is signed in stays so.
 * @throws AccountProblem `single-sign-on-off` where there is none
 */
export async function removeSingleSignOn(context: Context, by: Pick<Setter, 'actor'>): Promise<void> {
  await inTransaction(context.database, async (tx) => {
    if ((await readSingleSignOn(tx, context.masterKey)) === undefined) {
      throw new AccountProblem('single-sign-on-off', 'There is no single sign-on on this hub.')
    }
    await removeSetting(tx, SINGLE_SIGN_ON)
    await releaseTies(tx)
    await audit(tx, context, { actor: by.actor, action: 'removeSingleSignOn' })
  })
}

/** Passwords and passkeys count again; said on the hub's machine by whoever is locked out. @returns whether it was set */
export async function letOtherWays(context: Context, { actor }: Pick<Setter, 'actor'>): Promise<boolean> {
  const { database, masterKey } = context
  return await inTransaction(database, async (tx) => {
    const set = await readSingleSignOn(tx, masterKey)
    if (set === undefined) return false
    const value: SingleSignOn = { ...set, isOnlyWay: false }
    await saveSetting(tx, masterKey, { name: SINGLE_SIGN_ON, value, at: nowOf(context) })
    await audit(tx, context, { actor, action: 'setSingleSignOn', detail: { isOnlyWay: false } })
    return true
  })
}

/** What an owner sees of it: all but the secret. */
export function toSingleSignOnView(
  set: SingleSignOn | undefined,
  publicUrl: string,
): z.input<typeof singleSignOnView> {
  const redirectUri = `${publicUrl}/api/auth/callback/${SINGLE_SIGN_ON}`
  if (set === undefined) return { redirectUri, setting: null }
  const { name, issuer, clientId, domains, newcomers, isOnlyWay } = set
  const claim = newcomers?.claim && { ...newcomers.claim, roles: [...newcomers.claim.roles] }
  return {
    redirectUri,
    setting: {
      ...{ name, issuer, clientId, isOnlyWay },
      domains: [...domains],
      newcomers: newcomers && { ...newcomers, claim: claim ?? null },
    },
  }
}

/** Nobody lets others in where they own nothing. */
async function assertMayLetIn(newcomers: Newcomers | null, by: Setter): Promise<void> {
  if (newcomers === null || (await by.lettingInto()).includes(newcomers.organizationId)) return
  throw new AccountProblem(
    'not-allowed',
    'People can be let in to an organization that you own alone.',
    'newcomers.organizationId',
  )
}

/** Whoever closes all other ways has come by this one before: one that does not work would close the hub to them. */
async function assertNotLockedOut(
  { database }: Context,
  set: SingleSignOn,
  { person }: Setter,
): Promise<void> {
  if (!set.isOnlyWay || person === undefined) return
  const domain = domainOf(person.email)
  if (domain === undefined || !set.domains.includes(domain)) return
  if (await isTiedToProvider(database.kysely, person.personId, set.issuer)) return
  throw new AccountProblem(
    'account-refused',
    'Sign in through the provider once yourself before it becomes the only way.',
    'isOnlyWay',
  )
}
