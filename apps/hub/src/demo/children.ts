import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url))

/** A `plimsoll` command in a process of its own, which has said in one JSON line that it is ready. */
export type Child = {
  name: string
  process: ChildProcess
  /** Its JSON line. */
  ready: unknown
  /** Resolves when it has ended, however: with what it ended by, and the last that it said. */
  ended: Promise<Ending>
}

/** `by`: its exit code, or the signal that ended it. */
export type Ending = { by: number | string; lastLines: readonly string[] }

/**
 * Starts a command and waits until it says that it is ready. Its log goes to ours, line by line. It ends by itself once
 * we are gone, however we went.
 */
export async function startChild(
  name: string,
  args: readonly string[],
  options: { environment: NodeJS.ProcessEnv; onLog: (line: string) => void },
): Promise<Child> {
  const process_ = spawn(process.execPath, [MAIN, ...args], {
    // The channel closes with us: by that the child knows.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: options.environment,
    // Ctrl-C reaches the whole group: children must end when the demo says so, in its order.
    detached: true,
  })
  const { stdout, stderr } = process_
  if (stdout === null || stderr === null) throw new Error(`${name} has no pipes to it`)
  process_.channel?.unref()
  const log: string[] = []
  const ended = new Promise<Ending>((resolve) =>
    // All that it said has been read by then.
    process_.once('close', (code, signal) => resolve({ by: code ?? signal ?? 0, lastLines: log.slice(-5) })),
  )
  createInterface({ input: stderr }).on('line', (line) => {
    log.push(line)
    if (log.length > 50) log.shift()
    options.onLog(`${name}: ${line}`)
  })
  const lines = createInterface({ input: stdout })
  const ready = await new Promise<unknown>((resolve, reject) => {
    lines.on('line', (line) => {
      if (line.startsWith('{')) resolve(JSON.parse(line))
    })
    process_.once('exit', (code) =>
      reject(new Error(`${name} ended with code ${code} before it was ready:\n${log.join('\n')}`)),
    )
    process_.once('error', reject)
  })
  return { name, process: process_, ready, ended }
}

/** Asks a child to stop and waits for it; kills it when it takes too long. */
export async function stopChild(
  child: Child,
  wait: { ms: number; sleep(ms: number, signal: AbortSignal): Promise<void> },
): Promise<void> {
  if (child.process.exitCode !== null || child.process.signalCode !== null) return
  child.process.kill('SIGTERM')
  const stopped = new AbortController()
  const late = wait.sleep(wait.ms, stopped.signal).then(
    () => child.process.kill('SIGKILL'),
    () => undefined, // it ended in time
  )
  await child.ended
  stopped.abort()
  await late
}
