import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'

export type Watchdog = { stop(): void }

/**
 * Stops the server when this process ends in any way, `kill -9` included: a shell waits on a pipe from
 * us, which the kernel closes. It looks into `postmaster.pid` first, so that a later server with the
 * same pid, or a stranger, is never hit.
 */
export function startWatchdog(data: string, pid: number): Watchdog {
  const script = `
    read x
    for second in 1 2 3 4 5; do
      kill -0 "$2" || exit 0
      # A server killed in its first instant has no file yet: look again.
      [ "$(head -n 1 "$1")" = "$2" ] && kill -INT "$2" && exit 0
      sleep 1
    done`
  const child: ChildProcess = spawn(
    '/bin/sh',
    ['-c', script, 'plimsoll-watchdog', join(data, 'postmaster.pid'), String(pid)],
    {
      cwd: '/',
      detached: true, // Ctrl-C must not reach it either
      stdio: ['pipe', 'ignore', 'ignore'],
    },
  )
  child.unref()
  // The pipe must not keep our process alive; Node types it without `unref`, although it is a socket.
  if (child.stdin && 'unref' in child.stdin && typeof child.stdin.unref === 'function') child.stdin.unref()
  return { stop: () => void child.kill('SIGKILL') }
}
