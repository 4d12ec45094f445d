import { createHash } from 'node:crypto'
import {
  FILE_HEADERS,
  type Folder,
  type FolderFile,
  isConnectorError,
  joinPath,
  Malformed,
  type QueuedMessage,
} from '@plimsoll/connector-kit'
import { z } from 'zod'
import { type Definition, IN_FEEDS, type InFeed, isNamed, sequenceOf } from './definition.ts'

/** So much is taken at once; the rest comes right after. */
const FILES_MAX = 20
const BYTES_MAX = 32 * 1024 * 1024
/** Names under which programs write what is not whole yet. */
const UNFINISHED = /^\.|\.(tmp|temp|part|partial|filepart|crdownload|uploading|done)$/i

const receipt = z.object({
  folder: z.string(),
  name: z.string(),
  bytes: z.number(),
  modifiedMs: z.number().nullable(),
  digest: z.string(),
})
type Receipt = z.infer<typeof receipt>

/** The folder that files come to: each is taken once it is whole, and renamed once what it says is kept. */
export type InboxFolder = {
  pull(signal: AbortSignal | undefined): Promise<QueuedMessage[]>
  acknowledge(receipts: readonly string[], signal: AbortSignal | undefined): Promise<void>
}

export function openInboxFolder(folder: Folder, definition: Definition): InboxFolder {
  /** Path → size and time when it was last listed. */
  let listed = new Map<string, string>()

  const isWhole = (path: string, file: FolderFile, names: ReadonlySet<string>): boolean => {
    if (definition.folders.whole === 'done-file') return names.has(`${file.name}.done`)
    return listed.get(path) === stampOf(file)
  }
  return {
    async pull(signal) {
      const seen = new Map<string, string>()
      const ready: { feed: InFeed; folder: string; file: FolderFile }[] = []
      for (const [below, feeds] of foldersOf(definition)) {
        const files = await listIfThere(folder, below, signal)
        const names = new Set(files.map(({ name }) => name))
        for (const file of files.filter(({ name }) => !UNFINISHED.test(name))) {
          const path = joinPath(below, file.name)
          const feed = feeds.find((each) => isNamed(file.name, definition.feeds[each]?.files))
          if (feed === undefined) continue
          seen.set(path, stampOf(file))
          if (isWhole(path, file, names)) ready.push({ feed, folder: below, file })
        }
      }
      // Only once all was listed: a listing that failed half-way proves nothing.
      listed = seen
      return await read(ready, signal)
    },
    async acknowledge(receipts, signal) {
      for (const text of receipts) await archive(receipt.parse(JSON.parse(text)), signal)
    },
  }

  async function read(
    ready: readonly { feed: InFeed; folder: string; file: FolderFile }[],
    signal: AbortSignal | undefined,
  ): Promise<QueuedMessage[]> {
    const messages: QueuedMessage[] = []
    let bytes = 0
    for (const { feed, folder: below, file } of ready.toSorted(byAge(definition)).slice(0, FILES_MAX)) {
      if (messages.length > 0 && bytes + file.bytes > BYTES_MAX) break
      const path = joinPath(below, file.name)
      const body = await folder.read(path, { signal }).catch((error: unknown) => {
        // Gone or growing since it was listed: the next listing shows it as it is then.
        if (isConnectorError(error) && (error.kind === 'not-found' || error.kind === 'malformed'))
          return undefined
        throw error
      })
      if (body === undefined || body.length !== file.bytes) {
        listed.delete(path)
        continue
      }
      bytes += body.length
      const digest = createHash('sha256').update(body).digest('hex')
      const modifiedMs = file.modifiedAt?.getTime() ?? null
      const given: Receipt = { folder: below, name: file.name, bytes: file.bytes, modifiedMs, digest }
      messages.push({
        receipt: JSON.stringify(given),
        headers: {
          [FILE_HEADERS.feed]: feed,
          [FILE_HEADERS.name]: encodeURIComponent(file.name),
          ...(file.modifiedAt !== undefined && { [FILE_HEADERS.modifiedAt]: file.modifiedAt.toISOString() }),
        },
        body,
      })
    }
    return messages
  }

  /** Renames what was read; what has taken its name meanwhile stays where it is and is read as a file of its own. */
  async function archive(given: Receipt, signal: AbortSignal | undefined): Promise<void> {
    const from = joinPath(given.folder, given.name)
    const now = await folder.find(from, { signal })
    if (now === undefined || stampOf(now) !== stampOf({ ...given, modifiedAt: toDate(given.modifiedMs) }))
      return
    const to = await moveTo(from, given, signal)
    if (to === undefined) return
    // It may have been replaced between the look and the renaming.
    const moved = await folder.read(to, { signal })
    if (createHash('sha256').update(moved).digest('hex') !== given.digest)
      await folder.move(to, from, { signal })
    if (definition.folders.whole === 'done-file') await folder.move(`${from}.done`, `${to}.done`, { signal })
  }

  async function moveTo(
    from: string,
    given: Receipt,
    signal: AbortSignal | undefined,
  ): Promise<string | undefined> {
    const into = joinPath(definition.folders.archive, given.folder)
    const mark = given.digest.slice(0, 12)
    for (let attempt = 0; attempt < 100; attempt += 1) {
      const prefix = attempt === 0 ? '' : attempt === 1 ? `${mark}-` : `${mark}-${attempt}-`
      const to = joinPath(into, `${prefix}${given.name}`)
      const moved = await folder.move(from, to, { signal })
      if (moved === 'moved') return to
      if (moved === 'missing') return undefined
    }
    throw new Malformed(`${given.name} is a hundred times in the archive already.`, '')
  }
}

/** Folder → the feeds whose files come there, the most particular name first. */
export function foldersOf({ feeds }: Definition): Map<string, InFeed[]> {
  const found = new Map<string, InFeed[]>()
  for (const name of IN_FEEDS) {
    const feed = feeds[name]
    if (feed !== undefined) found.set(feed.folder, [...(found.get(feed.folder) ?? []), name])
  }
  const length = (name: InFeed) => feeds[name]?.files?.length ?? 0
  for (const names of found.values()) names.sort((one, other) => length(other) - length(one))
  return found
}

async function listIfThere(
  folder: Folder,
  below: string,
  signal: AbortSignal | undefined,
): Promise<FolderFile[]> {
  try {
    return await folder.list(below, { signal })
  } catch (error) {
    // The warehouse makes it when it has something to say.
    if (isConnectorError(error) && error.kind === 'not-found') return []
    throw error
  }
}

/** Older ones first, by what their names say, else by their time. */
function byAge(definition: Definition) {
  const ageOf = ({ feed, file }: { feed: InFeed; file: FolderFile }) => {
    const terms = definition.feeds[feed]
    const sequence = terms === undefined ? undefined : sequenceOf(file.name, terms)
    return [sequence ?? '', file.modifiedAt?.toISOString() ?? '', file.name].join(' ')
  }
  return (one: { feed: InFeed; file: FolderFile }, other: { feed: InFeed; file: FolderFile }) =>
    ageOf(one) < ageOf(other) ? -1 : 1
}

function stampOf({ bytes, modifiedAt }: Pick<FolderFile, 'bytes' | 'modifiedAt'>): string {
  return `${bytes} ${modifiedAt?.getTime() ?? '-'}`
}

function toDate(ms: number | null): Date | undefined {
  return ms === null ? undefined : new Date(ms)
}
