import type { Draft, Json } from './draft.ts'
import type { InFeed } from './feed-fields.ts'

/** How files come from a warehouse and go to it. */
export const transports = ['upload', 'sftp', 'ftps', 'folder', 'webhook', 'polls'] as const
export type TransportKind = (typeof transports)[number]
export type Transport = {
  kind: TransportKind
  host: string
  path: string
  hostKey: string
  user: string
  password: string
  privateKey: string
  passphrase: string
  /** Of a folder on the hub's own machine. */
  folder: string
  webhook: 'standard-webhooks' | 'hmac-sha256' | 'token'
  webhookHeader: string
  webhookSecret: string
  baseUrl: string
  proof: 'bearer' | 'basic' | 'header'
  proofHeader: string
  apiSecret: string
  /** What is asked for again and again, by feed. */
  polls: Readonly<Partial<Record<InFeed, { path: string; everyMinutes: string }>>>
}

export const noTransport: Transport = {
  kind: 'upload',
  host: '',
  path: '',
  hostKey: '',
  user: '',
  password: '',
  privateKey: '',
  passphrase: '',
  folder: '',
  webhook: 'hmac-sha256',
  webhookHeader: 'x-signature',
  webhookSecret: '',
  baseUrl: '',
  proof: 'bearer',
  proofHeader: 'x-api-key',
  apiSecret: '',
  polls: {},
}

/** The names of fields that must be filled in for it. */
export function missingOf(transport: Transport): (keyof Transport)[] {
  const needed: Record<TransportKind, readonly (keyof Transport)[]> = {
    upload: [],
    sftp: ['host', 'user'],
    ftps: ['host', 'user', 'password'],
    folder: ['folder'],
    webhook: ['webhookSecret'],
    polls: ['baseUrl', 'apiSecret'],
  }
  return needed[transport.kind].filter((name) => String(transport[name]).trim() === '')
}

export function hasFolder({ kind }: Transport): boolean {
  return kind === 'sftp' || kind === 'ftps' || kind === 'folder'
}

/** What the connection is set to: the description with how it is reached, and where the folder is. */
export function toSettings(name: string, draft: Json, transport: Transport): Record<string, unknown> {
  return {
    name,
    definition: JSON.stringify({ ...draft, ...reachedBy(transport) }, null, 2),
    server: serverOf(transport),
    hostKey: transport.kind === 'sftp' ? transport.hostKey.trim() : '',
  }
}

export function toCredentials(transport: Transport): Record<string, string> {
  const { kind, user, password, privateKey, passphrase, apiSecret, webhookSecret } = transport
  const none = { user: '', password: '', privateKey: '', passphrase: '', apiSecret: '', webhookSecret: '' }
  switch (kind) {
    case 'sftp':
      return { ...none, user, password, privateKey, passphrase }
    case 'ftps':
      return { ...none, user, password }
    case 'polls':
      return { ...none, user: transport.proof === 'basic' ? user : '', apiSecret }
    case 'webhook':
      return { ...none, webhookSecret }
    case 'upload':
    case 'folder':
      return none
    default: {
      const never: never = kind
      return never
    }
  }
}

function serverOf({ kind, host, path, folder }: Transport): string {
  if (kind === 'folder') return `folder:${folder.trim()}`
  if (kind !== 'sftp' && kind !== 'ftps') return ''
  const below = path.trim().replace(/^\/*/, '/')
  return `${kind}://${host
    .trim()
    .replace(/^\w+:\/\//, '')
    .replace(/\/+$/, '')}${below === '/' ? '' : encodeURI(below)}`
}

function reachedBy(transport: Transport): Json {
  const { kind, webhook, webhookHeader, baseUrl, proof, proofHeader, polls } = transport
  if (kind === 'webhook') {
    const header = webhookHeader.trim()
    return {
      webhook: {
        authentication: webhook === 'standard-webhooks' ? { kind: webhook } : { kind: webhook, header },
      },
    }
  }
  if (kind !== 'polls') return {}
  return {
    rest: {
      baseUrl: baseUrl.trim(),
      authentication: proof === 'header' ? { kind: proof, name: proofHeader.trim() } : { kind: proof },
      polls: Object.entries(polls).flatMap(([feed, { path, everyMinutes }]) =>
        path.trim() === '' ? [] : [{ feed, path: path.trim(), everyMinutes: Number(everyMinutes) || 15 }],
      ),
    },
  }
}

/** What can be tried of a description before it is whole. */
export function isConnectable(draft: Draft): boolean {
  return (
    draft.feeds.levels !== undefined &&
    draft.places.every(({ id, name }) => id.trim() !== '' && name.trim() !== '')
  )
}
