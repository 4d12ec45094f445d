import { repeat, type Timing } from '../clock.ts'
import { fileProblem, messageOf } from '../errors.ts'
import { type Binaries, prepareBinaries } from './binaries.ts'
import { type Cluster, clusterPaths, openCluster, superuser } from './cluster.ts'
import { findPostmaster } from './postmaster.ts'
import { findServerUser, makeDatabaseFolder } from './server-user.ts'
import { startServer, stopServer } from './start-server.ts'

export type EmbeddedOptions = {
  dataFolder: string
  keep: 'running' | 'stop-with-process'
  fsync: boolean
  timing: Timing
  log: (line: string) => void
  /** Tests hand in a copy of the platform's package, for example one without its library links. */
  packageFolder?: string
}

export type EmbeddedDatabase = {
  /** Where the files are: the data folder, or elsewhere when root's server could not reach it. */
  folder: string
  pid(): number
  /** Connection string of the given database on it; the port may change when the server had to be restarted. */
  url(database: string): string
  close(): Promise<void>
}

/**
 * Starts or adopts the PostgreSQL of a data folder and, while open, starts it again when it dies.
 * @throws DatabaseProblem what hinders the start, and its cure
 */
export async function openEmbedded(options: EmbeddedOptions): Promise<EmbeddedDatabase> {
  const folder = await makeDatabaseFolder(options.dataFolder, options.log)
  const user = await findServerUser(clusterPaths(folder).data)
  const source = options.packageFolder === undefined ? {} : { packageFolder: options.packageFolder }
  const binaries = await prepareBinaries({ copyTo: folder, user, log: options.log, ...source })
  const cluster = await openCluster({ databaseFolder: folder, binaries, user, sync: options.fsync })
  return supervise(folder, cluster, binaries, options)
}

async function supervise(
  folder: string,
  cluster: Cluster,
  binaries: Binaries,
  options: EmbeddedOptions,
): Promise<EmbeddedDatabase> {
  const start = async () => {
    const endWithProcess = options.keep === 'stop-with-process'
    try {
      return await startServer(cluster, binaries, { ...options, endWithProcess })
    } catch (error) {
      throw fileProblem(error, `starting the database in ${cluster.folder}`)
    }
  }
  let server = await start()
  let problem: string | undefined

  const watch = repeat(500, async () => {
    try {
      if ((await findPostmaster(cluster.data))?.pid === server.pid) return
      options.log('database: the embedded PostgreSQL is gone; starting it again')
      const next = await start()
      server.watchdog?.stop()
      server = next
      problem = undefined
    } catch (error) {
      // Said once, tried on: a full disk may be freed at any moment.
      if (problem !== messageOf(error)) options.log(`database: ${messageOf(error)}`)
      problem = messageOf(error)
    }
  })

  return {
    folder,
    pid: () => server.pid,
    url: (database) => `postgres://${superuser}:${cluster.password}@127.0.0.1:${server.port}/${database}`,
    close: async () => {
      await watch.stop()
      if (!server.adopted && options.keep === 'stop-with-process') {
        await stopServer(cluster, server.pid, options.timing)
      }
      server.watchdog?.stop()
    },
  }
}
