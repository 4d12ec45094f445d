import { CommanderError } from 'commander'
import { EXIT, type Explained, explainError } from './cli/output.ts'
import { createProgram } from './cli/program.ts'

/** The command `plimsoll`. */
async function main(args: readonly string[]): Promise<number> {
  let ended: number = EXIT.ok
  const program = createProgram((code) => {
    ended = code
  })
  const isJson = args.includes('--json')
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

process.exitCode = await main(process.argv.slice(2))
