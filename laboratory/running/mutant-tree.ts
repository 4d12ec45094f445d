import { execFileSync, spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

export const root = path.resolve(import.meta.dirname, '../..')
export const mutantsFolder = path.join(root, 'laboratory', 'mutants')

/** The mutants' names, in order. */
export function listMutants(): string[] {
  return readdirSync(mutantsFolder)
    .filter((file) => file.endsWith('.patch'))
    .map((file) => file.replace(/\.patch$/, ''))
    .sort()
}

/** The seed that caught it when somebody last looked, noted above the patch as `Seed: 12`: it is tried first. */
export function likeliestSeedOf(name: string): string | undefined {
  return /^Seed: (\d+)$/m.exec(readFileSync(path.join(mutantsFolder, `${name}.patch`), 'utf8'))?.[1]
}

/** @returns why the patch does not apply to the code as it is now; undefined: it does */
export function whyNotApplicable(name: string, folder = root): string | undefined {
  const patch = path.join(mutantsFolder, `${name}.patch`)
  const { status, stderr } = spawnSync('git', ['apply', '--check', patch], { cwd: folder, encoding: 'utf8' })
  return status === 0 ? undefined : stderr.trim()
}

const COPIED = ['packages', 'laboratory', 'package.json', 'tsconfig.json']

/**
 * A copy of the code with one mutant's patch applied. What was installed is linked and not copied, but for our own
 * packages, which must be found in the copy.
 */
export function makeMutantTree(name: string): { folder: string; remove(): void } {
  const folder = mkdtempSync(path.join(tmpdir(), `plimsoll-mutant-${name}-`))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  try {
    for (const each of COPIED) {
      cpSync(path.join(root, each), path.join(folder, each), {
        recursive: true,
        filter: (source) => path.basename(source) !== 'node_modules',
      })
    }
    linkInstalled(folder)
    // Else git would apply it to the repository that the temporary folder may lie in.
    execFileSync('git', ['init', '--quiet'], { cwd: folder })
    execFileSync('git', ['apply', path.join(mutantsFolder, `${name}.patch`)], { cwd: folder, stdio: 'pipe' })
    return { folder, remove }
  } catch (error) {
    remove()
    throw error
  }
}

function linkInstalled(folder: string): void {
  const installed = path.join(root, 'node_modules')
  const links = path.join(folder, 'node_modules')
  mkdirSync(path.join(links, '@plimsoll'), { recursive: true })
  for (const each of readdirSync(installed)) {
    if (each !== '@plimsoll') symlinkSync(path.join(installed, each), path.join(links, each))
  }
  for (const each of readdirSync(path.join(folder, 'packages'))) {
    const ours = path.join(folder, 'packages', each)
    if (existsSync(path.join(ours, 'package.json'))) symlinkSync(ours, path.join(links, '@plimsoll', each))
  }
}
