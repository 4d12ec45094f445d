import { type Dirent, constants as fileConstants, type Stats } from 'node:fs'
import { lstat, mkdir, open, readdir, realpath, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { Forbidden, Malformed, NotFound, Unavailable } from '../errors.ts'
import { FILE_BYTES_MAX, type Folder, type FolderFile, pathProblem } from './folder.ts'

/** A folder of this machine, which another program shares. Links are not followed: they may lead anywhere. */
export function openLocalFolder(root: string): Folder {
  /** @throws Forbidden where it would lead out of the root */
  const resolve = async (below: string): Promise<string> => {
    const problem = pathProblem(below)
    if (problem !== undefined) throw new Forbidden(`"${below}": ${problem}.`, 'path')
    const full = path.join(root, below)
    // The nearest folder that is there says where it really leads.
    for (let at = path.dirname(full); at.startsWith(root) && at !== root; at = path.dirname(at)) {
      const real = await realpath(at).catch(ifMissing)
      if (real === undefined) continue
      const way = path.relative(await realpath(root), real)
      if (way.startsWith('..') || path.isAbsolute(way))
        throw new Forbidden(`"${below}" leads out of the folder.`, 'path')
      break
    }
    return full
  }
  return {
    async list(below) {
      const folder = await resolve(below)
      const entries: Dirent[] = await readdir(folder, { withFileTypes: true }).catch(toConnectorError(below))
      const files: FolderFile[] = []
      for (const { name } of entries.filter((entry) => entry.isFile())) {
        const stats = await lstat(path.join(folder, name)).catch(ifMissing)
        if (stats !== undefined) files.push(toFile(name, stats))
      }
      return files.sort((one, other) => (one.name < other.name ? -1 : 1))
    },
    async read(below) {
      const full = await resolve(below)
      const file = await open(full, fileConstants.O_RDONLY | fileConstants.O_NOFOLLOW).catch(
        toConnectorError(below),
      )
      try {
        const { size } = await file.stat()
        if (size > FILE_BYTES_MAX) throw tooLarge(below)
        return await file.readFile()
      } finally {
        await file.close()
      }
    },
    async write(below, content) {
      const full = await resolve(below)
      await mkdir(path.dirname(full), { recursive: true }).catch(toConnectorError(below))
      const beside = `${full}.tmp`
      await writeFile(beside, content, { flush: true }).catch(toConnectorError(below))
      await rename(beside, full).catch(toConnectorError(below))
    },
    async move(from, to) {
      const [source, target] = [await resolve(from), await resolve(to)]
      await mkdir(path.dirname(target), { recursive: true }).catch(toConnectorError(to))
      // Renaming would replace. Two of us never move at once: one process works a connection.
      if ((await lstat(target).catch(ifMissing)) !== undefined) return 'taken'
      try {
        await rename(source, target)
        return 'moved'
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return 'missing'
        return toConnectorError(to)(error)
      }
    },
    async find(below) {
      const full = await resolve(below)
      const stats = await lstat(full).catch(ifMissing)
      return stats?.isFile() === true ? toFile(path.basename(full), stats) : undefined
    },
    hostKey: () => undefined,
    close: async () => undefined,
  }
}

export function tooLarge(name: string): Malformed {
  return new Malformed(`"${name}" is larger than ${FILE_BYTES_MAX / 1024 ** 2} MB and is not read.`, '')
}

function toFile(name: string, { size, mtime }: Stats): FolderFile {
  return { name, bytes: size, modifiedAt: mtime }
}

function ifMissing(error: unknown): undefined {
  if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined
  throw error
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/** @throws always */
function toConnectorError(below: string): (error: unknown) => never {
  return (cause) => {
    const code = codeOf(cause)
    switch (code) {
      case 'ENOENT':
      case 'ENOTDIR':
        throw new NotFound(`There is no "${below}" in the folder.`, { code, cause })
      case 'EACCES':
      case 'EPERM':
      case 'EROFS':
      case 'ELOOP':
        throw new Forbidden(`"${below}" may not be read or written here.`, below, { code, cause })
      default:
        if (code === undefined) throw cause
        throw new Unavailable(`"${below}": ${code}.`, true, { code, cause })
    }
  }
}
