import { CommanderError } from 'commander'
import { EXIT, type Explained, explainError } from './output.ts'
import { createProgram } from './program.ts'

/** The command `plimsoll`: runs what the arguments say, prints, and gives the exit code. */
export async function runProgram(args: readonly string[]): Promise<number> {
  let ended: number = EXIT.ok
  const program = createProgram((code) => {
    ended = code
  })
  const isJson = args.includes('--json')
  // Whoever reads has read enough, as `| head` has: the rest is said to nobody.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit(ended)
  })
  try {
    await program.parseAsync([...args], { from: 'user' })
    return ended
  } catch (error) {
    // Commander has said it already: help, version, or what is wrong with the options.
    const isUsage = error instanceof CommanderError
    if (isUsage && error.exitCode === 0) return EXIT.ok
    const { message, exitCode, ...named }: Explained = isUsage
      ? { message: error.message.replace(/^error: /, ''), exitCode: EXIT.badInput }
      : explainError(error)
    if (!isUsage) process.stderr.write(`plimsoll: ${message}\n`)
    if (isJson) process.stdout.write(`${JSON.stringify({ error: message, exitCode, ...named })}\n`)
    return exitCode
  }
}
