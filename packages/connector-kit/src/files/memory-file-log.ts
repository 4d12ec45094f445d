import { createHash } from 'node:crypto'
import { NotFound } from '../errors.ts'
import type { FileLog, LoggedFile, NewFile } from './file-log.ts'

/** A log in memory: for conformance and tests, and in place of the hub's where a connection is tried before it is kept. */
export function createMemoryFileLog(now: () => number): FileLog & { accept(position: number): void } {
  const files: { file: LoggedFile; content: Buffer }[] = []
  const get = (position: number) => {
    const found = files[position - 1]
    if (found === undefined) throw new NotFound(`No file is kept at ${position}.`)
    return found
  }
  const findKnown = (given: Omit<NewFile, 'content'> & { digest: string }) => {
    if (given.direction === 'out')
      return files.find(({ file }) => file.direction === 'out' && file.name === given.name)
    const ofFeed = files.filter(({ file }) => file.direction === 'in' && file.feed === given.feed)
    const isSame = ({ file }: { file: LoggedFile }) =>
      file.digest === given.digest && file.sequence === given.sequence
    if (given.sequence !== undefined) return ofFeed.find(isSame)
    const named = ofFeed.filter(({ file }) => file.name === given.name)
    return named.find(
      (each, at) =>
        isSame(each) &&
        (at === named.length - 1 ||
          (given.saidAt !== undefined && each.file.saidAt?.getTime() === given.saidAt.getTime())),
    )
  }
  return {
    async keep({ content, ...given }) {
      const digest = digestOfFile(content)
      const known = findKnown({ ...given, digest })
      if (known !== undefined) return { file: known.file, isNew: false }
      const file: LoggedFile = {
        ...given,
        position: files.length + 1,
        digest,
        bytes: content.length,
        keptAt: new Date(now()),
        deliveredAt: undefined,
        isAccepted: false,
      }
      files.push({ file, content: Buffer.from(content) })
      return { file, isNew: true }
    },
    async list({ direction, feeds, name, keptFrom }) {
      return files
        .map(({ file }) => file)
        .filter((file) => file.direction === direction)
        .filter((file) => feeds === undefined || feeds.includes(file.feed))
        .filter((file) => name === undefined || file.name === name)
        .filter((file) => keptFrom === undefined || file.keptAt >= keptFrom)
    },
    read: async (position) => get(position).content,
    async noteDelivered(position) {
      const { file } = get(position)
      file.deliveredAt ??= new Date(now())
    },
    accept(position) {
      get(position).file.isAccepted = true
    },
  }
}

export function digestOfFile(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}
