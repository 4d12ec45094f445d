import { request } from 'undici'
import type { Answer, ServedHub } from './served-hub.ts'

/** A browser of a person: it keeps cookies, and says from where its pages are. */
export class Browser {
  readonly #url: string
  readonly cookies = new Map<string, string>()
  organization: string | undefined
  /** Where the last answer sent it; it does not go there by itself. */
  location: string | undefined

  constructor({ url }: Pick<ServedHub, 'url'>) {
    this.#url = url
  }

  async ask(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await request(`${this.#url}${path}`, {
      method: method as 'GET',
      headers: {
        origin: this.#url,
        'sec-fetch-site': 'same-origin',
        ...(cookie !== '' && { cookie }),
        ...(this.organization !== undefined && { 'plimsoll-organization': this.organization }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    for (const line of [answer.headers['set-cookie'] ?? []].flat()) {
      const [pair = ''] = line.split(';')
      const at = pair.indexOf('=')
      if (/max-age=0/i.test(line)) this.cookies.delete(pair.slice(0, at))
      else this.cookies.set(pair.slice(0, at), pair.slice(at + 1))
    }
    this.location = answer.headers.location?.toString()
    const text = await answer.body.text()
    const type = String(answer.headers['content-type'] ?? '').split(';')[0] ?? ''
    return {
      status: answer.statusCode,
      type,
      text,
      body: type.endsWith('json') && text !== '' ? JSON.parse(text) : {},
    }
  }

  signIn(email: string, password = PASSWORD): Promise<Answer> {
    return this.ask('POST', '/api/auth/sign-in/email', { email, password })
  }
}

export const PASSWORD = 'a harbour at night'

/** The hub's first owner, signed in. */
export async function setUpOwner(served: ServedHub, email = 'ann@brand.example'): Promise<Browser> {
  const browser = new Browser(served)
  const made = await browser.ask('POST', '/api/v1/setup', {
    ...{ name: 'Ann', email, password: PASSWORD },
    organization: 'Harbour & Co.',
  })
  if (made.status !== 201) throw new Error(made.text)
  browser.organization = String(made.body.organizationId)
  return browser
}

/** Somebody new, invited by an owner and signed in. */
export async function joinAs(
  served: ServedHub,
  owner: Browser,
  person: { email: string; role: string; limits?: object },
): Promise<Browser> {
  const invited = await owner.ask('POST', '/api/v1/invitations', person)
  if (invited.status !== 201) throw new Error(invited.text)
  const token = new URL(String(invited.body.url)).searchParams.get('token')
  const browser = new Browser(served)
  const [name] = person.email.split('@')
  const joined = await browser.ask('POST', '/api/v1/join', { token, name, password: PASSWORD })
  if (joined.status !== 201) throw new Error(joined.text)
  browser.organization = String(joined.body.organizationId)
  return browser
}
