import { realpathSync, statSync } from 'node:fs'
import { registerHooks } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * Lets a connector that lives outside of this repository import `@plimsoll/connector-kit` as one inside does: it gets
 * this very kit (a copy of its own would have error classes of its own, which the hub does not know), and this
 * repository's `zod` and `fastify` where it has brought none.
 */
export function letImportKit(folder: string): void {
  if (isInside(folder, repository)) return
  folders.add(folder)
  if (isHooked) return
  isHooked = true
  registerHooks({
    resolve(specifier, context, nextResolve) {
      const isBare = !/^(\.|\/|[a-z][a-z0-9+.-]*:)/i.test(specifier)
      if (!isBare || !isOurs(context.parentURL)) return nextResolve(specifier, context)
      const ours = { ...context, parentURL: import.meta.url }
      if (/^@plimsoll\//.test(specifier)) return nextResolve(specifier, ours)
      try {
        return nextResolve(specifier, context)
      } catch (error) {
        if (!isMissing(error)) throw error
        return nextResolve(specifier, ours)
      }
    },
  })
}

/** The folder at a path, links followed; undefined where there is none. */
export function realFolder(given: string): string | undefined {
  try {
    const folder = realpathSync(path.resolve(given))
    return statSync(folder).isDirectory() ? folder : undefined
  } catch {
    return undefined // not there, or not for us to see: the same to whoever named it
  }
}

const repository = path.resolve(import.meta.dirname, '..', '..')
const folders = new Set<string>()
let isHooked = false

function isOurs(parentUrl: string | undefined): boolean {
  if (parentUrl === undefined || !parentUrl.startsWith('file:')) return false
  const parent = fileURLToPath(parentUrl)
  return [...folders].some((folder) => isInside(parent, folder))
}

function isInside(file: string, folder: string): boolean {
  const way = path.relative(folder, file)
  return way !== '' && !way.startsWith('..') && !path.isAbsolute(way)
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND'
}
