import { execFile } from 'node:child_process'
import { chmod, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { codeOf } from '../errors.ts'
import { makeTemporaryFolder } from './test-server.ts'

const run = promisify(execFile)

/** A disk of its own that can be filled up or made read-only, without touching the machine's. */
export type SmallDisk = {
  path: string
  fill(): Promise<void>
  free(): Promise<void>
  makeReadOnly(): Promise<void>
  remove(): Promise<void>
}

/** A tmpfs of the given size; `undefined` where we may not mount one (not root, not Linux, a locked container). */
export async function mountSmallDisk(megabytes: number): Promise<SmallDisk | undefined> {
  const path = await makeTemporaryFolder()
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0755`, 'tmpfs', path])
  } catch (error) {
    await rm(path, { recursive: true })
    // Said aloud: a skipped test must not look like a passed one.
    process.stdout.write(
      `notice: no small disk can be mounted here, its tests are skipped (${codeOf(error) ?? 'refused'})\n`,
    )
    return undefined
  }
  await chmod(path, 0o755)
  const filler = join(path, 'filler')
  return {
    path,
    fill: async () => {
      const file = await open(filler, 'a')
      try {
        for (const size of [1_000_000, 4_096]) {
          while (
            await file.write(Buffer.alloc(size)).then(({ bytesWritten }) => bytesWritten === size, isFull)
          ) {
            // Until nothing more fits.
          }
        }
      } finally {
        await file.close()
      }
    },
    free: () => rm(filler),
    makeReadOnly: async () => void (await run('mount', ['-o', 'remount,ro', path])),
    remove: async () => {
      await run('umount', ['--lazy', path])
      await rm(path, { recursive: true, force: true })
    },
  }
}

function isFull(error: unknown): boolean {
  if (codeOf(error) === 'ENOSPC') return false
  throw error
}
