import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { runProgram } from '../cli/run-program.ts'

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url))

export type Ended = { code: number | null; stdout: string; stderr: string }
export type RunOptions = { input?: string; environment?: Record<string, string> }

/** Runs `plimsoll` as a person's shell would, in a process of its own, to its end. */
export async function runCli(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  return await startRaw(args, options).ended
}

/**
 * Runs `plimsoll` in this process, for commands that need none of their own: a tenth of the time, and one at a time.
 * What a process alone can show is for `runCli`: that it ends, its input, its signals, its environment.
 */
export async function runHere(args: readonly string[]): Promise<Ended> {
  const said = { stdout: '', stderr: '' }
  const { stdout, stderr } = process
  const before = { stdout: stdout.write, stderr: stderr.write }
  const heard = new Set(stdout.listeners('error'))
  const hear = (stream: keyof typeof said) => (text: string | Uint8Array) => {
    said[stream] += String(text)
    return true
  }
  stdout.write = hear('stdout')
  stderr.write = hear('stderr')
  try {
    const code = await runProgram(args)
    return { code, ...said }
  } finally {
    stdout.write = before.stdout
    stderr.write = before.stderr
    // A process that ends takes them with it; here they would pile up until Node warns of a leak.
    for (const listener of stdout.listeners('error').filter((each) => !heard.has(each)))
      stdout.off('error', listener as (error: Error) => void)
  }
}

/** Starts `plimsoll` with its input, for tests that do something while it runs. */
export function startRaw(args: readonly string[], options: RunOptions = {}) {
  const started = start(args, options)
  started.process.stdin?.end(options.input ?? '')
  return started
}

export type RunningCli = {
  process: ChildProcess
  /** The JSON line with which it says that it is ready. */
  ready: Record<string, unknown>
  /** Its output so far. */
  stderr(): string
  stop(signal?: NodeJS.Signals): Promise<Ended>
}

/** Starts a command that runs until it is told to stop, and waits until it is ready. */
export async function startCli(args: readonly string[], options: RunOptions = {}): Promise<RunningCli> {
  const started = start(args, options)
  started.process.stdin?.end()
  const { stdout } = started.process
  if (stdout === null) throw new Error('the command has no output')
  const ready = new Promise<Record<string, unknown>>((resolve) => {
    createInterface({ input: stdout }).on('line', (line) => {
      if (line.startsWith('{')) resolve(JSON.parse(line))
    })
  })
  const early = started.ended.then(({ code, stderr }) => {
    throw new Error(`plimsoll ${args.join(' ')} ended with ${code} before it was ready:\n${stderr}`)
  })
  early.catch(() => undefined) // it ends after it was ready, too
  return {
    process: started.process,
    ready: await Promise.race([ready, early]),
    stderr: started.stderr,
    stop: async (signal = 'SIGTERM') => {
      started.process.kill(signal)
      return await started.ended
    },
  }
}

function start(args: readonly string[], { environment = {} }: RunOptions) {
  // What the shell that runs the tests says of a hub must not reach this one.
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(PLIMSOLL_|DATABASE_URL|VITEST|NODE_OPTIONS)/.test(name),
  )
  const child = spawn(process.execPath, [MAIN, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...Object.fromEntries(inherited), ...environment },
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const ended = once(child, 'close').then(([code]): Ended => ({ code, stdout, stderr }))
  return { process: child, ended, stderr: () => stderr }
}

/** The JSON object on the last line of what a command printed. */
export function lastJson({ stdout }: Ended): Record<string, unknown> {
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
}
