import { AccountProblem, discoveryUrlOf } from '@plimsoll/accounts'
import { assertPublicUrl, createBudgets, createHttp, isConnectorError } from '@plimsoll/connector-kit'
import type { SyncContext } from '@plimsoll/sync'
import { z } from 'zod'

const DISCOVERY_MS_MAX = 10_000

/** What of a discovery document is needed (OpenID Connect Discovery 1.0, section 3). */
const discovery = z.object({
  issuer: z.string(),
  authorization_endpoint: z.string(),
  token_endpoint: z.string(),
  jwks_uri: z.string(),
  id_token_signing_alg_values_supported: z.array(z.string()).min(1),
})

/** Where a provider is asked from: as connections, to public addresses alone where anybody may sign up. */
type Asking = Pick<SyncContext, 'clock' | 'reach'>

/**
 * Asks a provider for its discovery document.
 * @returns the issuer as the provider itself writes it: with or without a slash at its end
 * @throws AccountProblem `provider-unreachable`, `provider-unfit`
 */
export async function readProvider(asking: Asking, issuer: string): Promise<string> {
  assertSecret(issuer, 'The issuer')
  assertInReach(asking, issuer)
  const found = discovery.safeParse(await read(asking, issuer))
  if (!found.success) {
    const [issue] = found.error.issues
    throw unfit(
      `What ${discoveryUrlOf(issuer)} says is no discovery document of OpenID Connect: ${issue?.path.join('.')}`,
    )
  }
  const { issuer: own, authorization_endpoint, token_endpoint, jwks_uri } = found.data
  // Section 4.3 there: another's document would send people, and the secret, to somebody else.
  if (trimmed(own) !== trimmed(issuer)) throw unfit(`The provider calls itself ${own}, and not ${issuer}`)
  for (const endpoint of [authorization_endpoint, token_endpoint, jwks_uri]) {
    assertSecret(endpoint, 'An endpoint')
    assertInReach(asking, endpoint)
  }
  return own
}

async function read({ clock, reach }: Asking, issuer: string): Promise<unknown> {
  // A public name that leads inside is refused by the call itself.
  const http = createHttp({ budgets: createBudgets([], clock), clock, publicOnly: reach !== undefined })
  const url = discoveryUrlOf(issuer)
  const request = { operation: 'discover', method: 'GET', url, timeoutMs: DISCOVERY_MS_MAX }
  try {
    const { status, text } = await http.send(request)
    if (status !== 200) throw unreachable(`${url} answers ${status}`)
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) throw unfit(`What ${url} says is no JSON`)
    if (isConnectorError(error)) throw unreachable(`${url} does not answer`)
    throw error
  }
}

/** What is sent there is a secret; to the machine itself it goes over no wire. */
function assertSecret(address: string, what: string): void {
  if (!URL.canParse(address)) throw unfit(`${what} is no address: ${address}`)
  const { protocol, hostname } = new URL(address)
  const isHere = ['localhost', '127.0.0.1', '[::1]'].includes(hostname)
  if (protocol === 'https:' || (protocol === 'http:' && isHere)) return
  throw unfit(`${what} must begin with https: ${address}`)
}

function assertInReach({ reach }: Asking, address: string): void {
  if (reach === undefined) return
  try {
    assertPublicUrl(address, { allowLoopback: false })
  } catch (error) {
    if (!isConnectorError(error)) throw error
    throw unfit(
      `${address} is no public address; whoever runs the hub allows others with PLIMSOLL_PRIVATE_CONNECTIONS=true`,
    )
  }
}

function trimmed(issuer: string): string {
  return issuer.replace(/\/$/, '')
}

function unfit(message: string): AccountProblem {
  return new AccountProblem('provider-unfit', `${message}.`, 'issuer')
}

function unreachable(message: string): AccountProblem {
  return new AccountProblem('provider-unreachable', `${message}.`, 'issuer')
}
