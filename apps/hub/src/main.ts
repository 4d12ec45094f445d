import { runProgram } from './cli/run-program.ts'
import { endWithParent } from './end-with-parent.ts'

endWithParent()
process.exitCode = await runProgram(process.argv.slice(2))
