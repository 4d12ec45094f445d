import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export type Child = {
  pid: number
  /** The next line of its output; throws when it ended without one. */
  line(): Promise<string>
  write(line: string): void
  endInput(): void
  /** To the child alone, or to its whole process group as Ctrl-C does. */
  kill(signal: NodeJS.Signals, whom?: 'child' | 'group'): void
  /** Resolves when it has ended, with all lines that were not read yet. */
  ended: Promise<{ lines: string[]; errors: string }>
}

/** Starts `hub-like.ts`. */
export function startHubLike(
  mode: 'open' | 'insert',
  folder: string,
  keep: 'running' | 'stop-with-process',
): Child {
  return startChild(new URL('./hub-like.ts', import.meta.url), [mode, folder, keep])
}

/** Starts a script with the same Node as the tests, in a process group of its own. */
export function startChild(script: URL, options: readonly string[]): Child {
  const child = spawn(process.execPath, [fileURLToPath(script), ...options], {
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const pid = child.pid
  if (pid === undefined) throw new Error(`${process.execPath} did not start`)
  const unread: string[] = []
  const waiting: (() => void)[] = []
  let closed = false
  let errors = ''
  child.stderr.on('data', (chunk) => {
    errors += chunk
  })
  createInterface({ input: child.stdout }).on('line', (line) => {
    unread.push(line)
    waiting.shift()?.()
  })
  const ended = new Promise<{ lines: string[]; errors: string }>((resolve) => {
    child.on('close', () => {
      closed = true
      for (const wake of waiting) wake()
      resolve({ lines: unread, errors })
    })
  })
  return {
    pid,
    ended,
    line: async () => {
      while (unread.length === 0 && !closed) await new Promise<void>((resolve) => waiting.push(resolve))
      const line = unread.shift()
      if (line === undefined) throw new Error(`the child ended: ${errors}`)
      return line
    },
    write: (line) => void child.stdin.write(`${line}\n`),
    endInput: () => void child.stdin.end(),
    kill: (signal, whom = 'child') => void process.kill(whom === 'group' ? -pid : pid, signal),
  }
}
