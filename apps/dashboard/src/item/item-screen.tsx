import type { ItemDetail } from '@plimsoll/client'
import { ApiProblem } from '@plimsoll/client/client'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { ArrowLeft } from 'lucide-react'
import { OnlyFor } from '../accounts/only-for.tsx'
import { Drifts } from '../connections/drifts.tsx'
import { itemQuery } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { LoadLineDrawing } from '../load-line/load-line-drawing.tsx'
import { Empty, Failure, Loading } from '../parts/notice.tsx'
import { Live } from '../parts/number.tsx'
import { Panel } from '../parts/panel.tsx'
import { Scrolling } from '../parts/scrolling.tsx'
import { ItemLots } from './item-lots.tsx'
import { ItemProtection } from './item-protection.tsx'
import { ItemSerials } from './item-serials.tsx'
import { KitAssemblyPanel } from './kit-assembly.tsx'
import { KitParts } from './kit-parts.tsx'
import { ListingLevels } from './listing-levels.tsx'
import { Movements } from './movements.tsx'

/** One item: what there is and where, what each channel shows and why, and how it came to be. */
export function ItemScreen() {
  const { t } = useLanguage()
  const { sku } = useParams({ from: '/items/$sku' })
  const { data, error, refetch } = useQuery(itemQuery(sku))
  const isUnknown = error instanceof ApiProblem && error.problem.status === 404
  return (
    <>
      <Link to="/items" className="link mb-2 inline-flex min-h-7 items-center gap-1">
        <ArrowLeft size={15} aria-hidden />
        {t('item.back')}
      </Link>
      {!data && isUnknown && (
        <div className="panel">
          <Empty isPage title={t('item.unknown', { sku })} cure={t('item.unknownCure')} />
        </div>
      )}
      {!data && !isUnknown && <h1 className="mb-4 font-mono text-[1.5rem] leading-tight break-all">{sku}</h1>}
      {!data &&
        !isUnknown &&
        (error ? <Failure error={error} onRetry={() => void refetch()} /> : <Loading lines={9} />)}
      {data && <Item item={data} />}
    </>
  )
}

function Item({ item }: { item: ItemDetail }) {
  const { t } = useLanguage()
  // A kit has no stock of its own: its zeros would say that there is none.
  const shown =
    item.kit === null ? figures.map((name) => ({ name, value: item[name] })) : [kitFigure(item.kit)]
  return (
    <>
      <div className="mb-4 flex flex-wrap items-end justify-between gap-x-8 gap-y-3">
        <div className="min-w-0">
          <h1 className="font-mono text-[1.5rem] leading-tight break-all">{item.sku}</h1>
          <p className="text-ink-2">{item.name}</p>
        </div>
        <dl className="flex flex-wrap gap-x-7 gap-y-2">
          {shown.map(({ name, value }) => (
            <div key={name}>
              <dt className="text-xs text-ink-2">{t(`stock.${name}`)}</dt>
              <dd className={`text-[1.35rem] leading-7 font-semibold ${value < 0 ? 'text-red' : ''}`}>
                <Live value={value} of={item.sku} />
              </dd>
            </div>
          ))}
        </dl>
      </div>
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(22rem,33rem)_minmax(0,1fr)]">
        <div className="grid min-w-0 gap-4">
          {item.kit === null ? (
            <>
              <Panel title={t('loadLine.title')}>
                <LoadLineDrawing item={item} />
              </Panel>
              {item.protection !== null && <ItemProtection sku={item.sku} protection={item.protection} />}
              <Balances item={item} />
              {item.kitKind === 'assembled' && (
                <OnlyFor needs="operator">
                  <KitAssemblyPanel sku={item.sku} />
                </OnlyFor>
              )}
              {item.tracking === 'lot' && <ItemLots sku={item.sku} />}
              {item.tracking === 'serial' && <ItemSerials sku={item.sku} />}
            </>
          ) : (
            <KitParts kit={item.kit} sku={item.sku} />
          )}
        </div>
        <div className="grid min-w-0 gap-4">
          <Drifts sku={item.sku} />
          <Panel title={t('item.listings')}>
            {item.listings.length === 0 && (
              <Empty title={t('item.noListings')} cure={t('item.noListingsCure')} />
            )}
            {item.listings.map((listing) => (
              <ListingLevels key={listing.listingId} listing={listing} />
            ))}
            {item.listings.length > 0 && <Words />}
          </Panel>
          <Movements sku={item.sku} />
        </div>
      </div>
    </>
  )
}

function kitFigure({ available }: NonNullable<ItemDetail['kit']>) {
  return { name: 'available' as const, value: available }
}

const words = ['desired', 'acknowledged', 'expected', 'observed'] as const

function Words() {
  const { t } = useLanguage()
  return (
    <details className="border-t border-line px-4 py-1.5 text-xs text-ink-2">
      <summary className="min-h-6 cursor-pointer py-0.5">{t('item.words')}</summary>
      <dl className="grid grid-cols-[auto_1fr] gap-x-3 gap-y-0.5 py-1.5">
        {words.map((word) => (
          <div key={word} className="contents">
            <dt className="font-medium text-ink">{t(`stock.${word}`)}</dt>
            <dd>{t(`stockMeaning.${word}`)}</dd>
          </div>
        ))}
      </dl>
    </details>
  )
}

const figures = ['available', 'onHand', 'reserved', 'held', 'incoming'] as const

function Balances({ item }: { item: ItemDetail }) {
  const { t } = useLanguage()
  return (
    <Panel title={t('item.balances')}>
      {item.balances.length === 0 ? (
        <p className="px-4 py-6 text-ink-2">{t('item.noBalances')}</p>
      ) : (
        <Scrolling label={t('item.balances')}>
          <table className="w-full">
            <thead className="text-right text-xs text-ink-2">
              <tr className="border-b border-line">
                <th className="px-4 py-2 text-left font-medium">{t('stock.location')}</th>
                {figures.map((name) => (
                  <th key={name} className="px-2 py-2 font-medium last:pr-4">
                    {t(`stock.${name}`)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody className="text-right">
              {item.balances.map((balance) => (
                <tr key={balance.locationId} className="border-b border-line last:border-0">
                  <th scope="row" className="px-4 py-1.5 text-left font-normal" title={balance.locationName}>
                    <span className="font-medium">{balance.locationCode}</span>
                  </th>
                  {figures.map((name) => (
                    <td
                      key={name}
                      className={`px-2 py-1.5 last:pr-4 ${name === 'available' ? 'font-semibold' : ''} ${balance[name] < 0 ? 'text-red' : balance[name] === 0 ? 'text-ink-3' : ''}`}
                    >
                      <Live value={balance[name]} of={item.sku} />
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </Scrolling>
      )}
    </Panel>
  )
}
