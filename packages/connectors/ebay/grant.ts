import { type GrantPage, Invalid, Malformed, Unauthorized } from '@plimsoll/connector-kit'
import { addressOf } from './places.ts'
import { grantedScopes } from './scopes.ts'
import { type Credentials, credentials, type Settings } from './settings.ts'
import { askForToken } from './tokens.ts'

/**
 * eBay's page on which a seller grants access. What is named in `redirect_uri` is not an address but the RuName, behind
 * which the developer portal keeps the hub's callback address (https alone).
 * Source: developer.ebay.com/api-docs/static/oauth-auth-code-grant-request.html (read 2026-11).
 */
export const grant: GrantPage<Settings, Credentials> = {
  needs: credentials.pick({ clientId: true, clientSecret: true, verificationToken: true }),
  answer: 'query',
  url({ settings, given, state }) {
    const query = new URLSearchParams({
      client_id: given.clientId ?? '',
      redirect_uri: ruNameOf(settings),
      response_type: 'code',
      scope: grantedScopes.join(' '),
      state,
      // Someone logged in as another seller is asked again, not connected by mistake.
      prompt: 'login',
    })
    return `${addressOf('auth', settings)}/oauth2/authorize?${query}`
  },
  async finish({ query }, { settings, given }, context) {
    const { code, error } = query
    if (error !== undefined)
      throw new Unauthorized(`The seller did not grant access (${error.slice(0, 100)}).`)
    if (code === undefined || code === '') throw new Unauthorized('eBay’s answer has no code.')
    const { clientId = '', clientSecret = '' } = given
    const answer = await askForToken(
      context,
      { settings, credentials: { clientId, clientSecret } },
      'token',
      {
        grant_type: 'authorization_code',
        code,
        redirect_uri: ruNameOf(settings),
      },
    )
    const parsed = credentials.safeParse({ ...given, refreshToken: answer.refresh_token })
    if (!parsed.success)
      throw new Malformed('token: the answer has no refresh token', '', true, { cause: parsed.error })
    return parsed.data
  },
}

function ruNameOf({ ruName }: Settings): string {
  if (ruName !== '') return ruName
  throw new Invalid('Fill in the RuName first: eBay’s page needs it.', 'ruName')
}
