/** Files of a simulated server, in memory. Paths begin with a slash. */
export type FileTree = {
  files: Map<string, { content: Buffer; modifiedAt: Date }>
  folders: Set<string>
  put(path: string, content: Uint8Array | string): void
  /** Names in a folder, files and folders; undefined: there is no such folder. */
  namesIn(folder: string): { name: string; isFolder: boolean }[] | undefined
  text(path: string): string | undefined
  /** False where there is nothing to rename, or something has the name already. */
  rename(from: string, to: string, replace: boolean): boolean
}

export function createFileTree(now: () => number): FileTree {
  const files: FileTree['files'] = new Map()
  const folders = new Set(['/'])
  const addFolders = (path: string) => {
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1))
      folders.add(path.slice(0, at))
  }
  return {
    files,
    folders,
    put(path, content) {
      addFolders(path)
      files.set(path, { content: Buffer.from(content), modifiedAt: new Date(now()) })
    },
    namesIn(folder) {
      const base = folder === '/' ? '' : folder.replace(/\/$/, '')
      if (!folders.has(base === '' ? '/' : base)) return undefined
      const inside = (path: string) =>
        path.startsWith(`${base}/`) && !path.slice(base.length + 1).includes('/')
      const nameOf = (path: string) => path.slice(base.length + 1)
      return [
        ...[...files.keys()].filter(inside).map((path) => ({ name: nameOf(path), isFolder: false })),
        ...[...folders]
          .filter((path) => path !== '/' && inside(path))
          .map((path) => ({ name: nameOf(path), isFolder: true })),
      ].sort((one, other) => (one.name < other.name ? -1 : 1))
    },
    text: (path) => files.get(path)?.content.toString('utf8'),
    rename(from, to, replace) {
      const file = files.get(from)
      if (file === undefined || (files.has(to) && !replace)) return false
      addFolders(to)
      files.set(to, file)
      files.delete(from)
      return true
    },
  }
}
