import {
  type AccountContext,
  AccountProblem,
  ensureSecret,
  findMemberships,
  hasOwner,
  isInvited,
  isMachineToken,
  isTiedToProvider,
  type Mail,
  mustSignOnSingly,
  nowOf,
  type OwnMembership,
  putMail,
  readSingleSignOn,
  type SingleSignOn,
  settleArrival,
  useApiKey,
} from '@plimsoll/accounts'
import { createIdentity, type Identity, ProviderVisit } from '@plimsoll/accounts/identity'
import { inTransaction } from '@plimsoll/database'
import type { HubBase } from '../hub-base.ts'

/** A person who is signed in, with everything that they are a member of. */
export type SignedIn = {
  personId: string
  name: string
  email: string
  sessionId: string
  memberships: readonly OwnMembership[]
}

/** Who sends a request, before it is known which organization it is about. */
export type Sender =
  /** `isShown`: by the hub's secret key, and not only because nobody has set the hub up. */
  | { kind: 'machine'; isShown: boolean }
  | { kind: 'person'; person: SignedIn; setCookies: readonly string[] }
  | { kind: 'key'; key: Awaited<ReturnType<typeof useApiKey>> }

/** The accounts of this hub: whether there are any yet, who is signed in, and how people come in. */
export class HubAccounts {
  readonly context: AccountContext
  readonly #base: HubBase
  readonly #loginSecret: string
  #identity: { url: string; identity: Identity } | undefined
  #hasOwner = false

  private constructor(base: HubBase, loginSecret: string) {
    const { masterKey, clock, uuid } = base.context
    this.context = { database: base.everyone, masterKey, clock, uuid }
    this.#base = base
    this.#loginSecret = loginSecret
  }

  static async open(base: HubBase): Promise<HubAccounts> {
    const { masterKey, clock } = base.context
    const at = new Date(clock.now())
    return new HubAccounts(base, await ensureSecret(base.everyone, masterKey, { name: 'login-secret', at }))
  }

  /** Until somebody owns an organization the hub serves its own machine alone, and asks nobody who they are. */
  async isOpen(): Promise<boolean> {
    if (!this.#hasOwner) this.#hasOwner = await hasOwner(this.context.database.kysely)
    return !this.#hasOwner
  }

  /** By this whoever sets the hub up from elsewhere shows that they may. */
  async setupCode(): Promise<string> {
    const { database, masterKey } = this.context
    return await ensureSecret(database, masterKey, { name: 'setup-code', at: nowOf(this.context) })
  }

  /** Made anew when the address changes: without one set, it is known once the hub listens. */
  get identity(): Identity {
    const url = this.publicUrl
    if (this.#identity?.url !== url) this.#identity = { url, identity: this.#createIdentity(url) }
    return this.#identity.identity
  }

  get publicUrl(): string {
    return this.#base.context.publicUrl ?? 'http://localhost'
  }

  /** Where the dashboard may be used: the public address, and this machine. */
  get origins(): string[] {
    const { port } = new URL(this.publicUrl)
    const { port: own } = this.#base.configuration
    const ports = [...new Set([port, own === 0 ? '' : String(own)])].filter((each) => each !== '')
    return ports.flatMap((each) => [`http://127.0.0.1:${each}`, `http://localhost:${each}`])
  }

  /** By which a person with this address, and nobody else, is made: somebody vouches that it is theirs. */
  vouchingFor(email: string): Identity {
    return this.#createIdentity(this.publicUrl, { vouchedFor: email.toLowerCase() })
  }

  /**
   * Who sends a request.
   * @param port at which it came in
   * @param renews whether a session that is used lasts longer by it, of which the cookies tell
   * @throws AccountProblem `key-refused`, `sign-in-needed`
   */
  async identify(headers: Headers, port: number | undefined, { renews } = { renews: true }): Promise<Sender> {
    const machine = /^Machine +(\S+)$/i.exec(headers.get('authorization') ?? '')?.[1]
    if (machine !== undefined) return this.#identifyMachine(machine, port)
    const secret = keyIn(headers)
    if (secret !== undefined) return { kind: 'key', key: await useApiKey(this.context, secret) }
    const signedIn = await this.#findSignedIn(headers, renews)
    if (signedIn !== undefined) return signedIn
    if (await this.isOpen()) return { kind: 'machine', isShown: false }
    throw new AccountProblem('sign-in-needed', 'Nobody is signed in.')
  }

  /** A command on this machine: it has the master key. */
  #identifyMachine(token: string, port: number | undefined): Sender {
    const { masterKey, clock } = this.context
    if (isMachineToken(masterKey, token, { nowMs: clock.now(), port }))
      return { kind: 'machine', isShown: true }
    throw new AccountProblem('key-refused', 'This was not made with the hub’s secret key, or is over.')
  }

  /** A link that sets a new password, as the letter would have it. */
  async resetLink(email: string, publicUrl: string): Promise<string> {
    const letters: Mail[] = []
    const identity = this.#createIdentity(publicUrl, { sendMail: async (mail) => void letters.push(mail) })
    await identity.api.requestPasswordReset({ body: { email } })
    const [url] = /https?:\S+/.exec(letters[0]?.text ?? '') ?? []
    if (url === undefined) throw new Error('the library made no letter')
    return url
  }

  async singleSignOn(): Promise<SingleSignOn | undefined> {
    return await readSingleSignOn(this.context.database.kysely, this.context.masterKey)
  }

  /**
   * For one request on somebody's way through the provider: what it is set to at this moment.
   * @param assertInTime throws where the request was answered already
   */
  visit(set: SingleSignOn, assertInTime: () => void): { visit: ProviderVisit; identity: Identity } {
    const { context } = this
    const visit = new ProviderVisit(set, {
      // Of somebody whose address the provider has verified.
      mayJoin: async (email) =>
        (await this.#takesAnybody()) || (await isInvited(context.database.kysely, email, nowOf(context))),
      isTied: (personId) => isTiedToProvider(context.database.kysely, personId, set.issuer),
      settle: async (arrived) => {
        assertInTime()
        await inTransaction(context.database, (tx) => settleArrival(tx, context, arrived))
      },
    })
    return { visit, identity: this.#createIdentity(this.publicUrl, { visit }) }
  }

  /** Nobody comes before the hub's first owner, whose address they could take. */
  async #takesAnybody(): Promise<boolean> {
    return this.#base.configuration.signUp === 'open' && !(await this.isOpen())
  }

  async #findSignedIn(headers: Headers, renews: boolean): Promise<Sender | undefined> {
    if (!headers.has('cookie')) return undefined
    const found = await this.identity.api.getSession({
      headers,
      query: { disableRefresh: !renews },
      returnHeaders: true,
    })
    if (found.response === null) return undefined
    const { user, session } = found.response
    const memberships = await findMemberships(this.context.database.kysely, user.id)
    const person = {
      personId: user.id,
      name: user.name,
      email: user.email,
      sessionId: session.id,
      memberships,
    }
    return { kind: 'person', person, setCookies: found.headers?.getSetCookie() ?? [] }
  }

  #createIdentity(
    publicUrl: string,
    {
      sendMail = (mail) => this.#sendMail(mail),
      vouchedFor,
      visit,
    }: { sendMail?: (mail: Mail) => Promise<void>; vouchedFor?: string; visit?: ProviderVisit } = {},
  ): Identity {
    const { context } = this
    const isVouchedFor = (email: string) => email.toLowerCase() === vouchedFor
    return createIdentity({
      database: context.database,
      uuid: context.uuid,
      loginSecret: this.#loginSecret,
      publicUrl,
      origins: this.origins,
      verifiesAddresses: this.#base.configuration.signUp === 'open',
      isVouchedFor,
      // That an address was invited shows nothing of whoever writes it: the link of the invitation does (`/join`).
      maySignUp: async (email) => isVouchedFor(email) || (await this.#takesAnybody()),
      mustSignOnSingly: async (email) => mustSignOnSingly(await this.singleSignOn(), email),
      ...(visit !== undefined && { visit }),
      sendMail,
      log: this.#base.log,
    })
  }

  /** Of the hub itself, and of no organization. */
  async #sendMail(mail: Mail): Promise<void> {
    const { context } = this
    const kept = { mailId: context.uuid(), organizationId: null, mail, at: nowOf(context) }
    await putMail(context.database.kysely, context.masterKey, kept)
  }
}

/** RFC 6750, section 2.1; or the header that integration platforms call so. */
function keyIn(headers: Headers): string | undefined {
  const [, token] = /^Bearer +(\S+)$/i.exec(headers.get('authorization') ?? '') ?? []
  return token ?? headers.get('x-api-key') ?? undefined
}
