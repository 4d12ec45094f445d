import type { ReplenishmentExplained } from '@plimsoll/client'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { OnlyFor } from '../accounts/only-for.tsx'
import { formatDay, formatNumber } from '../format.ts'
import { replenishmentWhyQuery } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Failure, Loading } from '../parts/notice.tsx'
import { DemandChart } from './demand-chart.tsx'
import { SettingForm } from './setting-form.tsx'

/** Every figure that led to a row, in the order in which they follow from each other. */
export function WhyThisNumber({ sku, location }: { sku: string; location: string }) {
  const { t } = useLanguage()
  const { data, error, refetch } = useQuery(replenishmentWhyQuery(sku, location))
  if (!data) return error ? <Failure error={error} onRetry={() => void refetch()} /> : <Loading lines={5} />
  return (
    <section
      aria-label={t('replenishment.why')}
      className="grid gap-x-8 gap-y-4 p-4 md:grid-cols-2 xl:grid-cols-4"
    >
      <Stock row={data} />
      <DemandMeasured row={data} />
      <LevelsOf row={data} />
      <SettingsOf row={data} />
      <p className="md:col-span-2 xl:col-span-4">
        <Link to="/items/$sku" params={{ sku }} className="link inline-flex min-h-7 items-center">
          {t('replenishment.open', { sku })}
        </Link>
      </p>
    </section>
  )
}

function Block({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <h2 className="mb-1 font-semibold">{title}</h2>
      {children}
    </div>
  )
}

function Figures({
  rows,
}: {
  rows: readonly (readonly [label: ReactNode, value: number | string, isSum?: boolean])[]
}) {
  const { locale } = useLanguage()
  return (
    <dl>
      {rows.map(([label, value, isSum], nth) => (
        <div
          key={nth}
          className={`flex justify-between gap-3 py-0.5 ${isSum === true ? 'border-t border-line-2 font-semibold' : ''}`}
        >
          <dt className="min-w-0 text-ink-2">{label}</dt>
          <dd className="whitespace-nowrap">
            {typeof value === 'number' ? formatNumber(locale, value) : value}
          </dd>
        </div>
      ))}
    </dl>
  )
}

function Stock({ row: { stock, available, incomingUnits } }: { row: ReplenishmentExplained }) {
  const { t, locale } = useLanguage()
  const names = 'replenishment.explain'
  const when = ({ on, isLate }: ReplenishmentExplained['incomingUnits'][number]) => {
    if (on === null) return t('replenishment.explain.noDay')
    const day = formatDay(locale, on)
    return isLate ? t('replenishment.explain.wasDue', { day }) : t('replenishment.explain.arrives', { day })
  }
  const kindOf = ({ document, isDraft }: ReplenishmentExplained['incomingUnits'][number]) =>
    document === 'inbound' ? 'inbound' : isDraft ? 'draft' : 'transfer'
  return (
    <Block title={t('replenishment.explain.stock')}>
      <Figures
        rows={[
          [t(`${names}.onHand`), stock.onHand],
          [t(`${names}.reserved`), 0 - stock.reserved],
          [t(`${names}.held`), 0 - stock.held],
          ...(stock.blocked > 0 ? [[t(`${names}.blocked`), 0 - stock.blocked] as const] : []),
          [t(`${names}.available`), available, true],
          ...incomingUnits.map(
            (each) =>
              [
                <span key={each.id} title={each.id}>
                  {t(`${names}.${kindOf(each)}`)} <span className="text-xs">{when(each)}</span>
                </span>,
                each.units,
              ] as const,
          ),
          ...(stock.leaving > 0 ? [[t(`${names}.leaving`), 0 - stock.leaving] as const] : []),
          [t(`${names}.position`), stock.position, true],
          ...(stock.granted > 0 ? [[t(`${names}.granted`), stock.granted] as const] : []),
          [t(`${names}.spare`), stock.spare],
        ]}
      />
    </Block>
  )
}

function DemandMeasured({ row: { demand, history } }: { row: ReplenishmentExplained }) {
  const { t, locale } = useLanguage()
  const n = (value: number) => formatNumber(locale, Math.round(value * 100) / 100)
  const counts = [
    ['withoutStock', demand.daysWithoutStock],
    ['leftOut', demand.daysLeftOut],
    ['outliers', demand.outlierDays.length],
  ] as const
  const not = counts
    .filter(([, count]) => count > 0)
    .map(([name, count]) => t(`replenishment.explain.${name}`, { count, n: n(count) }))
  const days = n(demand.daysCounted)
  const said = {
    measured: () =>
      t('replenishment.explain.measured', { units: n(demand.unitsCounted), days, rate: n(demand.perDay) }),
    expected: () => t('replenishment.explain.expected', { days, rate: n(demand.perDay) }),
    'not-enough': () => t('replenishment.explain.notEnough', { days, minimum: n(demand.minimumDays) }),
  }
  return (
    <Block title={t('replenishment.explain.demand')}>
      <p>{said[demand.kind]()}</p>
      {demand.kind !== 'not-enough' && (
        <p className="text-ink-2">{t('replenishment.explain.deviation', { n: n(demand.deviationPerDay) })}</p>
      )}
      {not.length > 0 && (
        <p className="text-ink-2">
          {t('replenishment.explain.notCounted')}: {not.join(' · ')}
        </p>
      )}
      {demand.daysSoldAhead > 0 && (
        <p className="text-ink-2">
          {t('replenishment.explain.soldAhead', { count: demand.daysSoldAhead, n: n(demand.daysSoldAhead) })}
        </p>
      )}
      {history !== null && history.fromElsewhere > 0 && (
        <p className="text-ink-2">
          {t('replenishment.explain.fromElsewhere', {
            count: history.fromElsewhere,
            n: n(history.fromElsewhere),
          })}
        </p>
      )}
      {history !== null && <DemandChart history={history} />}
    </Block>
  )
}

function LevelsOf({ row }: { row: ReplenishmentExplained }) {
  const { t, locale } = useLanguage()
  const { network, levels, location, leadDays, kits } = row
  if (network === null) return <Block title={t('replenishment.explain.levels')}>–</Block>
  const others = [...network.places.filter((code) => code !== location), ...kits.map(({ sku }) => sku)]
  const rowsOf = (each: NonNullable<ReplenishmentExplained['levels']>) =>
    [
      [t('replenishment.explain.demandOverLead'), each.demandOverLead],
      [t('replenishment.explain.safetyStock'), each.safetyStock],
      [t('replenishment.explain.reorderPoint'), each.reorderPoint, true],
      [t('replenishment.explain.orderUpTo'), each.orderUpTo],
    ] as const
  const lead = t('replenishment.explain.days', { count: leadDays, n: formatNumber(locale, leadDays) })
  return (
    <Block title={t('replenishment.explain.levels')}>
      <Figures rows={[[t('replenishment.explain.leadDays'), lead]]} />
      {others.length > 0 && (
        <p className="mt-1 text-ink-2">{t('replenishment.explain.network', { places: others.join(', ') })}</p>
      )}
      {kits.map((kit) => (
        <p key={kit.sku} className="text-xs text-ink-2">
          {t('replenishment.explain.kit', {
            sku: kit.sku,
            each: formatNumber(locale, kit.each),
            rate: formatNumber(locale, Math.round(kit.perDay * 100) / 100),
            wanted: formatNumber(locale, kit.wanted),
          })}
        </p>
      ))}
      <Figures rows={rowsOf(network.levels)} />
      {others.length > 0 && (
        <>
          <Figures rows={[[t('replenishment.explain.position'), network.position]]} />
          {levels !== null && (
            <>
              <p className="mt-2 text-ink-2">{t('replenishment.explain.ownNeed')}</p>
              <Figures rows={rowsOf(levels)} />
            </>
          )}
        </>
      )}
    </Block>
  )
}

function SettingsOf({ row }: { row: ReplenishmentExplained }) {
  const { t, locale } = useLanguage()
  const say = (value: string | number | boolean | null) => {
    if (typeof value === 'number') return formatNumber(locale, value)
    return t(`replenishment.explain.value.${value ?? 'none'}`, { defaultValue: String(value) })
  }
  return (
    <Block title={t('replenishment.explain.settings')}>
      <dl>
        {row.settings.map(({ field, value, from }) => (
          <div key={field} className="flex justify-between gap-3 py-0.5">
            <dt className="min-w-0 text-ink-2">
              {t(`replenishment.explain.field.${field}`, { defaultValue: field })}
            </dt>
            <dd className="text-right">
              {say(value)}{' '}
              <span className="text-xs text-ink-2">{t(`replenishment.explain.from.${from}`)}</span>
            </dd>
          </div>
        ))}
      </dl>
      <OnlyFor needs="operator">
        <SettingForm row={row} />
      </OnlyFor>
    </Block>
  )
}
