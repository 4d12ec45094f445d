import { fileLink } from '../file-link.ts'
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
  // How many come at once is the hub's own matter.
  const asked = { ...query, limit: undefined }
  return (
    <a
      className="control"
      href={fileLink(`/tables/${operation}/csv`, asked)}
      title={t('app.csvNote')}
      download
    >
      {t('app.csv')}
    </a>
  )
}
