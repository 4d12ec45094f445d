import { useLanguage } from '../language.ts'

/** Which list of the API a table shows, and by which filter. */
export type TableOfApi = {
  /** The list's name in the API. */
  operation: string
  /** As the list itself takes it, and what stands in its address. */
  query?: object
}

/** A list as a file: what its filter shows, all pages of it. */
export function TableFile({ operation, query = {} }: TableOfApi) {
  const { t } = useLanguage()
  const asked = Object.entries(query).flatMap(([name, value]): [string, string][] =>
    // How many come at once is the hub's own matter.
    value === undefined || value === '' || name === 'limit' ? [] : [[name, String(value)]],
  )
  return (
    <a
      className="control"
      href={`/api/v1/tables/${operation}/csv?${new URLSearchParams(asked)}`}
      title={t('app.csvNote')}
      download
    >
      {t('app.csv')}
    </a>
  )
}
