import { APIError } from 'better-auth/api'
import { genericOAuth } from 'better-auth/plugins/generic-oauth'
import type { Arrived } from './single-sign-on.store.ts'
import {
  type Claims,
  decideArrival,
  discoveryUrlOf,
  SINGLE_SIGN_ON,
  type SingleSignOn,
} from './single-sign-on.ts'

/** One request on somebody's way through the provider: what they are met with is kept here and nowhere else. */
export class ProviderVisit {
  readonly #set: SingleSignOn
  readonly #hub: VisitedHub
  #met: Omit<Arrived, 'personId'> | undefined
  /** Why the provider's word was not taken; the library itself says less. */
  refusal: string | undefined

  constructor(set: SingleSignOn, hub: VisitedHub) {
    this.#set = set
    this.#hub = hub
  }

  /**
   * The provider as the library knows it (https://www.better-auth.com/docs/plugins/generic-oauth): state, PKCE, nonce, and the checks of the token
   * are its work.
   */
  plugin() {
    const { issuer, clientId, clientSecret } = this.#set
    return genericOAuth({
      config: [
        {
          providerId: SINGLE_SIGN_ON,
          discoveryUrl: discoveryUrlOf(issuer),
          clientId,
          clientSecret,
          scopes: ['openid', 'email', 'profile'],
          pkce: true,
          requireIdTokenVerification: true,
          // Names somebody by issuer and subject: another issuer's subject of the same name is somebody else. Without a token
          // whose nonce was checked nobody is named at all.
          accountSubject: ({ tokens }) => {
            const claims = claimsOf(tokens.idToken)
            const isOurs = claims.iss === issuer && typeof claims.sub === 'string' && claims.sub !== ''
            return isOurs ? `${issuer} ${claims.sub}` : ''
          },
          mapProfileToUser: (claims) => {
            const arrival = decideArrival(this.#set, claims)
            if (arrival.kind === 'refused') {
              this.refusal = arrival.why
              return { emailVerified: false }
            }
            return { email: arrival.email, name: arrival.name, emailVerified: true, image: undefined }
          },
        },
      ],
    })
  }

  /**
   * Each time, the first and every other: what the provider says may have changed.
   * @param personId whom the address or the subject belongs to; undefined: nobody yet
   * @returns why not
   */
  async meet(way: Arrived['way'], claims: Claims, personId: string | undefined): Promise<string | undefined> {
    const arrival = decideArrival(this.#set, claims)
    if (arrival.kind === 'refused') return arrival.why
    const { email, role } = arrival
    const { newcomers } = this.#set
    const entry =
      newcomers !== null && role !== undefined
        ? { organizationId: newcomers.organizationId, role }
        : undefined
    if (way === 'create-user' && entry === undefined && !(await this.#hub.mayJoin(email)))
      return 'not-invited'
    if (way === 'link-account' && (personId === undefined || (await this.#hub.isTied(personId)))) {
      return 'tied-to-another'
    }
    this.#met = { email, entry, way }
    return undefined
  }

  /** Before there is a session. */
  async settle(personId: string): Promise<void> {
    if (this.#met === undefined) {
      throw new APIError('FORBIDDEN', { code: 'not-invited', message: 'Nobody was met.' })
    }
    await this.#hub.settle({ ...this.#met, personId })
  }
}

/** What the hub knows and does about whoever comes. */
export type VisitedHub = {
  /** Whether somebody with this address may be made although nothing gives them a place. */
  mayJoin(email: string): Promise<boolean>
  /**
   * Whether somebody comes as another subject of this provider already. Addresses are given on to others, subjects are not:
   * whoever has the address of somebody before them is not that person.
   */
  isTied(personId: string): Promise<boolean>
  /** Gives them their place. Throws where they have come too late. */
  settle(arrived: Arrived): Promise<void>
}

/** What a token says, unchecked: only of those that the library has checked. */
function claimsOf(token: string | undefined): Claims {
  const [, payload] = token?.split('.') ?? []
  return payload === undefined ? {} : JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))
}
