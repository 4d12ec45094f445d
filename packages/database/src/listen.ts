import pg from 'pg'
import { TimedOut, type Timing, within } from './clock.ts'
import { messageOf } from './errors.ts'

export type Listener = { stop(): Promise<void> }

export type ListenOptions = {
  /** How often the connection is asked whether it lives, and how long it may take to answer; both 5 s by default. */
  keepaliveMs?: number
}

type Options = ListenOptions & {
  url(): string
  channel: string
  onNotify(payload: string): void
  /** Called after each new connection but the first: what was notified in between is lost, so poll now. */
  onReconnect(): void
  timing: Timing
  log(line: string): void
}

/**
 * LISTENs on a connection of its own. A connection that broke or went silent (a half-open socket: the
 * other side is gone and nobody said so) is made again, with a growing pause.
 * @throws whatever hinders the first connection
 */
export async function listenOn(options: Options): Promise<Listener> {
  const keepaliveMs = options.keepaliveMs ?? 5_000
  const stopping = new AbortController()
  let client = await connect(options, keepaliveMs)

  const loop = (async () => {
    while (!stopping.signal.aborted) {
      const why = await watch(client, keepaliveMs, options.timing, stopping.signal)
      drop(client)
      if (stopping.signal.aborted) return
      options.log(
        `database: lost the connection that listens to ${options.channel} (${why}); connecting again`,
      )
      const next = await connectAgain(options, keepaliveMs, stopping.signal)
      if (!next) return
      client = next
      options.onReconnect()
    }
  })()

  return {
    stop: async () => {
      stopping.abort()
      await loop
      drop(client)
    },
  }
}

/** @param signal drops it while it is being made: a silent server would keep whoever stops waiting */
async function connect(options: Options, timeoutMs: number, signal?: AbortSignal): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: options.url(),
    application_name: `plimsoll listen ${options.channel}`,
    connectionTimeoutMillis: Math.max(timeoutMs, 1_000),
    keepAlive: true,
  })
  client.on('notification', (message) => options.onNotify(message.payload ?? ''))
  client.on('error', () => undefined) // `watch` notices by 'end' or by the keepalive
  const give = () => drop(client)
  signal?.addEventListener('abort', give, { once: true })
  try {
    await client.connect()
    await within(timeoutMs, client.query(`listen ${client.escapeIdentifier(options.channel)}`))
    return client
  } catch (error) {
    drop(client)
    throw error
  } finally {
    signal?.removeEventListener('abort', give)
  }
}

async function connectAgain(
  options: Options,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<pg.Client | undefined> {
  for (let pauseMs = 50; !signal.aborted; pauseMs = Math.min(pauseMs * 2, 1_000)) {
    try {
      const client = await connect(options, timeoutMs, signal)
      if (!signal.aborted) return client
      drop(client)
    } catch (error) {
      if (signal.aborted) return undefined
      options.log(`database: cannot listen to ${options.channel} yet (${messageOf(error)})`)
      await pause(options.timing, pauseMs, signal)
    }
  }
  return undefined
}

/** Resolves with the reason when the connection has ended, or has not answered in time, or when told to stop. */
async function watch(
  client: pg.Client,
  keepaliveMs: number,
  timing: Timing,
  signal: AbortSignal,
): Promise<string> {
  let ended = false
  const end = new Promise<void>((resolve) => {
    client.once('end', () => {
      ended = true
      resolve()
    })
  })
  while (!signal.aborted && !ended) {
    await Promise.race([end, pause(timing, keepaliveMs, signal)])
    if (signal.aborted || ended) break
    try {
      await Promise.race([within(keepaliveMs, client.query('select 1')), stopped(signal)])
    } catch (error) {
      return error instanceof TimedOut ? 'it went silent' : messageOf(error)
    }
  }
  return 'it was closed'
}

function pause(timing: Timing, ms: number, signal: AbortSignal): Promise<void> {
  return Promise.race([timing.sleep(ms, signal), stopped(signal)])
}

function stopped(signal: AbortSignal): Promise<void> {
  return new Promise<void>((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

/** Lets go at once: `end` would wait for an answer that a silent connection never gives. */
function drop(client: pg.Client): void {
  client.connection.stream.destroy()
}
