import type { Readable } from 'node:stream'
import { type Entry, open, type ZipFile } from 'yauzl'
import { FileProblem } from '../errors.ts'

/**
 * The parts of an Excel file, found by the list at its end. What a part says to unpack to is checked before it is
 * unpacked, and unpacking more than that is an error: a small file cannot fill the memory.
 */
export type Archive = {
  has(name: string): boolean
  /** @throws FileProblem when there is no such part */
  read(name: string): AsyncGenerator<string>
  close(): void
}

const PARTS_MAX = 2_000
const UNPACKED_BYTES_MAX = 3 * 1024 ** 3
/** Sheets of real stock pack 10 to 40 times; a bomb a thousand times. Small parts may, whatever they hold. */
const RATIO_MAX = 250
const SMALL_BYTES = 20 * 1024 ** 2

/** @throws FileProblem not a zip file, or one that unpacks to more than a sheet of stock can need */
export async function openArchive(path: string): Promise<Archive> {
  const zip = await openZip(path)
  try {
    const entries = await listEntries(zip)
    return {
      has: (name) => entries.has(name),
      read: (name) => readPart(zip, name, entries.get(name)),
      close: () => zip.close(),
    }
  } catch (error) {
    zip.close()
    throw error
  }
}

function openZip(path: string): Promise<ZipFile> {
  return new Promise((resolve, reject) => {
    open(path, { lazyEntries: true, autoClose: false }, (error, zip) => {
      if (error !== null) reject(toFileProblem(error))
      else resolve(zip)
    })
  })
}

function listEntries(zip: ZipFile): Promise<Map<string, Entry>> {
  const entries = new Map<string, Entry>()
  let unpacked = 0
  return new Promise((resolve, reject) => {
    zip.on('error', (error: Error) => reject(toFileProblem(error)))
    zip.on('end', () => resolve(entries))
    zip.on('entry', (entry: Entry) => {
      unpacked += entry.uncompressedSize
      const { uncompressedSize, compressedSize } = entry
      const isBomb = uncompressedSize > SMALL_BYTES && uncompressedSize > compressedSize * RATIO_MAX
      if (isBomb || unpacked > UNPACKED_BYTES_MAX || entries.size >= PARTS_MAX) {
        const megabytes = Math.round(unpacked / 1024 ** 2).toLocaleString('en')
        const message = `The file unpacks to ${megabytes} MB and more, which no sheet of stock needs.`
        reject(new FileProblem('file-unpacks-too-large', message))
        return
      }
      // Some programs begin names with a slash, or write their case as they like.
      entries.set(entry.fileName.replace(/^\//, ''), entry)
      zip.readEntry()
    })
    zip.readEntry()
  })
}

async function* readPart(zip: ZipFile, name: string, entry: Entry | undefined): AsyncGenerator<string> {
  if (entry === undefined) throw new FileProblem('file-unreadable', `The Excel file has no part ${name}.`)
  const stream = await new Promise<Readable>((resolve, reject) => {
    zip.openReadStream(entry, (error, opened) => {
      if (error !== null) reject(toFileProblem(error))
      else resolve(opened)
    })
  })
  const decoder = new TextDecoder('utf-8', { fatal: true })
  try {
    for await (const bytes of stream) yield decoder.decode(bytes, { stream: true })
    yield decoder.decode()
  } catch (error) {
    throw toFileProblem(error)
  } finally {
    stream.destroy()
  }
}

function toFileProblem(error: unknown): FileProblem {
  if (error instanceof FileProblem) return error
  const why = error instanceof Error ? error.message : String(error)
  return new FileProblem('file-unreadable', `The file is no Excel workbook that can be read (${why}).`, {
    cause: error,
  })
}
