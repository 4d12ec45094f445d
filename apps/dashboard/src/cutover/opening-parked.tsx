import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { formatNumber } from '../format.ts'
import { parkedGroupsQuery } from '../hub.ts'
import { useLanguage } from '../language.ts'

/** What came from the shop and could not be applied: an order among it is in no figure yet. Nothing where there is none. */
export function OpeningParked({ connectionIds }: { connectionIds: readonly (string | null)[] }) {
  const { t, locale } = useLanguage()
  const { data } = useQuery(parkedGroupsQuery)
  const parked = data?.rows.filter(({ connectionId }) => connectionIds.includes(connectionId)) ?? []
  const events = parked.reduce((sum, group) => sum + group.events, 0)
  const [first] = parked
  if (first === undefined) return null
  return (
    <div className="flex flex-wrap items-center gap-3 border-l-2 border-amber-fill bg-amber-soft px-3 py-2">
      <p className="min-w-0 flex-1 basis-56">
        {t('opening.parked', { count: events, n: formatNumber(locale, events) })}
      </p>
      <Link to="/parked" search={{ connection: first.connectionId }} className="control">
        {t('opening.seeParked')}
      </Link>
    </div>
  )
}
