import type { ClaimedMail, MailFailure } from '@plimsoll/accounts'
import { createTransport } from 'nodemailer'
import { addressIn, type MailServer } from './mail-server.ts'

/** Hands letters to the mail server that is set. */
export type Postman = {
  /** @returns undefined once the server has taken it; else what failed */
  send(claimed: ClaimedMail, signal: AbortSignal): Promise<MailFailure | undefined>
}

const SILENCE_MS = 20_000

/** A connection for each letter: they are few, and one that has gone bad then spoils no other. */
export function openPostman(server: MailServer): Postman {
  const transport = createTransport({
    host: server.host,
    port: server.port,
    secure: server.isSecure,
    requireTLS: server.needsTls,
    ...(server.login !== undefined && { auth: { user: server.login.user, pass: server.login.password } }),
    connectionTimeout: SILENCE_MS,
    greetingTimeout: SILENCE_MS,
    socketTimeout: SILENCE_MS,
    // What is in a letter is text of ours: it reads no file and calls no address.
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  const domain = addressIn(server.from)?.split('@')[1] ?? 'plimsoll.invalid'
  return {
    async send({ mailId, mail, createdAt }, signal) {
      try {
        await transport.sendMail({
          from: server.from,
          to: mail.to,
          subject: mail.subject,
          text: mail.text,
          date: createdAt,
          // The same at every attempt: where an answer was lost, whoever gets it twice can tell.
          messageId: `<${mailId}@${domain}>`,
          headers: { 'Auto-Submitted': 'auto-generated' },
          signal,
        })
        return undefined
      } catch (error) {
        return toFailure(error)
      }
    },
  }
}

/** Of these the letter itself is the cause, if the server says that it is for good. */
const ABOUT_LETTER: ReadonlySet<unknown> = new Set(['EENVELOPE', 'EMESSAGE'])

/**
 * 5xx to sender, recipient or message is for good (RFC 5321, section 4.2.1); 4xx, silence, a refused password and
 * everything else is tried again: a person may mend it.
 */
function toFailure(error: unknown): MailFailure {
  const { code, responseCode } = detailOf(error)
  const isAboutLetter = ABOUT_LETTER.has(code)
  const isForGood = isAboutLetter && (responseCode === undefined || responseCode >= 500)
  return {
    about: isAboutLetter ? 'letter' : 'server',
    passing: !isForGood,
    problem: withoutAddresses(error instanceof Error ? error.message : String(error)),
  }
}

function detailOf(error: unknown): { code?: unknown; responseCode?: number } {
  if (typeof error !== 'object' || error === null) return {}
  const responseCode = 'responseCode' in error ? error.responseCode : undefined
  return {
    ...('code' in error && { code: error.code }),
    ...(typeof responseCode === 'number' && { responseCode }),
  }
}

const PROBLEM_LENGTH_MAX = 500

/** Servers repeat to whom: that stays sealed. */
function withoutAddresses(text: string): string {
  const line = text.replace(/[^\s<>"'(),;:]+@[^\s<>"'(),;:]+/g, '…').replace(/\s+/g, ' ')
  return line.length > PROBLEM_LENGTH_MAX ? `${line.slice(0, PROBLEM_LENGTH_MAX)}…` : line
}
