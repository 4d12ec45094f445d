import type { ItemFilter } from '@plimsoll/client/client'

/** What the grid can be narrowed to, in the order shown. */
export const itemFilters: ItemFilter[] = ['all', 'oversold', 'out', 'drift', 'pending']
