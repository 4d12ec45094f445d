import { spawn } from 'node:child_process'
import { open, readFile, writeFile } from 'node:fs/promises'
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

export type RunningServer = { pid: number; port: number; adopted: boolean }

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
  options: { fsync: boolean; timing: Timing; log: (line: string) => void },
): Promise<RunningServer> {
  const { timing, log } = options
  const deadline = timing.nowMs() + startMaxMs
  let port = await lastPort(cluster)
  let adopted = true
  let emptyLockFiles = 0
  for (;;) {
    const running = await awaitReady(cluster, timing, deadline)
    if (running) {
      await rememberPort(cluster, running.port)
      return { pid: running.pid, port: running.port, adopted }
    }
    if (timing.nowMs() > deadline)
      throw new DatabaseProblem('cannot-start', 'The server did not come up in time.')
    if (await removeStalePidFile(cluster.data))
      log('database: removed a postmaster.pid that named a stranger')

    const failed = await spawnServer(cluster, binaries, await freePort(port), options.fsync, timing, deadline)
    adopted = failed !== undefined
    if (failed === undefined) continue
    const retry = retryFromLog(failed)
    if (retry === undefined) throw problemFromLog('PostgreSQL did not start', failed)
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

/** Starts the server; `undefined` once it is ready, else what it wrote into its log before it gave up. */
async function spawnServer(
  cluster: Cluster,
  binaries: Binaries,
  port: number,
  fsync: boolean,
  timing: Timing,
  deadline: number,
): Promise<string | undefined> {
  const position = await prepareLog(cluster.log)
  const logFile = await open(cluster.log, 'a', 0o600).catch((error) => {
    throw fileProblem(error, `writing ${cluster.log}`)
  })
  const args = ['-D', cluster.data, '-p', String(port)]
  if (!fsync) args.push('-c', 'fsync=off', '-c', 'synchronous_commit=off', '-c', 'full_page_writes=off')
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
  try {
    for (;;) {
      if (failure !== undefined) throw failure
      if (gone) return await readLogFrom(cluster.log, position)
      const found = await findPostmaster(cluster.data)
      if (found?.pid === child.pid && found?.status === 'ready') return undefined
      if (timing.nowMs() > deadline) return await readLogFrom(cluster.log, position)
      await timing.sleep(pauseMs)
    }
  } finally {
    await logFile.close()
  }
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
