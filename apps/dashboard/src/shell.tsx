import { useQuery } from '@tanstack/react-query'
import { Link, Outlet, useLocation } from '@tanstack/react-router'
import {
  Activity,
  Anchor,
  Bell,
  Boxes,
  Gauge,
  History,
  Inbox,
  Link2,
  type LucideIcon,
  Monitor,
  Moon,
  Package,
  ScanBarcode,
  Search,
  Settings,
  Ship,
  Sun,
  Warehouse,
  Waypoints,
} from 'lucide-react'
import { useEffect, useState } from 'react'
import { SampleBanner } from './accounts/sample-banner.tsx'
import { Who } from './accounts/who.tsx'
import { later } from './clock.ts'
import { formatNumber, formatTime } from './format.ts'
import { alertCountsQuery, overviewQuery, type Stream } from './hub.ts'
import { setLanguage, useLanguage } from './language.ts'
import { useStream } from './live.ts'
import { Mark } from './mark.tsx'
import { paletteKeys } from './palette/palette-keys.ts'
import { openPalette, Shortcuts } from './palette/shortcuts.tsx'
import { setTheme, type Theme, useTheme } from './theme.ts'

/** What surrounds every screen: the hull with the navigation, the live link's state, language and theme. */
export function Shell() {
  const { t } = useLanguage()
  return (
    <div className="min-h-dvh md:pl-60 print:pl-0">
      <a href="#content" className="control fixed top-2 left-2 z-50 not-focus:sr-only">
        {t('app.skip')}
      </a>
      <header className="fixed print:hidden inset-x-0 top-0 z-30 flex h-12 items-center justify-between bg-hull px-4 text-white md:inset-y-0 md:right-auto md:h-auto md:w-60 md:flex-col md:items-stretch md:justify-start md:px-0">
        <Link to="/" className="flex items-center gap-2.5 md:px-5 md:pt-5 md:pb-6">
          <Mark size={26} />
          <span className="text-[1.15rem] font-semibold tracking-[-0.015em]">Plimsoll</span>
        </Link>
        <PaletteButton />
        <Navigation />
        <Foot />
      </header>
      <main
        id="content"
        tabIndex={-1}
        className="mx-auto max-w-[1480px] px-4 pt-16 pb-24 outline-none md:px-7 md:pt-6 md:pb-10"
      >
        <SampleBanner />
        <LinkBanner />
        <Outlet />
      </main>
      <Shortcuts />
    </div>
  )
}

function PaletteButton() {
  const { t } = useLanguage()
  return (
    <button
      type="button"
      onClick={openPalette}
      aria-label={t('nav.goToAnything')}
      aria-keyshortcuts="Control+K Meta+K"
      className="flex min-h-9 items-center gap-2.5 rounded text-hull-ink hover:text-white max-md:ml-auto max-md:size-9 max-md:shrink-0 max-md:justify-center md:mx-4 md:mb-4 md:border md:border-hull-line md:px-3"
    >
      <Search size={15} aria-hidden />
      <span className="whitespace-nowrap max-md:sr-only">{t('nav.goTo')}</span>
      <kbd className="ml-auto whitespace-nowrap text-xs max-md:hidden">{paletteKeys()}</kbd>
    </button>
  )
}

const screens = [
  ['/', 'overview', Gauge],
  ['/alerts', 'alerts', Bell],
  ['/flow', 'flow', Waypoints],
  ['/orders', 'orders', Package],
  ['/items', 'items', Boxes],
  ['/mapping', 'mapping', Link2],
  ['/replenishment', 'replenishment', Ship],
  ['/serials', 'serials', ScanBarcode],
  ['/deliveries', 'floor', Warehouse],
  ['/connections', 'connections', Anchor],
  ['/parked', 'parked', Inbox],
  ['/activity', 'activity', Activity],
  ['/changes', 'changes', History],
] as const satisfies [string, string, LucideIcon][]

/** Screens that are reached from the one of the deliveries. */
const besideDeliveries = /^\/(returns|pick-list|counts|routing)(\/|$)/

function Navigation() {
  const { t, locale } = useLanguage()
  const { pathname } = useLocation()
  const { data } = useQuery(overviewQuery)
  const parked = data?.parked ?? 0
  const { data: alerts } = useQuery(alertCountsQuery)
  const critical = alerts?.counts.critical ?? 0
  const open = critical + (alerts?.counts.warning ?? 0) + (alerts?.counts.info ?? 0)
  return (
    <nav
      aria-label={t('app.navigation')}
      className="fixed inset-x-0 bottom-0 z-30 flex border-t border-hull-line bg-hull pb-[env(safe-area-inset-bottom)] max-md:overflow-x-auto md:static md:flex-col md:border-0"
    >
      {[...screens, ['/settings', 'settings', Settings] as const].map(([to, name, Icon]) => (
        <Link
          key={to}
          to={to}
          activeOptions={{ exact: to === '/', includeSearch: false }}
          data-status={to === '/deliveries' && besideDeliveries.test(pathname) ? 'active' : undefined}
          className={`${name === 'settings' ? 'md:hidden ' : ''}group relative flex min-h-14 min-w-[5rem] flex-1 flex-col items-center justify-center gap-1 text-[0.72rem] text-hull-ink outline-offset-[-3px] hover:text-white data-[status=active]:text-white md:min-h-10 md:flex-none md:flex-row md:justify-start md:gap-3 md:px-5 md:text-[0.95rem]`}
        >
          {/* The load line: it runs to where you are. */}
          <span className="absolute top-0 h-[3px] w-9 bg-white opacity-0 group-data-[status=active]:opacity-100 md:top-1/2 md:right-0 md:h-[2px] md:w-6 md:-translate-y-1/2" />
          <span className="absolute top-1/2 right-2 hidden size-3.5 -translate-y-1/2 rounded-full border-2 border-white bg-hull opacity-0 group-data-[status=active]:opacity-100 md:block md:bg-transparent" />
          <Icon size={17} strokeWidth={1.9} className="shrink-0" aria-hidden />
          <span className="whitespace-nowrap">{t(`nav.${name}`)}</span>
          {name === 'alerts' && open > 0 && (
            <span
              role="img"
              aria-label={t('nav.bell', { count: open, n: formatNumber(locale, open) })}
              className={`absolute top-1.5 left-1/2 ml-2 rounded-full px-1.5 text-[0.7rem] leading-4 font-semibold md:static md:ml-0 ${critical > 0 ? 'bg-[#b3261e] text-white' : 'bg-amber-fill text-[#1a1200]'}`}
            >
              {formatNumber(locale, open)}
            </span>
          )}
          {name === 'parked' && parked > 0 && (
            <span className="absolute top-1.5 left-1/2 ml-2 rounded-full bg-amber-fill px-1.5 text-[0.7rem] leading-4 font-semibold text-[#1a1200] md:static md:ml-0">
              {formatNumber(locale, parked)}
            </span>
          )}
        </Link>
      ))}
    </nav>
  )
}

function Foot() {
  const { t, language } = useLanguage()
  const theme = useTheme()
  const choices = [
    ['system', 'themeSystem', Monitor],
    ['light', 'themeLight', Sun],
    ['dark', 'themeDark', Moon],
  ] as const satisfies [Theme, string, LucideIcon][]
  return (
    <div className="flex items-center gap-3 md:mt-auto md:flex-col md:items-stretch md:gap-4 md:px-5 md:pb-5">
      <LiveLink />
      <div className="flex items-center gap-2 md:justify-between">
        <button
          type="button"
          onClick={() => void setLanguage(language === 'en' ? 'zh' : 'en')}
          className="min-h-9 rounded px-2 text-hull-ink hover:bg-hull-2 hover:text-white md:-ml-2"
          lang={language === 'en' ? 'zh-CN' : 'en'}
        >
          {language === 'en' ? '中文' : 'English'}
        </button>
        <fieldset className="flex rounded border border-hull-line" aria-label={t('app.theme')}>
          {choices.map(([choice, label, Icon]) => (
            <button
              key={choice}
              type="button"
              aria-pressed={theme === choice}
              aria-label={t(`app.${label}`)}
              title={t(`app.${label}`)}
              onClick={() => setTheme(choice)}
              className="grid size-7 place-items-center max-md:size-9 rounded-[3px] text-hull-ink hover:text-white aria-pressed:bg-hull-2 aria-pressed:text-white"
            >
              <Icon size={14} aria-hidden />
            </button>
          ))}
        </fieldset>
      </div>
      <Who />
    </div>
  )
}

const lightOf: Record<Stream, string> = {
  open: 'bg-[#4fd08f]',
  connecting: 'bg-[#ecbb5e]',
  waiting: 'bg-[#ecbb5e]',
  closed: 'bg-[#ff907f]',
}
function LiveLink() {
  const { t } = useLanguage()
  const stream = useStream()
  return (
    <p role="status" className="flex min-w-0 items-center gap-2 text-[0.86rem] text-hull-ink">
      <span className={`size-2 shrink-0 rounded-full ${lightOf[stream]}`} aria-hidden />
      <span className="max-md:max-w-14 max-md:truncate">{t(`live.${stream}`)}</span>
    </p>
  )
}

/** Shown only when the link stays down: a blink of it is nobody's concern. */
function LinkBanner() {
  const { t, locale } = useLanguage()
  const { data } = useQuery(overviewQuery)
  const isDown = useStream() !== 'open'
  const [isLong, setLong] = useState(false)
  useEffect(() => {
    if (isDown) return later(() => setLong(true), 2500)
    setLong(false)
    return undefined
  }, [isDown])
  if (!isDown || !isLong || !data) return null
  return (
    <p role="status" className="mb-4 rounded-md border border-amber-fill bg-amber-soft px-4 py-2 text-amber">
      {t('live.offlineBanner', { time: formatTime(locale, data.now) })}
    </p>
  )
}
