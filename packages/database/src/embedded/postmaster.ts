import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { link, readFile, readlink, realpath, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { codeOf } from '../errors.ts'

/** What `postmaster.pid` says (PostgreSQL 18, miscadmin.h): pid, folder, start, port, socket folder, address, memory key, status. */
export type Postmaster = { pid: number; port: number; status: string; text: string }

/** The server that works on this cluster folder now; `undefined` when none does. */
export async function findPostmaster(data: string): Promise<Postmaster | undefined> {
  const found = await readPidFile(data)
  if (!found || !(await holdsFolder(found.pid, data))) return undefined
  return found
}

/**
 * Removes a `postmaster.pid` that names a living process which is not our server: PostgreSQL would
 * refuse to start. (One that names a dead process it removes itself.)
 */
export async function removeStalePidFile(data: string): Promise<boolean> {
  const stale = await readPidFile(data)
  if (!stale || !isAlive(stale.pid) || (await holdsFolder(stale.pid, data))) return false
  return removePidFile(data, stale.text)
}

/** Removes a `postmaster.pid` without content, left by a start that died on a full disk: PostgreSQL would refuse to start. */
export async function removeEmptyPidFile(data: string): Promise<boolean> {
  return removePidFile(data, '')
}

async function removePidFile(data: string, staleText: string): Promise<boolean> {
  const file = join(data, 'postmaster.pid')
  const aside = `${file}.stale-${randomBytes(4).toString('hex')}`
  try {
    await rename(file, aside)
    // Another hub may have started a server between the reading and the renaming: give it its file back.
    const mistaken = (await readFile(aside, 'utf8')) !== staleText
    if (mistaken) await link(aside, file)
    await rm(aside)
    return !mistaken
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false
    throw error
  }
}

async function readPidFile(data: string): Promise<Postmaster | undefined> {
  let text: string
  try {
    text = await readFile(join(data, 'postmaster.pid'), 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
  const lines = text.split('\n')
  const pid = Number(lines[0])
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined
  return { pid, port: Number(lines[3] ?? 0), status: (lines[7] ?? '').trim(), text }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
}

/** PostgreSQL makes its cluster folder its working directory: that tells our server from a stranger with the same pid. */
async function holdsFolder(pid: number, data: string): Promise<boolean> {
  if (!isAlive(pid)) return false
  if (process.platform === 'linux') {
    try {
      const program = (await readFile(`/proc/${pid}/comm`, 'utf8')).trim()
      return program === 'postgres' && (await readlink(`/proc/${pid}/cwd`)) === (await realpath(data))
    } catch (error) {
      // Another user's process, which we may not look into, is not our server: that one runs as us, or we are root.
      if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(codeOf(error) ?? '')) return false
      throw error
    }
  }
  const { stdout } = await promisify(execFile)('ps', ['-ww', '-o', 'command=', '-p', String(pid)]).catch(
    () => ({ stdout: '' }),
  )
  return stdout.includes(data)
}
