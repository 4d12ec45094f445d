import path from 'node:path'
import type { Clock } from '../clock.ts'
import { Forbidden } from '../errors.ts'
import { isPublicHost } from '../public-url.ts'
import type { Folder, FolderPlace } from './folder.ts'
import { openFtpsFolder } from './ftps-folder.ts'
import { openLocalFolder } from './local-folder.ts'
import { openSftpFolder } from './sftp-folder.ts'

export type FolderTerms = {
  clock: Clock
  /**
   * The one folder of this machine below which those of connections may be; undefined: none may. Whoever may make a
   * connection would otherwise read every file that the hub can.
   */
  localRoot: string | undefined
  /** Whether a server on this very machine is refused too. */
  publicOnly?: boolean
}

/** Opens a folder at its first call. Servers are public ones, or on this very machine (simulators) unless that is refused. */
export function openFolder(
  place: FolderPlace,
  { clock, localRoot, publicOnly = false }: FolderTerms,
): Folder {
  switch (place.kind) {
    case 'sftp':
      return openSftpFolder(place, { clock, publicOnly: publicOnly || isPublicHost(place.host) })
    case 'ftps':
      return openFtpsFolder(place, { clock, publicOnly: publicOnly || isPublicHost(place.host) })
    case 'local':
      return openLocalFolder(below(localRoot, place.root))
    default: {
      const never: never = place
      return never
    }
  }
}

function below(localRoot: string | undefined, given: string): string {
  if (localRoot === undefined)
    throw new Forbidden(
      'This hub reads no folders of its own machine. Whoever runs it can name one: PLIMSOLL_FILES.',
      'folder',
    )
  const full = path.resolve(localRoot, given)
  const way = path.relative(localRoot, full)
  if (way.startsWith('..') || path.isAbsolute(way))
    throw new Forbidden(`"${given}" is not below the folder that this hub may read.`, 'folder')
  return full
}
