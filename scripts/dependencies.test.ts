/** Holds the dependencies, their record and the lock file in step. */
import { expect, test } from 'vitest'
import { read, trackedFiles } from './tracked-files.ts'

type Manifest = Partial<
  Record<'dependencies' | 'devDependencies' | 'optionalDependencies', Record<string, string>>
>
type Lock = {
  packages: Record<
    string,
    { resolved?: string; link?: boolean; optionalDependencies?: Record<string, string> }
  >
}

const manifests = trackedFiles
  .filter((file) => /^(?:(?:packages|apps)\/[^/]+\/)?package\.json$/.test(file))
  .map((file): { file: string; manifest: Manifest } => ({ file, manifest: JSON.parse(read(file)) }))

const declared = manifests.flatMap(({ file, manifest }) =>
  [manifest.dependencies, manifest.devDependencies, manifest.optionalDependencies]
    .flatMap((group) => Object.entries(group ?? {}))
    .map(([name, range]) => ({ file, name, range })),
)

const lock: Lock = JSON.parse(read('package-lock.json'))

test('every dependency has its line in the record, and every line its dependency', () => {
  const names = declared.map(({ name }) => name).filter((name) => !name.startsWith('@plimsoll/'))
  const recorded = [...read('docs/decisions/dependencies.md').matchAll(/^\| `([^`]+)`/gm)].map(
    ([, name]) => name,
  )
  expect(recorded).toEqual([...new Set(names)].sort())
})

test('no dependency takes whatever version there is', () => {
  expect(declared.filter(({ range }) => !/\d/.test(range))).toEqual([])
})

test('the lock knows the packages of every platform, so that npm ci works on each', () => {
  const missing = Object.entries(lock.packages).flatMap(([folder, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter((name) => !isLocked(folder, name)),
  )
  expect(missing).toEqual([])
})

test('the lock names no registry', () => {
  const resolved = Object.values(lock.packages).filter(
    (entry) => entry.link !== true && entry.resolved !== undefined,
  )
  expect(resolved).toEqual([])
})

/** Whether the lock has the package in a node_modules that this folder sees. */
function isLocked(folder: string, name: string): boolean {
  const above = folder
    .split('/node_modules/')
    .map((_, depth, all) => all.slice(0, depth + 1).join('/node_modules/'))
  return ['', ...above].some((at) => `${at === '' ? '' : `${at}/`}node_modules/${name}` in lock.packages)
}
