import type { ItemDetail } from '@plimsoll/client'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { formatNumber } from '../format.ts'
import { ExplainTree } from '../item/explain-tree.tsx'
import { useLanguage } from '../language.ts'
import { whyAvailable, whyHeldOrReserved, whyIncoming } from './part-trees.ts'
import { isDealt, type Ship } from './ship.ts'
import type { Chosen, PartName } from './ship-scene.tsx'

/** What the chosen part is, and why it is as large as it is; with none chosen, the whole picture in one paragraph. */
export function PartStory({ item, ship, chosen }: { item: ItemDetail; ship: Ship; chosen: Chosen }) {
  const { t } = useLanguage()
  if (chosen === undefined) return <Whole item={item} ship={ship} />
  if ('listingId' in chosen) return <ChannelStory item={item} ship={ship} listingId={chosen.listingId} />
  const { part } = chosen
  return (
    <Story title={part === 'protection' ? t('protection.title') : t(`loadLine.part.${part}`)}>
      <p>
        {part === 'protection'
          ? t(`loadLine.protection.${ship.protection}`)
          : t(`loadLine.partMeaning.${meaningOf(part, ship)}`, { n: '' })}
      </p>
      <PartTree item={item} ship={ship} part={part} />
    </Story>
  )
}

/** What stays clear says why: nobody sells it, or less is shown than there is. */
function meaningOf(part: Exclude<PartName, 'protection'>, ship: Ship) {
  if (part === 'clear' && ship.marks.length === 0) return 'unlisted' as const
  if (part === 'free' && isDealt(ship.protection)) return 'dealt' as const
  return part
}

function PartTree({ item, ship, part }: { item: ItemDetail; ship: Ship; part: PartName }) {
  const { t } = useLanguage()
  switch (part) {
    case 'held':
    case 'reserved':
      return <ExplainTree node={whyHeldOrReserved(item, part)} />
    case 'free':
    case 'short':
      return <ExplainTree node={whyAvailable(item)} />
    case 'incoming':
      return (
        <>
          <ExplainTree node={whyIncoming(item)} />
          <Link to="/deliveries" className="link inline-flex min-h-7 items-center">
            {t('loadLine.toDeliveries')}
          </Link>
        </>
      )
    case 'clear':
      return (
        <ul className="mt-1">
          {(item.protection?.channels ?? [])
            .filter((channel) => channel.keptBack > 0)
            .map((channel) => (
              <li key={channel.connectionId}>
                {channel.connectionName}: <KeptBack units={channel.keptBack} />
              </li>
            ))}
        </ul>
      )
    case 'protection':
      return (
        <p className="mt-1 text-ink-2">
          {item.protection?.mode === 'auto' ? t('loadLine.autoNow') : t('loadLine.setTo')}{' '}
          {item.protection && t(`protection.meaning.${item.protection.mode}`)}
          {ship.protection === 'broken' && (
            <b className="block font-semibold text-red">{t('loadLine.brokenNow')}</b>
          )}
        </p>
      )
    default: {
      const never: never = part
      return never
    }
  }
}

function KeptBack({ units }: { units: number }) {
  const { t, locale } = useLanguage()
  return t('protection.keptBack', { count: units, n: formatNumber(locale, units) })
}

function ChannelStory({ item, ship, listingId }: { item: ItemDetail; ship: Ship; listingId: string }) {
  const { t, locale } = useLanguage()
  const mark = ship.marks.find((each) => each.listingId === listingId)
  const listing = item.listings.find((each) => each.listingId === listingId)
  if (!mark || !listing) return null
  return (
    <Story title={mark.name}>
      <p>
        {t(isDealt(ship.protection) ? 'loadLine.markDealt' : 'loadLine.markMeaning', {
          shown: formatNumber(locale, mark.shown),
          name: mark.name,
        })}
        {listing.unitsPerListing !== 1 &&
          ` ${t('loadLine.markUnits', { n: formatNumber(locale, mark.units), each: listing.unitsPerListing })}`}
        {mark.isBeyond && <b className="block font-semibold text-amber">{t('loadLine.markBeyond')}</b>}
      </p>
      {listing.levels.map((level) => (
        <ExplainTree key={level.levelId} node={level.explain} />
      ))}
    </Story>
  )
}

/** The picture told in words: what a person who does not see it has of it. */
function Whole({ item, ship }: { item: ItemDetail; ship: Ship }) {
  const { t, locale } = useLanguage()
  const n = (value: number) => formatNumber(locale, value)
  const clear = ship.holds.find((hold) => hold.name === 'clear')
  const sentences = [
    ship.wholeUnits === 0
      ? t('loadLine.told.none')
      : t('loadLine.told.carries', {
          onHand: n(item.onHand),
          reserved: n(item.reserved),
          held: n(item.held),
        }),
    ship.shortUnits > 0 && t('loadLine.told.short', { n: n(ship.shortUnits) }),
    ship.shortUnits === 0 && ship.wholeUnits > 0 && t('loadLine.told.available', { n: n(item.available) }),
    ship.marks.length > 0 &&
      t(isDealt(ship.protection) ? 'loadLine.told.dealt' : 'loadLine.told.shows', {
        channels: ship.marks.map((mark) => `${mark.name} ${n(mark.shown)}`).join(t('loadLine.told.and')),
      }),
    clear && t('loadLine.told.clear', { n: n(clear.to - clear.from) }),
    item.incoming > 0 && t('loadLine.told.incoming', { n: n(item.incoming) }),
  ]
  return <p className="px-4 py-3 text-ink-2">{sentences.filter(Boolean).join(' ')}</p>
}

function Story({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="px-4 py-3">
      <h3 className="font-semibold">{title}</h3>
      <div className="mt-0.5 text-ink-2">{children}</div>
    </div>
  )
}
