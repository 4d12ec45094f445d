import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** The checkout's folder. */
export const root = path.dirname(import.meta.dirname)

const NOT_OURS = new Set(['node_modules', 'dist', 'coverage', '.git', '.plimsoll'])

/** Paths, relative to the root and with `/`, of the files in the repository that are still there. */
export const trackedFiles: readonly string[] = listFiles()
  .filter((file) => existsSync(path.join(root, file)))
  .sort()

/** A tracked file's text. */
export function read(file: string): string {
  return readFileSync(path.join(root, file), 'utf8')
}

/** Code that runs in production: no tests and none of what only tests use. */
export function isProductionCode(file: string): boolean {
  const isCode = /^(packages|apps)\/.*\.tsx?$/.test(file)
  return isCode && !/\.test\.tsx?$|\/(testing|conformance|test|dev)\//.test(file)
}

/** Git's list; in a copy without git (an archive), all that lies here but what was installed or built. */
function listFiles(): string[] {
  if (!existsSync(path.join(root, '.git'))) return walk('')
  return execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' }).split('\0').filter(Boolean)
}

function walk(folder: string): string[] {
  return readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (NOT_OURS.has(entry.name)) return []
    const inside = path.posix.join(folder, entry.name)
    return entry.isDirectory() ? walk(inside) : [inside]
  })
}
