import { useQuery } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { OnlyFor } from '../accounts/only-for.tsx'
import { formatNumber } from '../format.ts'
import { alertCountsQuery } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Heading } from '../parts/panel.tsx'
import type { TableOfApi } from '../parts/table-file.tsx'
import { AlertList } from './alert-list.tsx'
import { type AlertView, alertViews } from './alerts-search.ts'
import { DestinationList } from './destination-list.tsx'
import { RuleList } from './rule-list.tsx'

/** What is not as it should be, what was, by which rules, and whom it is told to. */
export function AlertsScreen() {
  const { t, locale } = useLanguage()
  const { view = 'open' } = useSearch({ from: '/alerts' })
  const { data } = useQuery(alertCountsQuery)
  const counts = data && {
    critical: formatNumber(locale, data.counts.critical),
    warning: formatNumber(locale, data.counts.warning),
    info: formatNumber(locale, data.counts.info),
  }
  return (
    <>
      <Heading title={t('alerts.title')} note={counts && t('alerts.counts', counts)} table={tableOf(view)} />
      <nav aria-label={t('alerts.views')} className="mb-4">
        <ul className="flex flex-wrap gap-2">
          {alertViews.map((each) => (
            <li key={each}>
              <Link
                to="/alerts"
                search={each === 'open' ? {} : { view: each }}
                // Otherwise the open ones would seem chosen on all of them.
                activeOptions={{ exact: true }}
                className="control data-[status=active]:border-sea data-[status=active]:bg-sea-soft"
              >
                {t(`alerts.view.${each}`)}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      {view === 'rules' ? (
        <OnlyFor needs="admin">
          <RuleList />
        </OnlyFor>
      ) : view === 'destinations' ? (
        <OnlyFor needs="admin">
          <DestinationList />
        </OnlyFor>
      ) : (
        <AlertList key={view} state={view} />
      )}
    </>
  )
}

/** What each view shows, as a file. */
function tableOf(view: AlertView): TableOfApi {
  if (view === 'rules') return { operation: 'listAlertRules' }
  if (view === 'destinations') return { operation: 'listAlertDestinations' }
  return { operation: 'listAlerts', query: { state: view } }
}
