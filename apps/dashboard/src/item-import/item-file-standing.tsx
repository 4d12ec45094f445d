import type { ImportJobView } from '@plimsoll/client'
import { formatNumber } from '../format.ts'
import { useLanguage } from '../language.ts'
import { sheetStandingOf } from '../parts/sheet-standing.ts'

/** How far a file of items is, what it would do, or what it did. Only a change of stage is read out, not every row. */
export function ItemFileStanding({ job }: { job: ImportJobView }) {
  const { t, language, locale } = useLanguage()
  const standing = sheetStandingOf(job)
  const n = (value: number) => formatNumber(locale, value)
  switch (standing.kind) {
    case 'working': {
      const isApplying = job.state !== 'uploading' && job.state !== 'uploaded'
      const text = t(isApplying ? 'itemImport.applying' : 'itemImport.checking')
      return (
        <div className="grid gap-2">
          <p role="status">{text}</p>
          <p className="flex flex-wrap items-center gap-x-3 gap-y-1 text-ink-2">
            <progress
              className="w-48 max-w-full"
              aria-label={text}
              {...(isApplying && { value: standing.passed, max: Math.max(1, standing.total) })}
            />
            {isApplying
              ? t('itemImport.rowsOf', { n: n(standing.passed), of: n(standing.total) })
              : t('itemImport.rows', { count: standing.passed, n: n(standing.passed) })}
          </p>
          {isApplying && <p className="text-xs text-ink-2">{t('itemImport.goesOn')}</p>}
        </div>
      )
    }
    case 'unreadable': {
      const { code, message, cure } = standing.failure
      const said = t(`refusal.${code}`, { defaultValue: '' })
      return (
        <p role="status" className="border-l-2 border-red-fill bg-red-soft px-3 py-2 break-words">
          {language === 'en' || said === '' ? `${message} ${cure}` : `${said}（${message}）`}
        </p>
      )
    }
    case 'looked-at': {
      const { created = 0, changed = 0, unchanged = 0, units = 0 } = job.preview?.effect ?? {}
      const figures = { created, changed, unchanged, bad: job.rowsBad, units }
      return (
        <div className="grid gap-3">
          <p role="status">
            {t('itemImport.wouldDo', { count: job.rowsTotal, n: n(job.rowsTotal) })}{' '}
            {job.isCut && t('mappingSheet.cut')}
            {!job.isCut && standing.mode === undefined && t('itemImport.nothing')}
          </p>
          <dl className="flex flex-wrap gap-x-7 gap-y-2">
            {(['created', 'changed', 'unchanged', 'bad', 'units'] as const).map((name) => (
              <div key={name}>
                <dt className="text-xs text-ink-2">{t(`itemImport.figure.${name}`)}</dt>
                <dd
                  className={`text-[1.35rem] leading-7 font-semibold ${figures[name] === 0 ? 'text-ink-3' : name === 'bad' ? 'text-red' : ''}`}
                >
                  {n(figures[name])}
                </dd>
              </div>
            ))}
          </dl>
          {units > 0 && <p className="text-xs text-ink-2">{t('itemImport.unitsNote')}</p>}
        </div>
      )
    }
    case 'applied':
      return (
        <p role="status" className="border-l-2 border-green-fill px-3 py-2">
          {t('itemImport.applied', {
            applied: n(standing.applied),
            unchanged: n(standing.unchanged),
            skipped: n(standing.skipped),
            units: n(job.units),
          })}{' '}
          {t('itemImport.onceOnly')}
        </p>
      )
    default: {
      const never: never = standing
      return never
    }
  }
}
