import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { CommandProblem } from './output.ts'

/** Under its name only once it is whole: a broken export must not pass for a short one. */
export async function writeWhole(
  path: string,
  bytes: AsyncIterable<Buffer>,
  { signal }: { signal?: AbortSignal } = {},
): Promise<void> {
  const part = `${path}.part`
  try {
    await pipeline(bytes, createWriteStream(part), { ...(signal !== undefined && { signal }) })
    await rename(part, path)
  } catch (error) {
    await rm(part, { force: true })
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT') throw new CommandProblem(`There is no folder for ${path}.`)
    if (code === 'EACCES' || code === 'EISDIR') throw new CommandProblem(`${path} cannot be written.`)
    throw error
  }
}
