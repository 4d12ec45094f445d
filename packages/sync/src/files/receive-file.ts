import { FILE_HEADERS, fileMessage, isConnectorError, type LoggedFile } from '@plimsoll/connector-kit'
import { inTransaction } from '@plimsoll/database'
import { openHttp } from '../connections/open-connector.ts'
import { ConnectionRegistry, type OpenConnection } from '../connections/registry.ts'
import { bindStored } from '../connections/stored-tokens.ts'
import { nowOf, type SyncContext } from '../context.ts'
import { syncProblem } from '../errors.ts'
import { insertInbox } from '../intake/inbox.store.ts'
import { readEvents } from '../intake/intake.ts'
import { notify } from '../notify.ts'
import { findFilePage, noteFileAccepted } from './connection-files.store.ts'
import { createStoredFileLog } from './connection-files.ts'
import { keepMessage } from './keep-message.ts'

export type HandedFile = {
  name: string
  /** Undefined: its name tells. */
  feed: string | undefined
  /** When what it says was true; undefined: when it came, unless its name tells. */
  saidAt: Date | undefined
  content: Buffer
}

/**
 * Takes a file that a person or a program hands over, as if it had come out of the connection's folder.
 * @throws SyncProblem where the connection takes no files, or not this one
 */
export async function receiveConnectionFile(
  context: SyncContext,
  connectionId: string,
  { name, feed, saidAt, content }: HandedFile,
): Promise<{ file: LoggedFile; isNew: boolean }> {
  const open = await openOf(context, connectionId)
  const { organizationId, database } = context
  const owner = { ...open, secretId: open.connection.secretId }
  const bound = bindStored(context, owner, openHttp(context, open.connector, open))
  const headers = {
    [FILE_HEADERS.name]: encodeURIComponent(name),
    ...(feed !== undefined && { [FILE_HEADERS.feed]: feed }),
    ...(saidAt !== undefined && { [FILE_HEADERS.modifiedAt]: saidAt.toISOString() }),
  }
  const kept = await keepMessage(open, { headers, body: content }, bound).catch((error: unknown) => {
    if (!isConnectorError(error)) throw error
    const field = 'field' in error && typeof error.field === 'string' ? error.field : 'fileName'
    throw syncProblem('file-refused', field, error.message)
  })
  if (kept.file === undefined)
    throw syncProblem('wrong-state', 'id', `${open.connector.manifest.name} takes no files.`)
  const events = readEvents(context, open, kept.message)
  const arrival = {
    organizationId,
    connectionId,
    source: 'webhook' as const,
    at: nowOf(context),
    uuid: () => context.uuid(),
  }
  await inTransaction(database, async (tx) => {
    await insertInbox(tx, arrival, events)
    await notify(tx, organizationId, { kind: 'inbox', connectionIds: [connectionId] })
  })
  return { file: kept.file, isNew: kept.isNew === true }
}

/** Files of a connection, newest first. @throws SyncProblem */
export async function listConnectionFiles(
  context: SyncContext,
  connectionId: string,
  page: { before: number | undefined; limit: number },
): Promise<LoggedFile[]> {
  await openOf(context, connectionId)
  const { organizationId, database } = context
  return await findFilePage(database.kysely, { organizationId, connectionId }, page)
}

/** One with its content. @throws SyncProblem */
export async function readConnectionFile(
  context: SyncContext,
  connectionId: string,
  position: number,
): Promise<{ file: LoggedFile; content: Buffer }> {
  const { organizationId, database } = context
  await openOf(context, connectionId)
  const [file] = await findFilePage(
    database.kysely,
    { organizationId, connectionId },
    { before: position + 1, limit: 1 },
  )
  if (file?.position !== position) throw unknownFile(position)
  return { file, content: await createStoredFileLog(context, connectionId).read(position) }
}

/** A person has looked at a file that was held back, and says that it is right. @throws SyncProblem */
export async function acceptConnectionFile(
  context: SyncContext,
  connectionId: string,
  position: number,
): Promise<LoggedFile> {
  const { organizationId, database } = context
  const open = await openOf(context, connectionId)
  const place = { organizationId, connectionId }
  if (!(await noteFileAccepted(database.kysely, place, position, nowOf(context)))) throw unknownFile(position)
  const { file } = await readConnectionFile(context, connectionId, position)
  const arrival = {
    organizationId,
    connectionId,
    source: 'webhook' as const,
    at: nowOf(context),
    uuid: () => context.uuid(),
  }
  await inTransaction(database, async (tx) => {
    await insertInbox(tx, arrival, readEvents(context, open, fileMessage(file.feed)))
    await notify(tx, organizationId, { kind: 'inbox', connectionIds: [connectionId] })
  })
  return file
}

async function openOf(context: SyncContext, connectionId: string): Promise<OpenConnection> {
  const open = await new ConnectionRegistry(context).find(connectionId)
  if (open === undefined)
    throw syncProblem('unknown-connection', 'id', `There is no connection ${connectionId}.`)
  return open
}

function unknownFile(position: number) {
  return syncProblem('unknown-file', 'position', `The connection keeps no file ${position}.`)
}
