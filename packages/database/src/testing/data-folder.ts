import { rm } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { clusterPaths } from '../embedded/cluster.ts'
import { findPostmaster, isAlive } from '../embedded/postmaster.ts'
import { makeTemporaryFolder } from './test-server.ts'

export type DataFolder = {
  path: string
  /** PostgreSQL's own folder in it. */
  cluster: string
  /** Pid of the server that works on it now. */
  serverPid(): Promise<number | undefined>
  /** Stops the server, if one runs. */
  stop(signal?: NodeJS.Signals): Promise<void>
  remove(): Promise<void>
}

/** A temporary data folder whose server, however it was started, ends with `remove`. */
export async function makeDataFolder(): Promise<DataFolder> {
  const path = await makeTemporaryFolder()
  const cluster = clusterPaths(path).data
  const serverPid = async () => (await findPostmaster(cluster))?.pid
  const stop = async (signal: NodeJS.Signals = 'SIGINT') => {
    const pid = await serverPid()
    if (pid === undefined) return
    process.kill(pid, signal)
    await until(() => !isAlive(pid))
  }
  return {
    path,
    cluster,
    serverPid,
    stop,
    remove: async () => {
      await stop()
      await rm(path, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

/** Waits for something that another process brings about; tests that wait for their own process need no such thing. */
export async function until(holds: () => boolean | Promise<boolean>, maxMs = 40_000): Promise<void> {
  const deadline = performance.now() + maxMs
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`did not come true within ${maxMs} ms: ${holds}`)
    await sleep(10)
  }
}
