import { createHash } from 'node:crypto'
import { chmod, mkdir, realpath, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { codeOf, DatabaseProblem, fileProblem } from '../errors.ts'

/** Who the server runs as: ourselves (`undefined`), or an unprivileged uid when we are root, since PostgreSQL refuses root. */
export type ServerUser = { uid: number; gid: number } | undefined

/** nobody on Linux; PLIMSOLL_POSTGRES_UID chooses another. */
const nobody = 65_534

/** The user of an existing cluster stays its user; a new one gets nobody or PLIMSOLL_POSTGRES_UID. */
export async function findServerUser(clusterFolder: string): Promise<ServerUser> {
  const owner = await stat(clusterFolder).catch(() => undefined)
  if (process.getuid?.() !== 0) {
    if (owner && owner.uid !== process.getuid?.()) {
      throw new DatabaseProblem(
        'permission',
        `${clusterFolder} belongs to the user with id ${owner.uid}; start as that user or as root.`,
      )
    }
    return undefined
  }
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid }
  const chosen = process.env.PLIMSOLL_POSTGRES_UID
  const uid = chosen === undefined ? nobody : Number(chosen)
  if (!Number.isSafeInteger(uid) || uid <= 0) {
    throw new DatabaseProblem(
      'permission',
      `PLIMSOLL_POSTGRES_UID must be the number of an unprivileged user, not ${chosen}.`,
    )
  }
  return { uid, gid: uid }
}

/** True when `user` may pass through every parent folder of `path` and into it. */
export async function canReach(path: string, user: ServerUser): Promise<boolean> {
  if (user === undefined) return true
  for (let folder = await realpath(path); ; folder = dirname(folder)) {
    const { mode, uid, gid } = await stat(folder)
    const mayPass = uid === user.uid ? mode & 0o100 : gid === user.gid ? mode & 0o010 : mode & 0o001
    if (!mayPass) return false
    if (folder === dirname(folder)) return true
  }
}

/**
 * The folder that holds the database, made where missing. As root below a folder that only root may
 * enter (a project under /root), the server could not reach it: then it lies in /var/lib/plimsoll,
 * and a note is left in `dataFolder`.
 */
export async function makeDatabaseFolder(dataFolder: string, log: (line: string) => void): Promise<string> {
  const wanted = resolve(dataFolder)
  try {
    await makePassable(wanted)
    const asRoot = process.getuid?.() === 0
    // Any user that is neither root nor an owner on the way: what matters is o+x.
    if (!asRoot || (await canReach(wanted, { uid: nobody, gid: nobody }))) return wanted

    const digest = createHash('sha256').update(wanted).digest('hex').slice(0, 8)
    const elsewhere = join('/var/lib/plimsoll', `${basename(dirname(wanted))}-${digest}`)
    await makePassable(elsewhere)
    const note = `The database of this folder is in ${elsewhere}: PostgreSQL does not run as root, and no other user can enter ${wanted}.\n`
    await writeFile(join(wanted, 'DATABASE-IS-ELSEWHERE.txt'), note)
    log(`database: ${note.trim()}`)
    return elsewhere
  } catch (error) {
    throw fileProblem(error, `making the data folder ${wanted}`)
  }
}

/** Folders that we make may be passed through by others, whatever the umask; nothing in them is readable by that. */
async function makePassable(folder: string): Promise<void> {
  try {
    await mkdir(folder)
    await chmod(folder, 0o711)
  } catch (error) {
    const code = codeOf(error)
    if (code === 'EEXIST') return
    if (code !== 'ENOENT' || folder === dirname(folder)) throw error
    await makePassable(dirname(folder))
    await makePassable(folder)
  }
}
