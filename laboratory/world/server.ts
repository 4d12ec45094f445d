import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { startTestServer } from '../../packages/database/src/testing/test-server.ts'

/**
 * The real PostgreSQL of a laboratory: without fsync, since nothing in it is worth keeping, and without autovacuum,
 * since that works when it pleases and a plan may follow from it. Each run has a fresh clone of a migrated template,
 * so that rows lie in the same places in every run of a seed.
 */
export type LabServer = {
  /** Creates a database. @returns its connection string */
  clone(): Promise<{ url: string; drop(): Promise<void> }>
  stop(): Promise<void>
}

/** Starts one; or, where the environment names a server (PLIMSOLL_TEST_DATABASE_URL), uses that. */
export async function startLabServer(): Promise<LabServer> {
  const server = await startTestServer()
  const lab = await useLabServer(server)
  return { clone: lab.clone, stop: server.stop }
}

/** The same on a server that runs already, with a migrated template. */
export async function useLabServer(server: {
  url: string
  template: string
}): Promise<Pick<LabServer, 'clone'>> {
  await asAdministrator(server.url, 'alter system set autovacuum = off', 'select pg_reload_conf()')
  return {
    clone: async () => {
      const name = `plimsoll_lab_${randomBytes(6).toString('hex')}`
      await asAdministrator(server.url, `create database ${name} template ${server.template}`)
      const url = new URL(server.url)
      url.pathname = `/${name}`
      return {
        url: url.href,
        drop: () => asAdministrator(server.url, `drop database if exists ${name} with (force)`),
      }
    },
  }
}

async function asAdministrator(url: string, ...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    for (const statement of statements) await client.query(statement)
  } finally {
    await client.end()
  }
}
