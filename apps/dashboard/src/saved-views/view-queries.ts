import type { SavedView, ViewScreen } from '@plimsoll/client'
import { queryOptions } from '@tanstack/react-query'
import { defaultStringifySearch } from '@tanstack/react-router'
import { hub } from '../hub-client.ts'

/** All that somebody may see, of every screen: a menu takes those of its own. */
export const viewsQuery = queryOptions({
  queryKey: ['views'],
  queryFn: ({ signal }) => hub.savedViews(signal),
})

/** Where each screen is. */
const viewPaths = {
  items: '/items',
  listings: '/mapping',
  orders: '/orders',
  parked: '/parked',
  tasks: '/tasks',
} as const satisfies Record<ViewScreen, string>

/** What the address of a screen holds, as it is kept: text alone. */
export function toViewSearch(search: object): Record<string, string> {
  return Object.fromEntries(
    Object.entries(search).flatMap(([name, value]) =>
      value === undefined || value === null || value === '' ? [] : [[name, String(value)]],
    ),
  )
}

/** Whether the screen shows just this view. */
export function isShown(view: Pick<SavedView, 'search'>, search: object): boolean {
  const [one, other] = [view.search, toViewSearch(search)].map((each) =>
    JSON.stringify(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1))),
  )
  return one === other
}

/** Its address, as the router writes it: what would be read as a number or the like is quoted, so that it stays text. */
export function viewHref({ screen, search }: Pick<SavedView, 'screen' | 'search'>): string {
  return `${viewPaths[screen]}${defaultStringifySearch(search)}`
}
