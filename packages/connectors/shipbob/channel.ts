import { type CallOptions, Forbidden } from '@plimsoll/connector-kit'
import type { z } from 'zod'
import { channels } from './answers.ts'
import { ask, type Context, fromCursor, nextCursor } from './transport.ts'

export type Channel = z.infer<typeof channels>['items'][number]

/** Orders are written through a channel of the application; only those it made itself carry the right to write. */
export function isWritable({ scopes }: Channel): boolean {
  // Some answers list the scopes in one text.
  return scopesOf({ scopes }).has('orders_write')
}

export function scopesOf({ scopes }: Pick<Channel, 'scopes'>): Set<string> {
  return new Set((scopes ?? []).flatMap((each) => each.split(/\s+/)).filter((each) => each !== ''))
}

/** All channels that the token sees. */
export async function listChannels(context: Context, options?: CallOptions): Promise<Channel[]> {
  const found: Channel[] = []
  for (let cursor: string | undefined; ; ) {
    const query = fromCursor(cursor) ?? { RecordsPerPage: '250' }
    const { value } = await ask(
      context,
      { operation: 'channels', path: '/channel', query, scope: 'channels_read', options },
      channels,
    )
    found.push(...value.items)
    cursor = nextCursor(value.next)
    if (cursor === undefined) return found
  }
}

/** The channel of the settings, or else the only one that may be written through: the first of several. */
export function chooseChannel(found: readonly Channel[], wanted: string | undefined): Channel {
  const writable = found.filter(isWritable).toSorted((one, other) => one.id - other.id)
  const chosen = wanted === undefined ? writable[0] : writable.find(({ id }) => String(id) === wanted)
  if (chosen === undefined)
    throw new Forbidden(
      wanted === undefined
        ? 'ShipBob shows no channel that the token may write orders through.'
        : `ShipBob shows no channel ${wanted} that the token may write orders through.`,
      'orders_write',
    )
  return chosen
}

/** The channel's id, asked for once for each opened connection. */
export function createChannelId(context: Context): (options?: CallOptions) => Promise<number> {
  let known: number | undefined
  return async (options) => {
    known ??= chooseChannel(await listChannels(context, options), context.settings.channelId).id
    return known
  }
}
