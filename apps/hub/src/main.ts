import { Command, CommanderError } from 'commander'
import { connectCommand } from './cli/connect.ts'
import { demoCommand } from './cli/demo.ts'
import { doctorCommand } from './cli/doctor.ts'
import { explainCommand } from './cli/explain.ts'
import { importCommand } from './cli/import.ts'
import { migrateCommand } from './cli/migrate.ts'
import { EXIT, explainError } from './cli/output.ts'
import { replayCommand } from './cli/replay.ts'
import { serveCommand } from './cli/serve.ts'
import { simulateCommand } from './cli/simulate.ts'

/** The command `plimsoll`. */
async function main(args: readonly string[]): Promise<number> {
  let exitCode: number = EXIT.ok
  const exit = (code: number) => {
    exitCode = code
  }
  const program = new Command('plimsoll')
    .description('One true stock count, shown by every channel.')
    .version('0.1.0')
    .showHelpAfterError('(see plimsoll --help, or plimsoll COMMAND --help)')
    .addHelpText(
      'after',
      '\nExit codes: 0 done; 1 failed; 2 wrong input, nothing changed; 3 checked and not good; 4 a platform refused or was out of reach.',
    )
    .exitOverride()
  serveCommand(program, exit)
  demoCommand(program, exit)
  connectCommand(program, exit)
  importCommand(program, exit)
  explainCommand(program, exit)
  replayCommand(program, exit)
  doctorCommand(program, exit)
  migrateCommand(program, exit)
  simulateCommand(program, exit)
  for (const command of program.commands) command.exitOverride()

  try {
    await program.parseAsync([...args], { from: 'user' })
    return exitCode
  } catch (error) {
    // Commander has said it already: help, version, or what is wrong with the options.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.badInput
    const { message, exitCode: code } = explainError(error)
    process.stderr.write(`plimsoll: ${message}\n`)
    if (args.includes('--json'))
      process.stdout.write(`${JSON.stringify({ error: message, exitCode: code })}\n`)
    return code
  }
}

process.exitCode = await main(process.argv.slice(2))
