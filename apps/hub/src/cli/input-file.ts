import { readFileSync } from 'node:fs'
import { CommandProblem } from './output.ts'

/** A file that a person named; `-` is standard input. @throws CommandProblem in one plain sentence */
export function readInput(file: string): Buffer {
  try {
    return readFileSync(file === '-' ? 0 : file)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT') throw new CommandProblem(`There is no file ${file}; check its name and folder.`)
    if (code === 'EISDIR') throw new CommandProblem(`${file} is a folder; name a file in it.`)
    if (code === 'EACCES') throw new CommandProblem(`This user may not read ${file}.`)
    throw error
  }
}
