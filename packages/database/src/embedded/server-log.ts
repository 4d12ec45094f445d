import { open, rename, stat } from 'node:fs/promises'
import { DatabaseProblem } from '../errors.ts'

const keepMaxBytes = 10_000_000

/** How long the log is now, so that `readLogFrom` gives only what a start has added. A long log is put aside first. */
export async function prepareLog(file: string): Promise<number> {
  const size = await stat(file).then(
    (found) => found.size,
    () => 0,
  )
  if (size < keepMaxBytes) return size
  await rename(file, `${file}.1`)
  return 0
}

export async function readLogFrom(file: string, position: number): Promise<string> {
  const handle = await open(file, 'r').catch(() => undefined)
  if (!handle) return ''
  try {
    const { size } = await handle.stat()
    const start = Math.max(position, size - 64_000)
    const { buffer, bytesRead } = await handle.read(
      Buffer.alloc(Math.max(0, size - start)),
      0,
      undefined,
      start,
    )
    return buffer.subarray(0, bytesRead).toString('utf8')
  } finally {
    await handle.close()
  }
}

/** What a failed start or initdb was about, from its words (English: the server runs with LC_ALL=C), with its last lines. */
export function problemFromLog(what: string, text: string): DatabaseProblem {
  const last = text.trim().split('\n').slice(-12).join('\n')
  const message = `${what}. The last lines of its log:\n${last}`
  if (/No space left on device|Disk quota exceeded/.test(text))
    return new DatabaseProblem('disk-full', message)
  if (/Read-only file system/.test(text)) return new DatabaseProblem('read-only-folder', message)
  if (/Permission denied|Operation not permitted|has wrong ownership|has invalid permissions/.test(text)) {
    return new DatabaseProblem('permission', message)
  }
  return new DatabaseProblem('cannot-start', message)
}

/** The refusals of one start that another try cures. */
export function retryFromLog(
  text: string,
): 'port-taken' | 'old-backends' | 'someone-else' | 'empty-lock-file' | undefined {
  // After kill -9 of the postmaster its backends need some 50 ms to notice.
  if (/pre-existing shared memory block/.test(text)) return 'old-backends'
  if (/lock file ".*" already exists/.test(text)) return 'someone-else'
  if (/lock file ".*" is empty/.test(text)) return 'empty-lock-file'
  if (/could not create any TCP\/IP sockets|could not bind/.test(text)) return 'port-taken'
  return undefined
}
