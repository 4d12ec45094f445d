import pg from 'pg'
import { repeat, type Timing } from './clock.ts'

/**
 * Finds connections that went silent: half-open, so that nobody resets them and nothing answers. A statement may rightly
 * take minutes, so that time alone tells nothing: of one that has heard nothing for a while the server is asked, over a
 * connection of its own, whether it is at work on it. If it is not, the answer will never come, and the connection is
 * dropped; whoever waits gets an error that `isTransient` knows.
 *
 * Without this a process whose network swallows one answer stands still until the driver's own limit, two minutes later,
 * and with it the heartbeat of its leases.
 */
export type SilenceWatch = {
  /** A connection begins to be made. */
  made(client: pg.ClientBase): void
  /** @param pid of its backend; undefined: not known, and then silence alone has to do */
  add(client: pg.ClientBase, pid: number | undefined): void
  /** Drops whatever is left, also what is only being made: nobody waits for it any more. */
  dropAll(): void
  stop(): Promise<void>
}

export type SilenceOptions = {
  url(): string
  timing: Timing
  log(line: string): void
}

const LOOKS_MS = 1_000
/** Heard nothing for this long: the server is asked. */
const SUSPECT_MS = 3_000
/** The server itself does not answer, and nothing was heard for this long: whatever it does, it does not reach us. */
const DROPPED_MS = 12_000
const ASKED_MS_MAX = 3_000

/** What we use of the driver's client beyond its types: a test fails where an upgrade changes it. */
type Inside = {
  readyForQuery?: boolean
  connection: { stream: { bytesRead?: number; destroyed: boolean; destroy(): void } }
}

type Watched = { client: Inside; pid: number | undefined; bytesRead: number; heardMs: number }

export function watchSilence({ url, timing, log }: SilenceOptions): SilenceWatch {
  const watched = new Set<Watched>()
  const all = new Set<Inside>()

  const look = async () => {
    const nowMs = timing.nowMs()
    for (const each of watched) hear(each, nowMs)
    const suspects = [...watched].filter(({ heardMs }) => nowMs - heardMs >= SUSPECT_MS)
    if (suspects.length === 0) return
    const working = await findWorking(suspects)
    const thenMs = timing.nowMs()
    for (const suspect of suspects) {
      // An answer may have come while the server was asked, or have waited in our own queue all the while.
      hear(suspect, thenMs)
      const silentMs = thenMs - suspect.heardMs
      const isDead = working === undefined ? silentMs >= DROPPED_MS : isUnworked(suspect, working, silentMs)
      if (silentMs >= SUSPECT_MS && isDead) drop(suspect, silentMs)
    }
  }

  /** @returns pids of suspects that the server works on now; undefined: it did not answer */
  const findWorking = async (suspects: readonly Watched[]): Promise<ReadonlySet<number> | undefined> => {
    const pids = suspects.flatMap(({ pid }) => pid ?? [])
    try {
      return await askServer(url(), pids)
    } catch {
      return undefined // it is away, or as silent as the suspects are: their own time decides
    }
  }

  const drop = (dead: Watched, silentMs: number) => {
    log(`database: a connection went silent for ${Math.round(silentMs)} ms and is dropped`)
    watched.delete(dead)
    dead.client.connection.stream.destroy()
  }

  const watch = repeat(LOOKS_MS, look)
  return {
    made(client) {
      const inside = client as unknown as Inside
      all.add(inside)
      client.once('end', () => all.delete(inside))
    },
    add(client, pid) {
      const inside = client as unknown as Inside
      const { stream } = inside.connection
      const each = { client: inside, pid, bytesRead: stream.bytesRead ?? 0, heardMs: timing.nowMs() }
      watched.add(each)
      client.once('end', () => watched.delete(each))
    },
    dropAll() {
      for (const { connection } of all) connection.stream.destroy()
      watched.clear()
    },
    stop: () => watch.stop(),
  }
}

/** One that waits for nothing cannot be silent. */
function hear(each: Watched, nowMs: number): void {
  const { readyForQuery, connection } = each.client
  const bytesRead = connection.stream.bytesRead ?? 0
  if (readyForQuery !== false || bytesRead !== each.bytesRead) each.heardMs = nowMs
  each.bytesRead = bytesRead
}

function isUnworked({ pid }: Watched, working: ReadonlySet<number>, silentMs: number): boolean {
  return pid === undefined ? silentMs >= DROPPED_MS : !working.has(pid)
}

/** Which of these backends are at work, or were a moment ago. One that waits for us to read what it sent is not. */
async function askServer(connectionString: string, pids: readonly number[]): Promise<Set<number>> {
  const client = new pg.Client({
    connectionString,
    application_name: 'plimsoll silence',
    connectionTimeoutMillis: ASKED_MS_MAX,
    query_timeout: ASKED_MS_MAX,
  })
  client.on('error', () => undefined) // what was asked fails by itself
  try {
    await client.connect()
    const { rows } = await client.query<{ pid: number }>(
      `select pid from pg_stat_activity
      where pid = any($1::int[])
        and (state is null
          or state in ('active', 'fastpath function call') and wait_event is distinct from 'ClientWrite'
          or state_change > clock_timestamp() - interval '2 seconds')`,
      [pids],
    )
    return new Set(rows.map(({ pid }) => pid))
  } finally {
    // Not `end`: that waits for an answer, which a silent server never gives.
    client.connection.stream.destroy()
  }
}
