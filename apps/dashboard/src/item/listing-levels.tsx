import type { ItemDetail } from '@plimsoll/client'
import { ChevronRight } from 'lucide-react'
import { type ReactNode, useId, useState } from 'react'
import { OnlyFor } from '../accounts/only-for.tsx'
import { useLanguage } from '../language.ts'
import { useMadeName } from '../parts/made-name.ts'
import { Ago, Live } from '../parts/number.tsx'
import { StatusMark } from '../parts/state.tsx'
import { TroubleText } from '../parts/trouble-text.tsx'
import { ExplainTree } from './explain-tree.tsx'
import { SyncNow } from './sync-now.tsx'

type Listing = ItemDetail['listings'][number]
type Level = Listing['levels'][number]

/** One listing: its levels side by side as wanted, confirmed, expected and read, and why. */
export function ListingLevels({ listing }: { listing: Listing }) {
  const { t } = useLanguage()
  const nameOf = useMadeName()
  return (
    <article className="border-b border-line last:border-0" aria-label={listing.connectionName}>
      {listing.levels.map((level) => (
        <LevelRow key={level.levelId} level={level}>
          <p className="font-medium">{listing.connectionName}</p>
          <p className="text-xs break-words text-ink-2">
            <span title={listing.externalId}>
              {t('item.externalId', { id: shortId(listing.externalId) })}
            </span>
            {' · '}
            {nameOf('madePlace', level.externalLocation)}
            {listing.unitsPerListing !== 1 &&
              ` · ${t('item.unitsPerListing', { n: listing.unitsPerListing })}`}
          </p>
          <OnlyFor needs="admin" isQuiet>
            <SyncNow listingId={listing.listingId} />
          </OnlyFor>
        </LevelRow>
      ))}
    </article>
  )
}

/** Shopify's ids are whole addresses of which the end is what people know. */
const shortId = (externalId: string) => /^gid:\/\/.*\/([^/]+)$/.exec(externalId)?.[1] ?? externalId

function LevelRow({ level, children }: { level: Level; children: ReactNode }) {
  const { t } = useLanguage()
  const [isOpen, setOpen] = useState(false)
  const tree = useId()
  return (
    <div className="px-4 py-3">
      <div className="grid grid-cols-2 items-start gap-x-4 gap-y-3 sm:grid-cols-[minmax(0,1.5fr)_repeat(4,minmax(0,1fr))_minmax(0,1.1fr)]">
        <div className="min-w-0 max-sm:col-span-2">{children}</div>
        <Quantity name={t('stock.desired')} value={level.desired} isStrong />
        <Quantity
          name={t('stock.acknowledged')}
          value={level.acknowledged}
          note={level.acknowledgedAt && <Ago at={level.acknowledgedAt} />}
        />
        <Quantity name={t('stock.expected')} value={level.expected} />
        <Quantity
          name={t('stock.observed')}
          value={level.observed}
          note={level.observedAt && <Ago at={level.observedAt} />}
          tone={level.status === 'drift' ? 'text-red' : ''}
        />
        <p className="flex items-center gap-2 max-sm:col-span-2" title={t(`statusMeaning.${level.status}`)}>
          <StatusMark status={level.status} size={11} />
          {t(`status.${level.status}`)}
        </p>
      </div>
      {level.problem && (
        <p
          className={`mt-2 border-l-2 px-3 py-1.5 text-[0.93rem] ${level.status === 'held' ? 'border-amber-fill bg-amber-soft' : 'border-red-fill bg-red-soft'}`}
        >
          <TroubleText problem={level.problem} told={level.problemTold} />
        </p>
      )}
      <button
        type="button"
        className="link mt-1.5 flex min-h-6 items-center gap-1"
        aria-expanded={isOpen}
        aria-controls={tree}
        onClick={() => setOpen(!isOpen)}
      >
        <ChevronRight size={14} className={isOpen ? 'rotate-90' : ''} aria-hidden />
        {t('item.why')}
      </button>
      <div id={tree} hidden={!isOpen}>
        {isOpen && <ExplainTree node={level.explain} />}
      </div>
    </div>
  )
}

function Quantity(props: {
  name: string
  value: number | null
  note?: ReactNode
  tone?: string
  isStrong?: boolean
}) {
  return (
    <div>
      <p className="text-xs text-ink-2">{props.name}</p>
      <p className={`text-base ${props.isStrong ? 'font-semibold' : ''} ${props.tone ?? ''}`}>
        {props.value === null ? <span className="text-ink-3">–</span> : <Live value={props.value} />}
      </p>
      <p className="text-xs text-ink-2">{props.note}</p>
    </div>
  )
}
