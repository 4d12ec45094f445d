import type { ItemRow } from '@plimsoll/client'

export type ChannelStatus = ItemRow['channels'][number]['status']
export const channelStatuses: ChannelStatus[] = ['in-step', 'pending', 'held', 'untracked', 'drift']
