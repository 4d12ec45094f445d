import { createReadStream, readFileSync, statSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { CommandProblem } from './output.ts'

/** A file that a person named; `-` is standard input. @throws CommandProblem in one plain sentence */
export function readInput(file: string): Buffer {
  try {
    return readFileSync(file === '-' ? 0 : file)
  } catch (error) {
    throw toCommandProblem(file, error)
  }
}

/** The same, read as it is needed. @throws CommandProblem in one plain sentence */
export function openInput(file: string): Readable {
  if (file === '-') return process.stdin
  try {
    if (statSync(file).isDirectory()) throw new CommandProblem(`${file} is a folder; name a file in it.`)
    return createReadStream(file)
  } catch (error) {
    throw toCommandProblem(file, error)
  }
}

function toCommandProblem(file: string, error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOENT') return new CommandProblem(`There is no file ${file}; check its name and folder.`)
  if (code === 'EISDIR') return new CommandProblem(`${file} is a folder; name a file in it.`)
  if (code === 'EACCES') return new CommandProblem(`This user may not read ${file}.`)
  return error
}
