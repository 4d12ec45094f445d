import { Link } from '@tanstack/react-router'
import { useLanguage } from '../language.ts'

const tabs = [
  ['/deliveries', 'deliveries'],
  ['/returns', 'returns'],
  ['/pick-list', 'pickList'],
  ['/counts', 'counts'],
  ['/routing', 'routing'],
] as const

/** What is done in a warehouse, and from which of them orders leave. */
export function FloorTabs() {
  const { t } = useLanguage()
  return (
    <nav aria-label={t('floor.title')} className="mb-4 print:hidden">
      <ul className="flex flex-wrap gap-2">
        {tabs.map(([to, name]) => (
          <li key={to}>
            <Link
              to={to}
              className="control data-[status=active]:border-sea data-[status=active]:bg-sea-soft"
              activeOptions={{ includeSearch: false }}
            >
              {t(`floor.tab.${name}`)}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  )
}
