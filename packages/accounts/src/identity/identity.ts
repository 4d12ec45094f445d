import { passkey } from '@better-auth/passkey'
import type { Database } from '@plimsoll/database'
import { betterAuth } from 'better-auth'
import { APIError, createAuthMiddleware, getSessionFromCtx } from 'better-auth/api'
import { twoFactor } from 'better-auth/plugins/two-factor'
import type { Mail } from '../mail/outbox.store.ts'
import { type LetterLanguage, resetLetter, verifyLetter } from './letters.ts'
import type { ProviderVisit } from './provider.ts'
import { SINGLE_SIGN_ON } from './single-sign-on.ts'

/** What is not to be guessed or repeated: the library's own defaults are looser, or say nothing. */
const PASSWORD_LENGTH_MIN = 10
const PASSWORD_LENGTH_MAX = 200
const SESSION_S = 14 * 24 * 3_600
const SESSION_RENEWED_S = 24 * 3_600
const RESET_LINK_S = 3_600

export type IdentityOptions = {
  database: Database
  uuid(): string
  /** Kept sealed beside the people; cookies are signed with it, seeds of second factors encrypted. */
  loginSecret: string
  /** Where browsers reach the hub, without a slash at its end. */
  publicUrl: string
  /** Other origins from which the dashboard may be used, such as `http://127.0.0.1:7460`. */
  origins: readonly string[]
  sendMail(mail: Mail): Promise<void>
  /** Whether whoever writes this address may be made now, with a password of their own: not because it was invited. */
  maySignUp(email: string): Promise<boolean>
  /** Whether whoever signs up must show first that the address is theirs. */
  verifiesAddresses: boolean
  /** Whether somebody vouches for this address already: an invitation that was sent to it, or the first set-up. */
  isVouchedFor(email: string): boolean
  log: { warn(fields: object, text: string): void; error(fields: object, text: string): void }
  /** Whether whoever has this address signs in through the provider of single sign-on alone. */
  mustSignOnSingly(email: string): Promise<boolean>
  /** Of a request on the way through that provider. */
  visit?: ProviderVisit
}

export type Identity = ReturnType<typeof createIdentity>

/**
 * Who is who, and how they show it: passwords, second factors, passkeys, sessions. All of it is better-auth's
 * (https://www.better-auth.com/docs); what a person may do in an organization is ours.
 */
export function createIdentity(options: IdentityOptions) {
  const { database, publicUrl, visit } = options
  const { hostname } = new URL(publicUrl)
  // Browsers make passkeys for names and not for addresses.
  const passkeyHost = /^[\d.]+$|^\[/.test(hostname) ? 'localhost' : hostname
  return betterAuth({
    appName: 'Plimsoll',
    baseURL: publicUrl,
    basePath: '/api/auth',
    secret: options.loginSecret,
    telemetry: { enabled: false },
    logger: {
      level: 'error',
      disableColors: true,
      // Its words may hold addresses: they go to the log of this machine as any other.
      log: (_level, message) => options.log.error({}, `sign-in: ${message}`),
    },
    trustedOrigins: [publicUrl, ...options.origins],
    database: { db: database.kysely, type: 'postgres', schemaName: 'identity', transaction: true },
    advanced: {
      cookiePrefix: 'plimsoll',
      useSecureCookies: publicUrl.startsWith('https:'),
      database: { generateId: () => options.uuid() },
      ipAddress: { ipAddressHeaders: ['x-plimsoll-peer'] },
    },
    user: {
      modelName: 'person',
      additionalFields: { language: { type: 'string', defaultValue: 'en', required: false } },
      changeEmail: { enabled: true },
      validateUserInfo: async ({ user, source }) => {
        if (source.method === 'oauth') {
          const error = await visit?.meet(source.action, source.oauth?.profile ?? {}, user.id)
          if (error !== undefined) return { error }
          return visit === undefined ? { error: 'single-sign-on-off' } : undefined
        }
        if (source.action !== 'create-user') return
        const email = String(user.email ?? '').toLowerCase()
        if (await options.mustSignOnSingly(email)) return NEEDS_PROVIDER
        return email !== '' && (await options.maySignUp(email)) ? undefined : NOT_INVITED
      },
    },
    session: { expiresIn: SESSION_S, updateAge: SESSION_RENEWED_S, freshAge: 15 * 60 },
    account: {
      updateAccountOnSignIn: false,
      accountLinking: { enabled: true, requireLocalEmailVerified: true },
    },
    databaseHooks: {
      account: {
        create: {
          // The provider's tokens are of no use here once they were looked at.
          before: async (account) =>
            account.providerId === SINGLE_SIGN_ON
              ? { data: { ...account, accessToken: null, refreshToken: null, idToken: null, scope: null } }
              : undefined,
        },
      },
      session: {
        create: {
          // The one gate of every way in: passwords, passkeys, links of letters.
          before: async ({ userId }, context) => {
            if (visit !== undefined && context?.path === '/callback/:id') return await visit.settle(userId)
            const person = await context?.context.internalAdapter.findUserById(userId)
            if (person && (await options.mustSignOnSingly(person.email))) refuse(NEEDS_PROVIDER)
          },
        },
      },
    },
    hooks: {
      before: createAuthMiddleware(async (context) => {
        const { path, body } = context
        // Neither into the domains that the provider speaks for, nor out of them, past it.
        if (path === '/change-email') {
          const signedIn = await getSessionFromCtx(context)
          for (const email of [body?.newEmail, signedIn?.user.email])
            if (typeof email === 'string' && (await options.mustSignOnSingly(email))) refuse(NEEDS_PROVIDER)
        }
        if (typeof body?.email !== 'string') return
        // Before it is looked whether the address has an account, or a stranger would learn that.
        if (path === '/sign-up/email' && !(await options.maySignUp(body.email))) refuse(NOT_INVITED)
        // Said before the password is looked at: who never had one would be told that it is wrong.
        if (path === '/sign-in/email' && (await options.mustSignOnSingly(body.email))) refuse(NEEDS_PROVIDER)
      }),
    },
    onAPIError: {
      errorURL: publicUrl,
      // Refusals are answers and no faults; the library would write them to the standard error itself.
      onError: (error) => {
        if (!(error instanceof APIError) || error.statusCode >= 500)
          options.log.error({ error }, 'sign-in failed')
      },
    },
    verification: { storeIdentifier: 'hashed' },
    emailAndPassword: {
      enabled: true,
      minPasswordLength: PASSWORD_LENGTH_MIN,
      maxPasswordLength: PASSWORD_LENGTH_MAX,
      requireEmailVerification: options.verifiesAddresses,
      resetPasswordTokenExpiresIn: RESET_LINK_S,
      revokeSessionsOnPasswordReset: true,
      sendResetPassword: async ({ user, token }) => {
        const url = `${publicUrl}/reset-password?token=${encodeURIComponent(token)}`
        await options.sendMail(resetLetter({ to: user.email, language: languageOf(user), url }))
      },
    },
    emailVerification: {
      sendOnSignUp: options.verifiesAddresses,
      sendOnSignIn: options.verifiesAddresses,
      autoSignInAfterVerification: true,
      sendVerificationEmail: async ({ user, url }) => {
        if (options.isVouchedFor(user.email)) return
        await options.sendMail(verifyLetter({ to: user.email, language: languageOf(user), url }))
      },
    },
    rateLimit: {
      enabled: true,
      storage: 'database',
      window: 60,
      max: 100,
      customRules: {
        '/sign-in/*': { window: 60, max: 10 },
        '/sign-up/*': { window: 60, max: 5 },
        '/request-password-reset': { window: 300, max: 5 },
        '/reset-password': { window: 60, max: 10 },
        '/two-factor/*': { window: 60, max: 10 },
        '/get-session': false,
      },
    },
    plugins: [
      twoFactor({ issuer: 'Plimsoll' }),
      passkey({
        rpID: passkeyHost,
        rpName: 'Plimsoll',
        origin: [publicUrl, ...options.origins],
        schema: { passkey: { fields: { credentialID: 'credentialId' } } },
      }),
      ...(visit === undefined ? [] : [visit.plugin()]),
    ],
  })
}

const NEEDS_PROVIDER = {
  error: 'single-sign-on-needed',
  errorDescription: 'Whoever has an address of this domain signs in through single sign-on alone.',
}

const NOT_INVITED = {
  error: 'not-invited',
  errorDescription:
    'On this hub accounts are made by the link of an invitation alone. Open yours, or ask an owner for one.',
}

function refuse({ error: code, errorDescription: message }: typeof NEEDS_PROVIDER): never {
  throw new APIError('FORBIDDEN', { code, message })
}

function languageOf(person: object): LetterLanguage {
  return 'language' in person && person.language === 'zh' ? 'zh' : 'en'
}
