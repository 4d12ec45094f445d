import type { FolderPlace } from '@plimsoll/connector-kit'
import type { Credentials, Settings } from './settings.ts'

/** Where the text points; undefined: nowhere. */
export function placeIn(text: string) {
  const local = /^folder:([^\0\\]+)$/.exec(text)?.[1]
  if (local !== undefined) return { kind: 'local' as const, root: local.replaceAll(/^\/+|\/+$/g, '') }
  const url = URL.parse(text)
  if (url === null || !/^(sftp|ftps):$/.test(url.protocol) || url.hostname === '') return undefined
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') return undefined
  const root = decodeURIComponent(url.pathname) || '/'
  if (url.protocol === 'sftp:')
    return { kind: 'sftp' as const, host: url.hostname, port: Number(url.port || 22), root }
  return { kind: 'ftps' as const, host: url.hostname, port: Number(url.port || 21), root }
}

/** Where the folders are, and what opens them. */
export function placeOf({ server, hostKey }: Settings, given: Credentials): FolderPlace {
  const place = placeIn(server)
  if (place === undefined) throw new TypeError('The address of the folder was not checked.')
  if (place.kind === 'local') return place
  const { user, password, privateKey, passphrase } = given
  if (place.kind === 'ftps')
    return { ...place, user, password, implicit: place.port === 990, certificate: undefined }
  const orNone = (value: string) => (value === '' ? undefined : value)
  return {
    ...place,
    user,
    password: orNone(password),
    privateKey: orNone(privateKey),
    passphrase: orNone(passphrase),
    hostKey: orNone(hostKey),
  }
}
