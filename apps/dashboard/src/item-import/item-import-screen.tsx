import { useMutation, useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { ArrowLeft, Download } from 'lucide-react'
import { OnlyFor } from '../accounts/only-for.tsx'
import { DropFile } from '../describe/drop-file.tsx'
import { fileLink } from '../file-link.ts'
import { hub, locationsQuery } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Loading, useProblemText } from '../parts/notice.tsx'
import { Heading, Panel } from '../parts/panel.tsx'
import { saveCsv } from '../parts/save-file.ts'
import { ColumnTable } from './column-table.tsx'
import { itemsTemplate } from './item-columns.ts'
import { ItemFile } from './item-file.tsx'

/** Items and their opening stock from a spreadsheet, looked at before anything is written. Which file it is lives in the address. */
export function ItemImportScreen() {
  const { t } = useLanguage()
  const { id } = useSearch({ from: '/import-items' })
  const navigate = useNavigate({ from: '/import-items' })
  return (
    <>
      <Link to="/items" className="link mb-2 inline-flex min-h-7 items-center gap-1">
        <ArrowLeft size={15} aria-hidden />
        {t('item.back')}
      </Link>
      <Heading title={t('itemImport.title')} />
      {id === undefined ? (
        <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_minmax(0,1.2fr)]">
          <div className="grid min-w-0 gap-4">
            <OnlyFor needs="operator">
              <Choose onSent={(sent) => void navigate({ search: { id: sent } })} />
            </OnlyFor>
            <TakeOut />
          </div>
          <ColumnTable />
        </div>
      ) : (
        <ItemFile key={id} importId={id} onLeave={() => void navigate({ search: {} })} />
      )}
    </>
  )
}

function Choose({ onSent }: { onSent: (importId: string) => void }) {
  const { t, language } = useLanguage()
  const { data: locations } = useQuery(locationsQuery)
  const send = useMutation({
    mutationFn: (file: File) => {
      // Under one name no stock is received twice: the same file, chosen again, is the import that there was.
      const name = file.name.slice(0, 200)
      return hub.createImport({ what: 'items', fileName: name, name }, file)
    },
    onSuccess: (job) => onSent(job.importId),
  })
  const problem = useProblemText(send.error)
  return (
    <Panel title={t('itemImport.choose')}>
      <div className="grid grid-cols-1 gap-3 px-4 py-3">
        <p className="text-ink-2">{t('itemImport.text')}</p>
        <DropFile
          label={t('itemImport.chooseFile')}
          hint={t('itemImport.dropHint')}
          isBusy={send.isPending}
          onFile={(file) => send.mutate(file)}
        />
        {send.isPending && <Loading lines={2} />}
        {send.isError && (
          <p role="alert" className="border-l-2 border-red-fill bg-red-soft px-3 py-2 break-words">
            {problem}
          </p>
        )}
        <p className="flex flex-wrap items-center gap-x-3 gap-y-2">
          <button
            type="button"
            className="control"
            onClick={() =>
              saveCsv(t('itemImport.templateName'), itemsTemplate(language, locations?.rows[0]?.code))
            }
          >
            <Download size={14} aria-hidden /> {t('itemImport.template')}
          </button>
          <span className="min-w-0 flex-1 basis-56 text-xs text-ink-2">{t('itemImport.templateText')}</span>
        </p>
      </div>
    </Panel>
  )
}

/** Whoever has items changes many of them in a spreadsheet, and brings them back. */
function TakeOut() {
  const { t } = useLanguage()
  return (
    <Panel title={t('itemImport.takeOut')}>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-3 px-4 py-3">
        <p className="min-w-0 flex-1 basis-56 text-ink-2">{t('itemImport.takeOutText')}</p>
        <p className="flex flex-wrap gap-2">
          {(['xlsx', 'csv'] as const).map((format) => (
            <a
              key={format}
              className="control"
              href={fileLink(`/exports/items/${format}`)}
              aria-label={t(`itemImport.${format}Label`)}
              download
            >
              <Download size={14} aria-hidden /> {t(`mappingSheet.${format}`)}
            </a>
          ))}
        </p>
      </div>
    </Panel>
  )
}
