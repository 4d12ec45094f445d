export const alertViews = ['open', 'snoozed', 'resolved', 'rules', 'destinations'] as const
export type AlertView = (typeof alertViews)[number]

/** What the address of the alerts says; open ones unless it says otherwise. */
export function readAlertsSearch(search: Record<string, unknown>): { view?: AlertView } {
  const view = alertViews.find((each) => each === search.view)
  return view === undefined || view === 'open' ? {} : { view }
}
