import type { ConnectionFile } from '@plimsoll/client'
import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useIsOperator } from '../accounts/own-role.ts'
import { warningsOf } from '../connections/check-words.ts'
import { fileLink } from '../file-link.ts'
import { formatNumber } from '../format.ts'
import { checkQuery, connectionFilesQuery, hub, queryClient } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { More } from '../parts/more.tsx'
import { Failure, Loading, useProblemText } from '../parts/notice.tsx'
import { Ago } from '../parts/number.tsx'
import { Panel } from '../parts/panel.tsx'
import { Standing } from '../parts/standing.tsx'
import { DropFile } from './drop-file.tsx'
import { type InFeed, inFeeds } from './feed-fields.ts'
import { SampleRows } from './sample-rows.tsx'

/** Files of a warehouse that speaks by files: what came and went, what is not understood, and a way to hand one over. */
export function WarehouseFiles({ connectionId }: { connectionId: string }) {
  const { t, locale, language } = useLanguage()
  const files = useInfiniteQuery(connectionFilesQuery(connectionId))
  const check = useQuery(checkQuery(connectionId))
  const refresh = () =>
    queryClient.invalidateQueries({
      predicate: ({ queryKey }) =>
        (queryKey[0] === 'connections' && queryKey.includes(connectionId)) ||
        (queryKey[0] === 'check' && queryKey[1] === connectionId) ||
        queryKey[0] === 'places',
    })
  const add = useMutation({
    mutationFn: (file: File) => hub.addConnectionFile(connectionId, { fileName: file.name }, file),
    onSuccess: refresh,
  })
  const problem = useProblemText(add.error)
  const rows = files.data?.pages.flatMap((page) => page.rows) ?? []
  const warnings = check.data === undefined ? [] : warningsOf(check.data, language)
  return (
    <Panel
      title={t('describe.filesTitle')}
      table={{ operation: 'listConnectionFiles', query: { id: connectionId } }}
      note={
        <Link to="/connections/$id/describe" params={{ id: connectionId }} className="link">
          {t('describe.edit')}
        </Link>
      }
    >
      <div className="space-y-3 border-b border-line p-4">
        <DropFile
          label={t('describe.filesChoose')}
          hint={t('describe.filesDrop')}
          isBusy={add.isPending}
          onFile={(file) => add.mutate(file)}
        />
        <div role="status">
          {add.data && (
            <p>
              {t(add.data.isNew ? 'describe.kept' : 'describe.keptBefore', {
                name: add.data.file.name,
                n: formatNumber(locale, add.data.file.position),
              })}
            </p>
          )}
        </div>
        {add.isError && (
          <p role="alert" className="text-red">
            {problem}
          </p>
        )}
        {warnings.length > 0 && (
          <div className="border-l-2 border-amber-fill bg-amber-soft px-3 py-2">
            <p className="font-medium">{t('describe.lookAt')}</p>
            <ul className="list-disc ps-5 break-words">
              {warnings.map((warning) => (
                <li key={warning}>{warning}</li>
              ))}
            </ul>
          </div>
        )}
      </div>
      {!files.data &&
        (files.error ? (
          <Failure error={files.error} onRetry={() => void files.refetch()} />
        ) : (
          <Loading lines={3} />
        ))}
      {files.data && rows.length === 0 && <p className="px-4 py-3 text-ink-2">{t('describe.filesNone')}</p>}
      <ul>
        {rows.map((file) => (
          <li key={file.position} className="border-b border-line px-4 py-2.5 last:border-0">
            <FileLine connectionId={connectionId} file={file} onAccepted={refresh} />
          </li>
        ))}
      </ul>
      <More query={files} />
    </Panel>
  )
}

function FileLine(props: { connectionId: string; file: ConnectionFile; onAccepted: () => Promise<void> }) {
  const { connectionId, file } = props
  const { t, locale } = useLanguage()
  const [isOpen, setOpen] = useState(false)
  const isOperator = useIsOperator()
  const { position, name, direction } = file
  const isIn = direction === 'in'
  const feed = inFeeds.find((each): each is InFeed => each === file.feed)
  const href = fileLink(`/connections/${encodeURIComponent(connectionId)}/files/${position}`)
  return (
    <>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <Standing shape={isIn ? 'good' : file.deliveredAt === null ? 'waiting' : 'gone'}>
          {t(
            isIn
              ? 'describe.fileIn'
              : file.deliveredAt === null
                ? 'describe.fileWaiting'
                : 'describe.fileOut',
          )}
        </Standing>
        <span className="min-w-0 font-mono break-all">{name}</span>
        <span className="text-ink-2">
          {feed === undefined ? file.feed : t(`describe.feed.${feed}.title`)} ·{' '}
          {t('describe.bytes', { n: formatNumber(locale, file.bytes) })} · <Ago at={file.keptAt} />
          {file.accepted && ` · ${t('describe.accepted')}`}
        </span>
        <span className="ml-auto flex gap-2">
          {isIn && (
            <button
              type="button"
              className="control"
              aria-expanded={isOpen}
              aria-label={`${t(isOpen ? 'describe.hide' : 'describe.read')}: ${name}`}
              onClick={() => setOpen(!isOpen)}
            >
              {t(isOpen ? 'describe.hide' : 'describe.read')}
            </button>
          )}
          {isOperator && (
            <a href={href} download={name} className="control" aria-label={t('describe.saveFor', { name })}>
              {t('describe.save')}
            </a>
          )}
        </span>
      </div>
      {isOpen && <Inside {...props} />}
    </>
  )
}

function Inside({ connectionId, file, onAccepted }: Parameters<typeof FileLine>[0]) {
  const { t } = useLanguage()
  const { position, name } = file
  const reading = useQuery({
    queryKey: ['reading', connectionId, position],
    queryFn: ({ signal }) => hub.readConnectionFile(connectionId, position, {}, signal),
    gcTime: 0,
    staleTime: 0,
  })
  const accept = useMutation({
    mutationFn: () => hub.acceptConnectionFile(connectionId, position),
    onSuccess: onAccepted,
  })
  const problem = useProblemText(accept.error)
  return (
    <div className="mt-2 space-y-3 rounded border border-line p-3">
      {!reading.data &&
        (reading.error ? (
          <Failure error={reading.error} onRetry={() => void reading.refetch()} />
        ) : (
          <Loading lines={3} />
        ))}
      {reading.data && <SampleRows reading={reading.data} label={t('describe.rowsOf', { name })} />}
      {file.feed === 'levels' && !file.accepted && (
        <div className="flex flex-wrap items-center gap-3">
          <p className="min-w-0 flex-1 text-ink-2">{t('describe.acceptHint')}</p>
          <button
            type="button"
            className="control"
            disabled={accept.isPending}
            aria-label={t('describe.acceptFor', { name })}
            onClick={() => accept.mutate()}
          >
            {t('describe.accept')}
          </button>
        </div>
      )}
      {accept.isError && (
        <p role="alert" className="text-red">
          {problem}
        </p>
      )}
    </div>
  )
}
