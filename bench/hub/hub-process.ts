import { type ChildProcess, spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { createInterface } from 'node:readline'

const main = path.join(import.meta.dirname, '../../apps/hub/src/main.ts')

export type HubProcess = {
  url: string
  /** Resident memory now, and the most it has been, in MiB; undefined where the system does not tell. */
  memoryMiB(): Promise<{ now: number; peak: number } | undefined>
  stop(): Promise<void>
}

/** Starts a hub of its own process on a database: the real thing, as `plimsoll serve` does it. */
export async function startHubProcess(options: {
  databaseUrl: string
  dataFolder: string
  role: 'api' | 'api,worker'
  /** How many times as fast as the machine's its clock runs; as fast, unless given. */
  clockFactor?: number
}): Promise<HubProcess> {
  const { clockFactor } = options
  const clock = clockFactor === undefined ? [] : ['--demo-clock', `${clockFactor}@${Date.now()}`]
  const child = spawn(
    process.execPath,
    [main, 'serve', '--port', '0', '--role', options.role, '--data', options.dataFolder, '--json', ...clock],
    { env: { ...process.env, DATABASE_URL: options.databaseUrl }, stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const url = await firstUrl(child)
  return {
    url,
    memoryMiB: () => readMemory(child),
    stop: async () => {
      child.kill('SIGTERM')
      await ended
    },
  }
}

async function firstUrl(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('its output is a pipe')
  for await (const line of createInterface({ input: child.stdout })) {
    const ready = JSON.parse(line) as { url?: string; error?: string }
    if (ready.url === undefined) throw new Error(`the hub did not start: ${ready.error ?? line}`)
    return ready.url
  }
  throw new Error('the hub ended before it was ready')
}

async function readMemory(child: ChildProcess): Promise<{ now: number; peak: number } | undefined> {
  if (process.platform !== 'linux') return undefined
  const status = await readFile(`/proc/${child.pid}/status`, 'utf8')
  const kib = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1])
  return { now: Math.round(kib('VmRSS') / 1024), peak: Math.round(kib('VmHWM') / 1024) }
}
