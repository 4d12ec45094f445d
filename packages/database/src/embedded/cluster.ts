import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  appendFile,
  chmod,
  chown,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises'
import { totalmem } from 'node:os'
import { join } from 'node:path'
import { codeOf, DatabaseProblem, fileProblem } from '../errors.ts'
import type { Binaries } from './binaries.ts'
import { problemFromLog } from './server-log.ts'
import type { ServerUser } from './server-user.ts'

/**
 * A cluster is one folder `postgres` in the data folder: `cluster` (PostgreSQL's own, mode 0700),
 * `password` (0600, ours), `server.log`. It is made under a draft name and renamed, so that it is
 * whole or absent, however many hubs start at once and wherever one is killed.
 */
export type Cluster = { folder: string; data: string; password: string; log: string; user: ServerUser }

export const superuser = 'plimsoll'

/** The cluster's paths, whether it exists or not. */
export function clusterPaths(
  databaseFolder: string,
): Omit<Cluster, 'password' | 'user'> & { passwordFile: string } {
  const folder = join(databaseFolder, 'postgres')
  return {
    folder,
    data: join(folder, 'cluster'),
    passwordFile: join(folder, 'password'),
    log: join(folder, 'server.log'),
  }
}

/** Opens the cluster of this folder, making it first where it is missing. */
export async function openCluster(options: {
  databaseFolder: string
  binaries: Binaries
  user: ServerUser
  sync: boolean
}): Promise<Cluster> {
  const paths = clusterPaths(options.databaseFolder)
  try {
    if (!(await exists(paths.folder))) await makeCluster(options)
    await refuseOtherMajor(paths.data, options.binaries.major)
    await writeSettings(paths.data, options.user)
    const password = (await readFile(paths.passwordFile, 'utf8')).trim()
    return { folder: paths.folder, data: paths.data, password, log: paths.log, user: options.user }
  } catch (error) {
    throw fileProblem(error, `opening the database in ${paths.folder}`)
  }
}

async function makeCluster(options: {
  databaseFolder: string
  binaries: Binaries
  user: ServerUser
  sync: boolean
}) {
  await removeOldDrafts(options.databaseFolder)
  const draft = join(options.databaseFolder, `.postgres-${process.pid}-${randomBytes(4).toString('hex')}`)
  try {
    await mkdir(join(draft, 'cluster'), { recursive: true, mode: 0o700 })
    if (options.user) {
      await chown(join(draft, 'cluster'), options.user.uid, options.user.gid)
      await chmod(draft, 0o711)
    }
    await writeFile(join(draft, 'password'), `${randomBytes(24).toString('hex')}\n`, { mode: 0o600 })
    await runInitdb(options, draft)
    await appendFile(
      join(draft, 'cluster', 'postgresql.conf'),
      "\n# Plimsoll's settings, written anew at each start, then your own, which win.\n" +
        "include 'plimsoll.conf'\ninclude_if_exists 'custom.conf'\n",
    )
    const custom = join(draft, 'cluster', 'custom.conf')
    await writeFile(custom, '# Your own settings of the embedded PostgreSQL; they win.\n', { mode: 0o600 })
    if (options.user) await chown(custom, options.user.uid, options.user.gid)
    await rename(draft, join(options.databaseFolder, 'postgres'))
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    // Another hub made the cluster first: use that one.
    if (codeOf(error) !== 'ENOTEMPTY' && codeOf(error) !== 'EEXIST') throw error
  }
}

async function runInitdb(
  options: { binaries: Binaries; user: ServerUser; sync: boolean },
  draft: string,
): Promise<void> {
  const data = join(draft, 'cluster')
  // Only the server's user can be the one that reads it, and only for as long as initdb runs.
  const passwordCopy = join(data, '..', 'password-for-initdb')
  await writeFile(passwordCopy, await readFile(join(draft, 'password')), { mode: 0o600 })
  if (options.user) await chown(passwordCopy, options.user.uid, options.user.gid)
  const args = [
    `--pgdata=${data}`,
    `--username=${superuser}`,
    `--pwfile=${passwordCopy}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    // PostgreSQL's own rules of sorting: the same on every machine, and no upgrade of libc or ICU breaks an index.
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--no-instructions',
    ...(options.sync ? [] : ['--no-sync']),
  ]
  const { status, output } = await run(options.binaries.initdb, args, options.user)
  await rm(passwordCopy, { force: true })
  if (status !== 0) throw problemFromLog('PostgreSQL could not make its data folder', output)
}

function run(
  program: string,
  args: string[],
  user: ServerUser,
): Promise<{ status: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    // Detached, so that Ctrl-C at the terminal stops the hub and not half of an initdb under it.
    const child = spawn(program, args, {
      cwd: '/',
      env: serverEnvironment(),
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...user,
    })
    let output = ''
    child.stdout.on('data', (chunk) => (output += chunk))
    child.stderr.on('data', (chunk) => (output += chunk))
    child.on('error', (error) => reject(fileProblem(error, `running ${program}`)))
    child.on('close', (status) => resolve({ status, output }))
  })
}

/** Nothing of ours leaks into the server: no PG* variable, no secret; messages in English, since we read some. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  return { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' }
}

async function refuseOtherMajor(data: string, major: number): Promise<void> {
  const found = Number.parseInt(await readFile(join(data, 'PG_VERSION'), 'utf8'), 10)
  if (found === major) return
  throw new DatabaseProblem(
    'other-major-version',
    `${data} was written by PostgreSQL ${found}; this is ${major}.`,
  )
}

/** A sixteenth of the machine: balances of some 100,000 items stay in it; more would be taken from the system's own cache. */
function sharedBuffersMegabytes(): number {
  // A container may have less than its machine; without a limit it is told an enormous one.
  const bytes = Math.min(totalmem(), process.constrainedMemory() || totalmem())
  const sixteenth = Math.floor(bytes / 16 / 2 ** 20)
  return Math.min(1_024, Math.max(128, sixteenth))
}

const settings = `# Written by Plimsoll at each start; put your own into custom.conf beside it.
unix_socket_directories = ''
listen_addresses = '127.0.0.1'
max_connections = 200
shared_buffers = ${sharedBuffersMegabytes()}MB
# Recovery after a crash reads this much at most, which takes 3 to 6 s after a storm and little otherwise (measured).
# With 256 MB a storm of orders is a checkpoint every few seconds, and each writes whole pages anew: four times the log.
max_wal_size = 1GB
timezone = 'UTC'
log_timezone = 'UTC'
# Our statements are short; compiling them costs more than it saves.
jit = off
# Tables grow fast from nothing; plans made before are kept until the next look at them.
autovacuum_naptime = '5s'
log_min_messages = warning
log_checkpoints = off
# Callers handle refused statements; the log is for what the server itself suffers.
log_min_error_statement = panic
client_connection_check_interval = '10s'
tcp_keepalives_idle = 60
`

async function writeSettings(data: string, user: ServerUser): Promise<void> {
  const file = join(data, 'plimsoll.conf')
  const present = await readFile(file, 'utf8').catch(() => undefined)
  if (present === settings) return
  const draft = `${file}.${process.pid}`
  await writeFile(draft, settings, { mode: 0o600 })
  if (user) await chown(draft, user.uid, user.gid)
  await rename(draft, file)
}

/** Drafts of starts that were killed. The age is taken from two files, so no clock is needed. */
async function removeOldDrafts(folder: string): Promise<void> {
  const probe = join(folder, `.probe-${process.pid}`)
  await writeFile(probe, '')
  const now = (await stat(probe)).mtimeMs
  await rm(probe, { force: true })
  for (const name of await readdir(folder)) {
    if (!name.startsWith('.postgres-') && !name.startsWith('.binaries-')) continue
    const draft = await stat(join(folder, name)).catch(() => undefined)
    if (draft && now - draft.mtimeMs > 60 * 60_000)
      await rm(join(folder, name), { recursive: true, force: true })
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false
    throw error
  }
}
