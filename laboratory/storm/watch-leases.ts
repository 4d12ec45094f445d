import pg from 'pg'
import { systemTiming } from '../../packages/database/src/clock.ts'
import type { Hub } from './hub-fleet.ts'
import type { LeaseRow, LeaseWatch } from './lease-watch.ts'
import type { Weather } from './weather.ts'
import type { StormWorld } from './world.ts'

const LOOKS_MS = 250
/** A process that has just started or thawed is owed this long to find its feet. */
const WELL_MS = 5_000

/** Reads who works what, past every proxy, until told to stop. */
export async function watchLeases(
  world: StormWorld,
  weather: Weather,
  watch: LeaseWatch,
  signal: AbortSignal,
): Promise<void> {
  let client: pg.Client | undefined
  let upSinceMs = performance.now()
  while (!signal.aborted) {
    let rows: LeaseRow[] | undefined
    try {
      client ??= await open(world)
      rows = await read(client, world.organizationId)
    } catch {
      // The server is away, which is the weather's doing.
      client?.connection.stream.destroy()
      client = undefined
      upSinceMs = performance.now()
    }
    const nowMs = performance.now()
    const isServerWell = world.server.isUp && !world.server.hasFrozen && nowMs - upSinceMs > WELL_MS
    const isAnyoneWell = world.fleet.hubs.some((hub) => isWell(hub, nowMs))
    watch.look(rows, isServerWell && isAnyoneWell && !weather.ailsDatabaseLink, nowMs)
    await systemTiming.sleep(LOOKS_MS, signal)
  }
  await client?.end().catch(() => undefined) // it went away at the same moment
}

function isWell({ roles, isFrozen, wellSinceMs }: Hub, nowMs: number): boolean {
  return roles.includes('worker') && !isFrozen && nowMs - wellSinceMs > WELL_MS
}

async function open(world: StormWorld): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: world.server.url(),
    connectionTimeoutMillis: 2_000,
    query_timeout: 3_000,
  })
  client.on('error', () => undefined) // the next look finds it
  await client.connect()
  return client
}

/** Valid by the hubs' own clock, which is this machine's. */
async function read(client: pg.Client, organizationId: string): Promise<LeaseRow[]> {
  const { rows } = await client.query<{ connectionId: string; name: string | null; expiresAt: Date }>(
    `select lease.connection_id as "connectionId", name, lease.expires_at as "expiresAt"
    from lease left join hub_process on hub_process.organization_id = lease.organization_id and process_id = holder
    where lease.organization_id = $1 order by 1`,
    [organizationId],
  )
  return rows.map(({ connectionId, name, expiresAt }) => ({
    connectionId,
    pid: Number(name?.split(':').at(-1) ?? 0),
    isValid: expiresAt.getTime() > Date.now(),
  }))
}
