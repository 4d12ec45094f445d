import type { z } from 'zod'
import type { ConnectorContext } from './contract.ts'
import type { HttpResponse } from './http.ts'

/**
 * One kind of access token that a platform gives for the credentials (client credentials, a refresh token) and that
 * ends. The connector says how to fetch one; whoever opens the connection fetches it, keeps it sealed, shares it
 * between processes, renews it before its end and, where it is refused, once more before `Unauthorized`.
 */
export type TokenSource<Settings, Credentials> = {
  /**
   * Fetches a new token. `context.credentials` are the newest; its `http` sends no tokens.
   * @throws Unauthorized where the platform refuses the credentials themselves: only a person can help then
   */
  obtain(context: ConnectorContext<Settings, Credentials>): Promise<ObtainedToken<Credentials>>
  /** Whether the answer says that the token has ended; a status of 401 unless given. */
  isRefused?(response: HttpResponse): boolean
}

export type ObtainedToken<Credentials> = {
  accessToken: string
  /** Undefined: it never ends (a permanent token). */
  expiresAt: Date | undefined
  /** Given where the platform replaced something in the credentials (a rotated refresh token): kept before it is used. */
  credentials?: Credentials
}

/**
 * The platform's own page on which a person grants access. The hub shows the form of `needs`, sends the browser to
 * `url`, guards `state` (single use, ending, of this organization and this browser) and hands what comes back to
 * `finish`; `check()` then says whose account it is.
 */
export type GrantPage<Settings, Credentials> = {
  /** What a person gives before: the client id and secret of the brand's own application. Often part of `credentials`. */
  needs: z.ZodType<Partial<Credentials>>
  /** `query`: the browser comes back with it. `post`: the platform posts it by itself, then sends the browser back. */
  answer: 'query' | 'post'
  /** Where the browser goes. Makes no request. Uses `codeChallenge` (S256) where the platform takes PKCE. */
  url(request: GrantRequest<Settings, Credentials>): string
  /** Where the platform puts `state` in what comes back, to the callback or with the browser; `query.state` unless given. */
  stateOf?(answer: GrantAnswer): string | undefined
  /**
   * Turns what came back into credentials. Verifies whatever the platform signs.
   * @throws Unauthorized where the person declined or the answer is not the platform's
   */
  finish(
    answer: GrantAnswer,
    request: GrantRequest<Settings, Credentials>,
    context: Pick<ConnectorContext<Settings, Credentials>, 'http' | 'now' | 'uuid'>,
  ): Promise<Credentials>
}

export type GrantRequest<Settings, Credentials> = {
  settings: Settings
  /** What `needs` took in; of a connection that is granted access anew, its former credentials beneath. */
  given: Partial<Credentials>
  state: string
  /** Where the answer is to come. */
  callbackUrl: string
  /** Where the browser is to come when the answer was posted. */
  returnUrl: string
  codeVerifier: string
  codeChallenge: string
}

export type GrantAnswer = {
  query: Readonly<Record<string, string>>
  /** Of a posted answer, its JSON or form. */
  body: unknown
}
