import { isDeepStrictEqual } from 'node:util'
import { getSecret, removeSecret, saveSecret } from '@plimsoll/accounts'
import { assertPublicUrl, type Http, isConnectorError } from '@plimsoll/connector-kit'
import { inTransaction } from '@plimsoll/database'
import { nowOf, type SyncContext } from '../context.ts'
import { syncProblem } from '../errors.ts'
import { recordSetting } from '../record-setting.store.ts'
import type { ToldTrouble } from '../told-trouble.ts'
import {
  type AlertDestination,
  type DestinationKind,
  deleteDestination,
  findDestination,
  findDestinations,
  type KeptDestination,
  saveDestination,
} from './destinations.store.ts'
import { tellScreens } from './keep-alerts.ts'
import { type DestinationSecret, sendTest } from './send-alerts.ts'

/** A destination as people write it. What is secret may be left out where it stays as it is. */
export type DestinationDraft = {
  name: string
  kind: DestinationKind
  /** Of a letter; or the webhook's, which is secret. */
  address?: string | undefined
  /** For webhook, feishu and dingtalk; null: not signed. */
  signingSecret?: string | null | undefined
  language: 'en' | 'zh'
  messagesPerHour: number
  isOn: boolean
}

export async function listAlertDestinations({
  database,
  organizationId,
}: SyncContext): Promise<AlertDestination[]> {
  return await findDestinations(database.kysely, organizationId)
}

const SIGNED: ReadonlySet<DestinationKind> = new Set(['webhook', 'feishu', 'dingtalk'])

/**
 * Adds a destination (without an id) or changes it; its kind stays. The address and the secret are sealed and never shown.
 * @param allowsPrivate whether addresses inside private networks may be called: the hub's own setting
 * @throws SyncProblem naming the field and the cure
 */
export async function saveAlertDestination(
  context: SyncContext,
  destinationId: string | undefined,
  draft: DestinationDraft,
  { actor, allowsPrivate }: { actor: string; allowsPrivate: boolean },
): Promise<AlertDestination> {
  const { database, organizationId, masterKey } = context
  const before = destinationId === undefined ? undefined : await getDestination(context, destinationId)
  const { name, kind, language, messagesPerHour, isOn } = draft
  if (before !== undefined && before.kind !== kind)
    throw invalid('kind', `It is of the kind ${before.kind}, which stays: add another destination.`)
  if (draft.signingSecret != null && !SIGNED.has(kind))
    throw invalid('signingSecret', `Messages of the kind ${kind} are not signed: leave it out.`)
  const known = before && (await readSecret(context, before.secretId))
  const value = toSecret(draft, known, allowsPrivate)
  const kept: KeptDestination = {
    destinationId: destinationId ?? context.uuid(),
    secretId: before?.secretId ?? context.uuid(),
    name,
    kind,
    shown: shownOf(value),
    language,
    messagesPerHour,
    isOn,
  }
  const at = nowOf(context)
  await inTransaction(database, async (tx) => {
    await saveSecret(tx, masterKey, { organizationId, secretId: kept.secretId, value, at })
    if (!(await saveDestination(tx, organizationId, kept, { at, by: actor })))
      throw invalid('name', `There is a destination ${name} already.`)
    if (known !== undefined && !isDeepStrictEqual(known, value)) {
      // That it was replaced, never what it is.
      const subject = { destinationId: kept.destinationId }
      const [was, becomes] = [{ name }, { name, replacedAt: at.toISOString() }]
      const recorded = { kind: 'credentials', subject, before: was, after: becomes, at }
      await recordSetting(tx, organizationId, recorded)
    }
    await tellScreens(tx, organizationId)
  })
  const all = await findDestinations(database.kysely, organizationId)
  const saved = all.find((each) => each.destinationId === kept.destinationId)
  if (saved === undefined) throw unknown(kept.destinationId)
  return saved
}

/** What waited for it is not told any more. @throws SyncProblem where there is none */
export async function removeAlertDestination(context: SyncContext, destinationId: string): Promise<void> {
  const { database, organizationId } = context
  const { secretId } = await getDestination(context, destinationId)
  await inTransaction(database, async (tx) => {
    await deleteDestination(tx, organizationId, destinationId)
    await removeSecret(tx, { organizationId, secretId })
    await tellScreens(tx, organizationId)
  })
}

/** Says a test there, now. @returns what it answered where it did not take it */
export async function testAlertDestination(
  context: SyncContext,
  http: Http,
  destinationId: string,
): Promise<{ isTaken: boolean; problem: string | null; problemTold: ToldTrouble | null }> {
  const problem = await sendTest(context, http, await getDestination(context, destinationId))
  return {
    isTaken: problem === undefined,
    problem: problem?.message ?? null,
    problemTold: problem?.told ?? null,
  }
}

async function getDestination(
  { database, organizationId }: SyncContext,
  destinationId: string,
): Promise<KeptDestination> {
  const found = await findDestination(database.kysely, organizationId, destinationId)
  if (found === undefined) throw unknown(destinationId)
  return found
}

async function readSecret(
  { database, organizationId, masterKey }: SyncContext,
  secretId: string,
): Promise<DestinationSecret> {
  // Written by `saveAlertDestination` alone.
  return (await getSecret(database.kysely, masterKey, { organizationId, secretId })) as DestinationSecret
}

function toSecret(
  { kind, address, signingSecret }: DestinationDraft,
  known: DestinationSecret | undefined,
  allowsPrivate: boolean,
): DestinationSecret {
  if (kind === 'email') {
    const to = address ?? (known !== undefined && 'address' in known ? known.address : undefined)
    if (to === undefined || !/^[^\s@<>,;]+@[^\s@<>,;]+$/.test(to))
      throw invalid('address', 'Give one address, such as stock@brand.example.')
    return { address: to }
  }
  const before = known !== undefined && 'url' in known ? known : undefined
  const url = address ?? before?.url
  if (url === undefined) throw invalid('address', 'Give the address of the webhook, such as https://….')
  assertCallable(url, allowsPrivate)
  const secret = signingSecret === undefined ? before?.signingSecret : (signingSecret ?? undefined)
  return secret === undefined || secret === '' ? { url } : { url, signingSecret: secret }
}

function assertCallable(url: string, allowsPrivate: boolean): void {
  const parsed = URL.parse(url)
  if (allowsPrivate && parsed !== null && /^https?:$/.test(parsed.protocol)) return
  try {
    assertPublicUrl(url, { allowLoopback: false })
  } catch (error) {
    if (!isConnectorError(error)) throw error
    // The address is secret: it is not repeated. Its host is in the message.
    throw invalid(
      'address',
      parsed === null
        ? 'That is no address; copy it whole, from https:// on.'
        : `${error.message} To allow it, start the hub with PLIMSOLL_PRIVATE_WEBHOOKS=true.`,
    )
  }
  if (parsed?.protocol !== 'https:') throw invalid('address', 'The address must begin with https://.')
}

/** Of a letter enough to tell one from another; of a webhook its host. */
function shownOf(secret: DestinationSecret): string {
  if ('url' in secret) return new URL(secret.url).host
  const [name = '', domain = ''] = secret.address.split('@')
  return `${name.slice(0, 2)}…@${domain}`
}

function invalid(field: string, message: string) {
  return syncProblem('invalid-alert-destination', field, message)
}

function unknown(destinationId: string) {
  return syncProblem(
    'unknown-alert-destination',
    'destinationId',
    `There is no destination ${destinationId}.`,
  )
}
