import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import {
  type ConnectionFiles,
  createMemoryFileLog,
  digestOfFile,
  FILE_BYTES_MAX,
  type FileLog,
  NotFound,
  openFolder,
} from '@plimsoll/connector-kit'
import { inTransaction } from '@plimsoll/database'
import { nowOf, type SyncContext } from '../context.ts'
import {
  findFileContent,
  findFiles,
  findSameFile,
  insertFile,
  lockFileName,
  noteFileDelivered,
} from './connection-files.store.ts'

const pack = promisify(gzip)
const unpack = promisify(gunzip)

/**
 * What a connector that works with files is handed.
 * @param connectionId undefined: the connection is only being tried, and nothing of it is kept
 */
export function filesOfConnection(context: SyncContext, connectionId: string | undefined): ConnectionFiles {
  const { clock, localFolder, reach } = context
  return {
    log:
      connectionId === undefined
        ? createMemoryFileLog(() => clock.now())
        : createStoredFileLog(context, connectionId),
    open: (place) => openFolder(place, { clock, localRoot: localFolder, publicOnly: reach !== undefined }),
  }
}

/** The files of one connection in the database, shared by all processes. */
export function createStoredFileLog(context: SyncContext, connectionId: string): FileLog {
  const { database, masterKey, organizationId } = context
  const { kysely } = database
  const place = { organizationId, connectionId }
  return {
    async keep({ content, ...given }) {
      const digest = digestOfFile(content)
      const at = nowOf(context)
      const packed = await pack(content)
      const file = { ...given, packed, digest, bytes: content.length, at }
      // Known by what they say alone or by their name: the database keeps them apart.
      if (given.direction === 'out' || given.sequence !== undefined) {
        const kept = await insertFile(kysely, masterKey, place, file)
        if (kept !== undefined) return { file: kept, isNew: true }
        const known = await findSameFile(kysely, place, file)
        if (known === undefined) throw new Error('the file that was there has gone meanwhile')
        return { file: known, isNew: false }
      }
      return await inTransaction(database, async (tx) => {
        await lockFileName(tx, place, file)
        const known = await findSameFile(tx, place, file)
        if (known !== undefined) return { file: known, isNew: false }
        const kept = await insertFile(tx, masterKey, place, file)
        if (kept === undefined) throw new Error('nothing stands in the way of a file without a sequence')
        return { file: kept, isNew: true }
      })
    },
    list: (query) => findFiles(kysely, place, query),
    async read(position) {
      const packed = await findFileContent(kysely, masterKey, place, position)
      if (packed === undefined) throw new NotFound(`No file is kept at ${position}.`)
      return await unpack(packed, { maxOutputLength: FILE_BYTES_MAX + 1 })
    },
    noteDelivered: (position) => noteFileDelivered(kysely, place, position, nowOf(context)),
  }
}
