import { Readable } from 'node:stream'
import { ZipFile } from 'yazl'

/** One file of an archive; its content is read when its turn comes. */
export type ZippedFile = { name: string; content: AsyncIterable<Buffer> }

/**
 * A zip archive of these files, in their order, while their contents come. Whoever stops reading it ends the contents too.
 * @param writtenAt the moment in the archive's list
 */
export async function* writeZip(
  files: readonly ZippedFile[],
  { writtenAt }: { writtenAt: Date },
): AsyncGenerator<Buffer> {
  const zip = new ZipFile()
  const sources = files.map(({ content }) => Readable.from(content, { objectMode: false }))
  const failed = new Promise<never>((_, reject) => {
    zip.on('error', reject)
    for (const [nth, source] of sources.entries()) {
      // The archive does not pass on what goes wrong in a stream that it reads.
      source.on('error', reject)
      zip.addReadStream(source, files[nth]?.name ?? '', { mtime: writtenAt })
    }
  })
  failed.catch(() => undefined) // thrown below
  zip.end()
  const written = Readable.from(zip.outputStream)[Symbol.asyncIterator]()
  try {
    for (;;) {
      const next = await Promise.race([written.next(), failed])
      if (next.done === true) return
      yield next.value
    }
  } finally {
    for (const source of sources) source.destroy()
  }
}
