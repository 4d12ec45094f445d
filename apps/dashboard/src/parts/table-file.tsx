import { useLanguage } from '../language.ts'

/** A list as a file: what its filter shows, all pages of it. @param props.operation the list's name in the API */
export function TableFile(props: { operation: string; query?: Record<string, string | undefined> }) {
  const { t } = useLanguage()
  const asked = Object.entries(props.query ?? {}).flatMap(([name, value]): [string, string][] =>
    value === undefined || value === '' ? [] : [[name, value]],
  )
  return (
    <a
      className="control"
      href={`/api/v1/tables/${props.operation}/csv?${new URLSearchParams(asked)}`}
      title={t('app.csvNote')}
      download
    >
      {t('app.csv')}
    </a>
  )
}
