import { createHash, generateKeyPairSync, randomUUID, sign } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What can be wrong with a provider, or with somebody between it and the hub. */
type ProviderFault =
  | 'none'
  | 'down'
  | 'other-nonce'
  | 'other-key'
  | 'other-audience'
  | 'no-token'
  | 'other-issuer'

export type OpenIdProvider = {
  issuer: string
  clientId: string
  clientSecret: string
  /** What it says of whoever signs in next. */
  claims: Record<string, unknown>
  fault: ProviderFault
  /** How often a code was taken for a token. */
  tokens: number
  close(): Promise<void>
}

type Grant = { nonce: string | null; challenge: string; redirectUri: string; claims: Record<string, unknown> }

/**
 * A provider of OpenID Connect (authorization code with PKCE, RS256) for tests, on loopback. Whoever comes is signed in as
 * `claims` says. It is as strict as the specification: one use of a code, its verifier, its address, the client's secret.
 */
export async function startOpenIdProvider(): Promise<OpenIdProvider> {
  const keys = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const others = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const grants = new Map<string, Grant>()
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)))
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', () => listening()))
  const provider: OpenIdProvider = {
    issuer: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    clientId: 'plimsoll-hub',
    clientSecret: randomUUID(),
    claims: {},
    fault: 'none',
    tokens: 0,
    close: () => new Promise((closed) => server.close(() => closed())),
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', provider.issuer)
    response.setHeader('connection', 'close')
    if (provider.fault === 'down') return end(response, 503)
    switch (`${request.method} ${url.pathname}`) {
      case 'GET /.well-known/openid-configuration':
        return json(response, 200, {
          issuer: provider.fault === 'other-issuer' ? 'https://elsewhere.example' : provider.issuer,
          authorization_endpoint: `${provider.issuer}/authorize`,
          token_endpoint: `${provider.issuer}/token`,
          jwks_uri: `${provider.issuer}/keys`,
          id_token_signing_alg_values_supported: ['RS256'],
        })
      case 'GET /keys':
        return json(response, 200, {
          keys: [{ ...keys.publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'RS256', use: 'sig' }],
        })
      case 'GET /authorize':
        return authorize(url.searchParams, response)
      case 'POST /token':
        return token(request, new URLSearchParams(await textOf(request)), response)
      default:
        return end(response, 404)
    }
  }

  function authorize(asked: URLSearchParams, response: ServerResponse): void {
    const said = (name: string) => asked.get(name) ?? ''
    const isWellAsked =
      said('client_id') === provider.clientId &&
      said('response_type') === 'code' &&
      said('code_challenge_method') === 'S256' &&
      said('scope').split(' ').includes('openid')
    if (!isWellAsked) {
      json(response, 400, { error: 'invalid_request' })
      return
    }
    const code = randomUUID()
    grants.set(code, {
      nonce: asked.get('nonce'),
      challenge: said('code_challenge'),
      redirectUri: said('redirect_uri'),
      claims: provider.claims,
    })
    const back = new URL(said('redirect_uri'))
    back.search = new URLSearchParams({ code, state: said('state'), iss: provider.issuer }).toString()
    response.writeHead(302, { location: back.href }).end()
  }

  function token(request: IncomingMessage, asked: URLSearchParams, response: ServerResponse): void {
    const code = asked.get('code') ?? ''
    const grant = grants.get(code)
    // Once: also where the rest is wrong.
    grants.delete(code)
    const verifier = asked.get('code_verifier') ?? ''
    const [id, secret] = credentialsOf(request, asked)
    if (id !== provider.clientId || secret !== provider.clientSecret) {
      json(response, 401, { error: 'invalid_client' })
      return
    }
    const isRight =
      grant?.challenge === createHash('sha256').update(verifier).digest('base64url') &&
      grant.redirectUri === asked.get('redirect_uri')
    if (grant === undefined || !isRight) {
      json(response, 400, { error: 'invalid_grant' })
      return
    }
    provider.tokens += 1
    const answered = { access_token: randomUUID(), token_type: 'Bearer', expires_in: 60 }
    json(response, 200, provider.fault === 'no-token' ? answered : { ...answered, id_token: idToken(grant) })
  }

  function idToken({ nonce, claims }: Grant): string {
    const { fault } = provider
    const nowS = Math.floor(Date.now() / 1_000)
    const payload = {
      iss: provider.issuer,
      aud: fault === 'other-audience' ? 'another-client' : provider.clientId,
      ...{ iat: nowS, exp: nowS + 300 },
      nonce: fault === 'other-nonce' ? randomUUID() : nonce,
      ...claims,
    }
    const text = [{ alg: 'RS256', kid: 'one', typ: 'JWT' }, payload]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.')
    const { privateKey } = fault === 'other-key' ? others : keys
    return `${text}.${sign('sha256', Buffer.from(text), privateKey).toString('base64url')}`
  }

  return provider
}

function credentialsOf(request: IncomingMessage, asked: URLSearchParams): [string, string] {
  const [, basic] = /^Basic (\S+)$/.exec(request.headers.authorization ?? '') ?? []
  if (basic === undefined) return [asked.get('client_id') ?? '', asked.get('client_secret') ?? '']
  const [id = '', secret = ''] = Buffer.from(basic, 'base64').toString().split(':')
  return [decodeURIComponent(id), decodeURIComponent(secret)]
}

function end(response: ServerResponse, status: number): void {
  response.writeHead(status).end()
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts).toString('utf8')
}
