import { spawn } from 'node:child_process'
import { constants } from 'node:os'

/** One signal, sent to a whole process group and passed on by npm too, arrives several times: once is enough. */
const SAME_SIGNAL_MS = 500
/** How soon we notice that whoever started us is gone. */
const ORPHAN_CHECK_MS = 250

/**
 * Runs a program to its end on our own stdin, stdout and stderr, passing signals on to it and ending it when our own parent ends.
 * @returns its exit code, or 128 + the number of the signal that ended it, as a shell would say
 */
export function runToEnd(file, args, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: 'inherit', ...options })
    const passedOnAt = {}
    const passOn = (signal) => {
      // Ctrl-C in a terminal reaches the child by itself; a second one would ask it to stop without cleaning up.
      if (signal === 'SIGINT' && process.stdin.isTTY) return
      if (performance.now() - (passedOnAt[signal] ?? Number.NEGATIVE_INFINITY) < SAME_SIGNAL_MS) return
      passedOnAt[signal] = performance.now()
      child.kill(signal)
    }
    const signals = process.platform === 'win32' ? ['SIGINT', 'SIGTERM'] : ['SIGINT', 'SIGTERM', 'SIGHUP']
    for (const signal of signals) process.on(signal, passOn)
    // npm passes a signal on to the shell between us, which dies of it without a word to us.
    const parent = process.ppid
    const orphanCheck = setInterval(() => {
      if (process.ppid === parent) return
      clearInterval(orphanCheck)
      passOn('SIGTERM')
    }, ORPHAN_CHECK_MS)
    const letGo = () => {
      clearInterval(orphanCheck)
      for (const signal of signals) process.off(signal, passOn)
    }
    child.on('error', (error) => {
      letGo()
      reject(error)
    })
    child.on('close', (code, signal) => {
      letGo()
      resolve(code ?? 128 + (constants.signals[signal] ?? 0))
    })
  })
}
