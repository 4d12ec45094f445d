/** By which server letters leave, and from whom they come. */
export type MailServer = {
  host: string
  port: number
  /** TLS from the first byte (`smtps:`); otherwise the connection is upgraded where the server offers it. */
  isSecure: boolean
  /** A password never leaves this machine in the clear. */
  needsTls: boolean
  login: { user: string; password: string } | undefined
  from: string
}

/** Something is wrong with `PLIMSOLL_SMTP_URL` or `PLIMSOLL_MAIL_FROM`; the message names which, and the cure. */
export class MailServerProblem extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'MailServerProblem'
  }
}

/** `ann@brand.example`, or `A brand <ann@brand.example>`. Line breaks would let headers be written. */
const ADDRESS = /^(?:[^<>\r\n]*<([^<>@\s]+@[^<>@\s]+)>|([^<>@\s]+@[^<>@\s]+))$/

/** The bare address in `A brand <ann@brand.example>`; undefined: there is none. */
export function addressIn(text: string): string | undefined {
  const [, named, bare] = ADDRESS.exec(text.trim()) ?? []
  return named ?? bare
}

/**
 * @returns undefined where no server is set
 * @throws MailServerProblem
 */
export function readMailServer(given: {
  url: string | undefined
  from: string | undefined
}): MailServer | undefined {
  const from = given.from?.trim()
  if (from !== undefined && addressIn(from) === undefined) {
    throw new MailServerProblem('PLIMSOLL_MAIL_FROM: give an address, such as Plimsoll <hub@brand.example>.')
  }
  if (given.url === undefined) return undefined
  if (from === undefined) {
    throw new MailServerProblem(
      'PLIMSOLL_MAIL_FROM: say whom letters come from, such as Plimsoll <hub@brand.example>; PLIMSOLL_SMTP_URL is set.',
    )
  }
  const url = new URL(given.url)
  if (url.hostname === '' || url.search !== '' || !['', '/'].includes(url.pathname)) {
    throw new MailServerProblem(
      'PLIMSOLL_SMTP_URL: give no more than smtp://user:password@host:port; smtps:// where TLS stands from the first byte.',
    )
  }
  const isSecure = url.protocol === 'smtps:'
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const login = readLogin(url)
  return {
    host,
    port: url.port === '' ? (isSecure ? 465 : 587) : Number(url.port),
    isSecure,
    needsTls: login !== undefined && !/^(localhost|127\..*|::1)$/.test(host),
    login,
    from,
  }
}

function readLogin(url: URL): MailServer['login'] {
  if (url.username === '' && url.password === '') return undefined
  try {
    return { user: decodeURIComponent(url.username), password: decodeURIComponent(url.password) }
  } catch {
    // The value holds a password, so it is not repeated.
    throw new MailServerProblem(
      'PLIMSOLL_SMTP_URL: a % in the user name or password is written as %25, an @ as %40, a : as %3A, a / as %2F.',
    )
  }
}
