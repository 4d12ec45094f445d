import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { open, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { StringDecoder } from 'node:string_decoder'
import { createGunzip, createGzip } from 'node:zlib'
import { type Manifest, type MonthContent, MonthReader, manifestShape } from './archive-content.ts'

/**
 * A month in files: `movement-2025-01.ndjson.gz` (one movement a line, as the database writes it), `….sums.ndjson.gz`
 * (what they add up to per organization, item, location and lot) and `….json` (the manifest that vouches for both).
 */

export function fileNames(folder: string, month: string) {
  const base = path.join(folder, `movement-${month}`)
  return { movements: `${base}.ndjson.gz`, sums: `${base}.sums.ndjson.gz`, manifest: `${base}.json` }
}

/** Lines into a gzip file that is on the disk, whole, when this returns; before that it has another name. */
export async function writeLines(
  file: string,
  lines: AsyncIterable<string> | Iterable<string>,
): Promise<void> {
  const part = `${file}.part`
  await pipeline(
    Readable.from(inBlocks(lines)),
    createGzip({ level: 4 }),
    createWriteStream(part, { mode: 0o600 }),
  )
  await sync(part)
  await rename(part, file)
  await sync(path.dirname(file))
}

const BLOCK_CHARACTERS = 256 * 1024

/** A chunk for each line would cost more than the line. */
async function* inBlocks(lines: AsyncIterable<string> | Iterable<string>): AsyncGenerator<string> {
  let block = ''
  for await (const line of lines) {
    block += `${line}\n`
    if (block.length >= BLOCK_CHARACTERS) {
      yield block
      block = ''
    }
  }
  if (block !== '') yield block
}

async function sync(name: string): Promise<void> {
  const handle = await open(name, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** The lines of a gzip file, and the SHA-256 of the file once all are read. A damaged file throws. */
export function readLines(file: string): { lines: AsyncIterable<string>; sha256(): string } {
  const hash = createHash('sha256')
  async function* read() {
    const gunzip = createGunzip()
    const hashing = new Transform({
      transform(chunk, _encoding, done) {
        hash.update(chunk)
        done(null, chunk)
      },
    })
    // Its error destroys `gunzip`, and so ends the loop below with it.
    const piped = pipeline(createReadStream(file), hashing, gunzip)
    piped.catch(() => undefined)
    const decoder = new StringDecoder('utf8')
    let rest = ''
    for await (const chunk of gunzip) {
      const lines = (rest + decoder.write(chunk)).split('\n')
      rest = lines.pop() ?? ''
      yield* lines
    }
    await piped
    if (rest !== '') throw new Error(`${path.basename(file)} ends within a line.`)
  }
  return { lines: read(), sha256: () => hash.digest('hex') }
}

/** The sums of a file of movements, a line each; once they are read to the end, also what it holds. */
export function readSums(file: string): {
  lines: AsyncIterable<string>
  content(): MonthContent & { sha256: string }
} {
  const { lines, sha256 } = readLines(file)
  const reader = new MonthReader()
  async function* read() {
    for await (const line of lines) yield* reader.read(line)
    yield* reader.end()
  }
  return { lines: read(), content: () => ({ ...reader.content(), sha256: sha256() }) }
}

/** The manifest of a month; undefined where there is none. */
export async function readManifest(folder: string, month: string): Promise<Manifest | undefined> {
  let text: string
  try {
    text = await readFile(fileNames(folder, month).manifest, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
  return manifestShape.parse(JSON.parse(text))
}

export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  const file = fileNames(folder, manifest.month).manifest
  await writeFile(`${file}.part`, `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600 })
  await sync(`${file}.part`)
  await rename(`${file}.part`, file)
  await sync(folder)
}

/** The months of which a folder holds manifests, oldest first. */
export async function listArchivedMonths(folder: string): Promise<string[]> {
  const names = await readdir(folder)
  return names.flatMap((name) => /^movement-(\d{4}-\d\d)\.json$/.exec(name)?.[1] ?? []).sort()
}
