/** What the pictures ask of a running hub, as a person who is signed in there once it has accounts. */
export type DemoApi = {
  base: string
  ask<Answer = Record<string, unknown>>(method: string, route: string, body?: object): Promise<Answer>
  /** Empty before the hub has accounts. */
  cookie(): string
  signIn(): Promise<void>
}

/** Of a hub that is thrown away with its demo. */
export const owner = {
  name: 'Ada Brook',
  email: 'ada@harbour.example',
  password: 'a long way to the harbour',
}

/** @param base the address of a hub on this machine */
export function createDemoApi(base: string): DemoApi {
  let cookie = ''
  async function answerOf(method: string, address: string, body?: object): Promise<Response> {
    const answer = await fetch(address, {
      method,
      headers: {
        'content-type': 'application/json',
        'idempotency-key': crypto.randomUUID(),
        origin: base,
        ...(cookie !== '' && { cookie }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    if (!answer.ok) throw new Error(`${method} ${address}: ${answer.status} ${await answer.text()}`)
    return answer
  }
  return {
    base,
    cookie: () => cookie,
    async ask<Answer>(method: string, route: string, body?: object) {
      const text = await (await answerOf(method, `${base}/api/v1${route}`, body)).text()
      return (text === '' ? {} : JSON.parse(text)) as Answer
    },
    async signIn() {
      const { email, password } = owner
      const answer = await answerOf('POST', `${base}/api/auth/sign-in/email`, { email, password })
      cookie = answer.headers
        .getSetCookie()
        .map((each) => each.split(';')[0])
        .join('; ')
    },
  }
}
