import { spawn } from 'node:child_process'
import { open, readFile, statfs, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { Timing } from '../clock.ts'
import { DatabaseProblem, fileProblem } from '../errors.ts'
import type { Binaries } from './binaries.ts'
import { type Cluster, serverEnvironment } from './cluster.ts'
import {
  findPostmaster,
  isAlive,
  type Postmaster,
  removeEmptyPidFile,
  removeStalePidFile,
} from './postmaster.ts'
import { prepareLog, problemFromLog, readLogFrom, retryFromLog } from './server-log.ts'
import { startWatchdog, type Watchdog } from './watchdog.ts'

export type RunningServer = {
  pid: number
  port: number
  /** Somebody else started it, so it is theirs to stop. */
  adopted: boolean
  watchdog: Watchdog | undefined
}

export type StartOptions = {
  /** Let a watchdog end the server with this process, if this process starts it. */
  endWithProcess: boolean
  fsync: boolean
  timing: Timing
  log: (line: string) => void
}

/** Recovery of a big cluster on a slow disk takes its time; a start that says nothing for this long has failed. */
const startMaxMs = 120_000
const pauseMs = 20

/**
 * Brings the cluster's server up, or adopts the one that runs. Any number of processes may call it at
 * once: PostgreSQL's own lock file lets one server win, and the losers adopt it.
 */
export async function startServer(
  cluster: Cluster,
  binaries: Binaries,
  options: StartOptions,
): Promise<RunningServer> {
  const { timing, log } = options
  const deadline = timing.nowMs() + startMaxMs
  let port = await lastPort(cluster)
  let started: Started | undefined
  let emptyLockFiles = 0
  for (;;) {
    const running = await awaitReady(cluster, timing, deadline)
    if (running) {
      await rememberPort(cluster, running.port)
      const adopted = started?.pid !== running.pid
      if (adopted) started?.watchdog?.stop()
      return {
        pid: running.pid,
        port: running.port,
        adopted,
        watchdog: adopted ? undefined : started?.watchdog,
      }
    }
    if (timing.nowMs() > deadline)
      throw new DatabaseProblem('cannot-start', 'The server did not come up in time.')
    if (await removeStalePidFile(cluster.data))
      log('database: removed a postmaster.pid that named a stranger')

    const outcome = await spawnServer(cluster, binaries, { ...options, port: await freePort(port), deadline })
    started = typeof outcome === 'string' ? undefined : outcome
    if (typeof outcome !== 'string') continue
    const failed = outcome
    const retry = retryFromLog(failed)
    if (retry === undefined) throw await problemOfStart(cluster, failed)
    if (retry === 'port-taken') port = undefined
    // A starting server's file is empty for an instant; one that stays so belongs to nobody.
    if (retry === 'empty-lock-file' && ++emptyLockFiles >= 20) await removeEmptyPidFile(cluster.data)
    await timing.sleep(pauseMs)
  }
}

/** Waits while a server is starting or stopping; gives it once it is ready, `undefined` once there is none. */
async function awaitReady(
  cluster: Cluster,
  timing: Timing,
  deadline: number,
): Promise<Postmaster | undefined> {
  for (;;) {
    const found = await findPostmaster(cluster.data)
    if (!found || found.status === 'ready') return found
    if (timing.nowMs() > deadline) return undefined
    await timing.sleep(pauseMs)
  }
}

type Started = { pid: number; watchdog: Watchdog | undefined }

/** Starts the server and gives it once it is ready, else the text that it wrote into its log before it gave up. */
async function spawnServer(
  cluster: Cluster,
  binaries: Binaries,
  options: StartOptions & { port: number; deadline: number },
): Promise<Started | string> {
  const { timing, deadline } = options
  const position = await prepareLog(cluster.log)
  const logFile = await open(cluster.log, 'a', 0o600).catch((error) => {
    throw fileProblem(error, `writing ${cluster.log}`)
  })
  const args = ['-D', cluster.data, '-p', String(options.port)]
  if (!options.fsync)
    args.push('-c', 'fsync=off', '-c', 'synchronous_commit=off', '-c', 'full_page_writes=off')
  // Detached: Ctrl-C goes to the whole process group, and the server must outlast a hub that is draining.
  const child = spawn(binaries.postgres, args, {
    cwd: '/',
    env: serverEnvironment(),
    detached: true,
    stdio: ['ignore', logFile.fd, logFile.fd],
    ...cluster.user,
  })
  let gone = false
  let failure: unknown
  child.on('error', (error) => {
    failure = fileProblem(error, `running ${binaries.postgres}`)
  })
  child.on('exit', () => {
    gone = true
  })
  child.unref()
  const { pid } = child
  // From the first instant, or a process killed during the start would leave a server behind.
  const watchdog = options.endWithProcess && pid !== undefined ? startWatchdog(cluster.data, pid) : undefined
  let ready = false
  try {
    for (;;) {
      if (failure !== undefined) throw failure
      if (gone) return await readLogFrom(cluster.log, position)
      const found = await findPostmaster(cluster.data)
      ready = found !== undefined && found.pid === pid && found.status === 'ready'
      if (ready && pid !== undefined) return { pid, watchdog }
      if (timing.nowMs() > deadline) return await readLogFrom(cluster.log, position)
      await timing.sleep(pauseMs)
    }
  } finally {
    if (!ready && gone) watchdog?.stop()
    await logFile.close()
  }
}

/** On a full disk the server cannot even write why it gave up. */
async function problemOfStart(cluster: Cluster, text: string): Promise<DatabaseProblem> {
  const { bavail, bsize } = await statfs(cluster.folder)
  if (bavail * bsize >= 64_000) return problemFromLog('PostgreSQL did not start', text)
  return new DatabaseProblem(
    'disk-full',
    `PostgreSQL did not start: the disk that holds ${cluster.folder} is full.`,
  )
}

/** The port of last time where it is free, so that hubs with connections to it find a restarted server again. */
async function freePort(wanted: number | undefined): Promise<number> {
  const tryListen = (port: number) =>
    new Promise<number | undefined>((resolve) => {
      const server = createServer()
      server.once('error', () => resolve(undefined))
      server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
        const address = server.address()
        server.close(() => resolve(typeof address === 'object' && address ? address.port : undefined))
      })
    })
  const port = (wanted === undefined ? undefined : await tryListen(wanted)) ?? (await tryListen(0))
  if (port === undefined) throw new DatabaseProblem('cannot-start', 'No free port on 127.0.0.1.')
  return port
}

async function lastPort(cluster: Cluster): Promise<number | undefined> {
  const port = Number(await readFile(join(cluster.folder, 'port'), 'utf8').catch(() => ''))
  return port > 0 && port < 65_536 ? port : undefined
}

async function rememberPort(cluster: Cluster, port: number): Promise<void> {
  if ((await lastPort(cluster)) !== port) await writeFile(join(cluster.folder, 'port'), `${port}\n`)
}

/** Ends the server cleanly: open transactions are rolled back, committed ones are on disk. */
export async function stopServer(cluster: Cluster, pid: number, timing: Timing): Promise<void> {
  const deadline = timing.nowMs() + 30_000
  const found = await findPostmaster(cluster.data)
  if (found?.pid !== pid) return
  process.kill(pid, 'SIGINT')
  while (isAlive(pid) && timing.nowMs() < deadline) {
    // A server of ours that ended stays visible as a child until Node has reaped it; its file goes first.
    if ((await findPostmaster(cluster.data))?.pid !== pid) return
    await timing.sleep(pauseMs)
  }
}
