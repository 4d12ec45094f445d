import { assertLettersLeft, getSecret, putMail } from '@plimsoll/accounts'
import { type Http, isConnectorError } from '@plimsoll/connector-kit'
import { type Db, inTransaction } from '@plimsoll/database'
import { sql } from 'kysely'
import { z } from 'zod'
import { nowOf, type SyncContext } from '../context.ts'
import { type Trouble, troubleOf } from '../told-trouble.ts'
import type { Language } from './alert-text.ts'
import type { DestinationKind } from './destinations.store.ts'
import { tellScreens } from './keep-alerts.ts'
import { type MessageContent, type MessageText, messageText, testContent, testText } from './message.ts'
import {
  type ClaimedDestination,
  claimDestination,
  noteFailed,
  noteSent,
  releaseDestination,
  takeMessage,
  type WaitingMessage,
} from './outbox.store.ts'
import { type PostAddress, readAnswer, toPost } from './posts.ts'

/** What a destination's secret holds. */
const destinationSecret = z.union([
  z.object({ address: z.string() }),
  z.object({ url: z.string(), signingSecret: z.string().optional() }),
])
export type DestinationSecret = z.output<typeof destinationSecret>

const SENDING_MS_MAX = 15_000
/** Longer than sending can take, so that no other process sends the same meanwhile. */
const HELD_MS = 60_000

/**
 * Sends what is due to all destinations, one message at a time. Each message is written down before it is sent and settled
 * after: whoever dies in between leaves it to another, which sends the same one once more. Any number of processes may.
 */
export async function sendAlerts(context: SyncContext, http: Http, signal?: AbortSignal): Promise<void> {
  const { database, organizationId } = context
  while (signal?.aborted !== true) {
    const now = context.clock.now()
    const hold = { now: new Date(now), until: new Date(now + HELD_MS) }
    const claimed = await claimDestination(database.kysely, organizationId, hold)
    if (claimed === undefined) return
    const message = await inTransaction(database, (tx) =>
      takeMessage(tx, organizationId, claimed, {
        messageId: context.uuid(),
        now: new Date(now),
        link: linkOf(context),
      }),
    )
    if (message === undefined) await releaseDestination(database.kysely, organizationId, claimed)
    else await sendMessage(context, http, claimed, message)
  }
}

async function sendMessage(
  context: SyncContext,
  http: Http,
  claimed: ClaimedDestination,
  { messageId, content }: WaitingMessage,
): Promise<void> {
  const { database, organizationId, log } = context
  const { destinationId, kind, language } = claimed
  const brand = await findBrand(database.kysely, organizationId)
  const secret = await openSecret(context, claimed.secretId)
  const text = messageText(content, brand, language)
  if ('address' in secret) {
    // The letter is put and the message settled together: exactly once.
    await inTransaction(database, async (tx) => {
      const at = nowOf(context)
      if (!(await noteSent(tx, organizationId, claimed, { messageId, at }))) return
      await putLetter(context, tx, { mailId: messageId, to: secret.address, text, at })
    })
    return
  }
  const told = { messageId, kind: 'alerts' as const, text, content, brand }
  const problem = await post(context, http, { kind, address: secret }, told)
  const at = nowOf(context)
  await inTransaction(database, async (tx) => {
    if (problem === undefined) {
      await noteSent(tx, organizationId, claimed, { messageId, at })
      // What failed is well again: the screen says so.
      if (claimed.failures > 0) await tellScreens(tx, organizationId)
      return
    }
    const nextTryAt = new Date(at.getTime() + pauseMs(claimed.failures + 1))
    await noteFailed(tx, organizationId, claimed, { messageId, problem, at, nextTryAt })
    await tellScreens(tx, organizationId)
  })
  if (problem !== undefined)
    log.warn(
      { destinationId, kind, problem: problem.message, failures: claimed.failures + 1 },
      'alerts could not be sent; trying again',
    )
}

/** How long a destination that has failed so often in a row is left alone: from ten seconds, doubling to an hour. */
function pauseMs(failures: number): number {
  return Math.min(3_600_000, 10_000 * 2 ** Math.min(failures - 1, 20))
}

/** @returns what went wrong; undefined: it was taken */
async function post(
  { clock }: SyncContext,
  http: Http,
  to: { kind: DestinationKind; address: PostAddress },
  told: Parameters<typeof toPost>[2],
): Promise<Trouble | undefined> {
  const { kind, address } = to
  if (kind === 'email') throw new Error('a letter has no address to post to')
  const request = toPost(kind, address, told, new Date(clock.now()))
  try {
    const answer = await http.send({
      ...request,
      operation: `alert.${kind}`,
      method: 'POST',
      timeoutMs: SENDING_MS_MAX,
    })
    return readAnswer(kind, answer)
  } catch (error) {
    if (isConnectorError(error)) return { message: error.message, told: troubleOf(error) }
    throw error
  }
}

/**
 * Says a test to a destination now, beside the destination's limits.
 * @returns what went wrong; undefined: it was taken
 * @throws AccountProblem `too-many-letters`
 */
export async function sendTest(
  context: SyncContext,
  http: Http,
  destination: { kind: DestinationKind; secretId: string; language: Language },
): Promise<Trouble | undefined> {
  const { database, organizationId } = context
  const { kind, language } = destination
  const brand = await findBrand(database.kysely, organizationId)
  const secret = await openSecret(context, destination.secretId)
  const text = testText(brand, language)
  const messageId = context.uuid()
  if ('address' in secret) {
    const at = nowOf(context)
    await inTransaction(database, async (tx) => {
      await assertLettersLeft(tx, organizationId, at)
      await putLetter(context, tx, { mailId: messageId, to: secret.address, text, at })
    })
    return undefined
  }
  const content: MessageContent = testContent(linkOf(context))
  return await post(
    context,
    http,
    { kind, address: secret },
    { messageId, kind: 'test', text, content, brand },
  )
}

async function putLetter(
  { masterKey, organizationId }: SyncContext,
  db: Db,
  letter: { mailId: string; to: string; text: MessageText; at: Date },
): Promise<void> {
  const { mailId, to, text, at } = letter
  const mail = { to, subject: text.title, text: `${text.body}\n` }
  await putMail(db, masterKey, { mailId, organizationId, mail, at })
}

async function openSecret(
  { database, organizationId, masterKey }: SyncContext,
  secretId: string,
): Promise<DestinationSecret> {
  return destinationSecret.parse(await getSecret(database.kysely, masterKey, { organizationId, secretId }))
}

async function findBrand(db: Db, organizationId: string): Promise<string> {
  const found = await sql<{ name: string }>`
    select name from organization where organization_id = ${organizationId}`.execute(db)
  return found.rows[0]?.name ?? 'Plimsoll'
}

function linkOf({ publicUrl }: SyncContext): string | null {
  return publicUrl === undefined ? null : `${publicUrl}/alerts`
}
