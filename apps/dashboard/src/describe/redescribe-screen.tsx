import type { ConnectionFile, ConnectionSettings } from '@plimsoll/client'
import { ApiProblem } from '@plimsoll/client/client'
import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { useToldError } from '../connect/connect-problem.ts'
import { ToldBox } from '../connect/told.tsx'
import { connectionFilesQuery, connectionSettingsQuery, connectionsQuery, hub, queryClient } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Failure, Loading } from '../parts/notice.tsx'
import { Heading } from '../parts/panel.tsx'
import { type Draft, type FeedDraft, toDefinition, toDraft, toExpression } from './draft.ts'
import { DropFile } from './drop-file.tsx'
import { FeedEditor } from './feed-editor.tsx'
import { type InFeed, inFeeds } from './feed-fields.ts'
import { ownZone } from './name-fields.tsx'
import { OutEditor, startOfRequests } from './out-editor.tsx'
import { PlaceFields } from './place-fields.tsx'
import { type SampleFile, takeSample } from './sample-file.ts'

/** The description of a connected warehouse, changed and tried on the last files that came before it is saved. */
export function RedescribeScreen() {
  const { t } = useLanguage()
  const { id } = useParams({ from: '/connections/$id/describe' })
  const connections = useQuery(connectionsQuery)
  const settings = useQuery(connectionSettingsQuery(id))
  const files = useInfiniteQuery(connectionFilesQuery(id))
  const name = connections.data?.rows.find(({ connectionId }) => connectionId === id)?.name ?? ''
  const error = settings.error ?? files.error
  const retry = () => {
    void settings.refetch()
    void files.refetch()
  }
  const draft = settings.data === undefined ? undefined : draftOf(settings.data)
  return (
    <>
      <Link to="/connections/$id" params={{ id }} className="link mb-2 inline-flex min-h-7 items-center">
        ← {t('connect.backToConnection', { name })}
      </Link>
      <Heading title={t('describe.editTitle', { name })} note={t('describe.editNote')} />
      {(!settings.data || !files.data) && (
        <div className="panel">
          {error ? <Failure error={error} onRetry={retry} /> : <Loading lines={7} />}
        </div>
      )}
      {settings.data && draft === undefined && <p className="panel p-4">{t('describe.badText')}</p>}
      {settings.data && draft && files.data && (
        <Editor
          // What is saved begins anew from what is true then.
          key={settings.data.version}
          connectionId={id}
          settings={settings.data}
          before={draft}
          files={files.data.pages.flatMap((page) => page.rows)}
        />
      )}
    </>
  )
}

/** Undefined: these are no settings of a connector that is described so. */
function draftOf({ settings }: ConnectionSettings): Draft | undefined {
  try {
    return typeof settings.definition === 'string' ? toDraft(settings.definition) : undefined
  } catch {
    return undefined // SyntaxError: no JSON, which the hub would not have taken
  }
}

function Editor(props: {
  connectionId: string
  settings: ConnectionSettings
  before: Draft
  files: readonly ConnectionFile[]
}) {
  const { connectionId, settings, files } = props
  const { t } = useLanguage()
  // Made anew with each drawing of the screen; what counts is the one that this began with.
  const [before] = useState(props.before)
  const [draft, setDraft] = useState(before)
  const [isOutOpen, setOutOpen] = useState(false)
  const server = String(settings.settings.server ?? '')
  const save = useMutation({
    mutationFn: () =>
      hub.changeConnectionSettings(
        connectionId,
        { ...settings.settings, definition: JSON.stringify(toDefinition(draft), null, 2) },
        settings.version,
      ),
    onSuccess: async ({ check: _, ...changed }) => {
      queryClient.setQueryData(connectionSettingsQuery(connectionId).queryKey, changed)
      await queryClient.invalidateQueries({
        predicate: ({ queryKey }) => ['connections', 'check', 'places'].includes(String(queryKey[0])),
      })
    },
  })
  const told = useToldError(save.error)
  const isOutdated = save.error instanceof ApiProblem && save.error.problem.code === 'version-changed'
  const edit = (next: Draft) => {
    setDraft(next)
    save.reset()
  }
  const setFeed = (feed: InFeed, next: FeedDraft) =>
    edit({ ...draft, feeds: { ...draft.feeds, [feed]: next } })
  return (
    <div className="space-y-4">
      {inFeeds.map((feed) => (
        <section
          key={feed}
          aria-label={t(`describe.feed.${feed}.title`)}
          className="panel min-w-0 space-y-3 p-4"
        >
          <h2 className="text-base font-semibold">{t(`describe.feed.${feed}.title`)}</h2>
          <FeedPart
            connectionId={connectionId}
            connector={settings.connector}
            feed={feed}
            draft={draft}
            hasFolder={server !== ''}
            file={files.find((file) => file.direction === 'in' && file.feed === feed)}
            onChange={(next) => setFeed(feed, next)}
          />
        </section>
      ))}
      <div className="panel p-4">
        <PlaceFields places={draft.places} onChange={(places) => edit({ ...draft, places })} />
      </div>
      <section aria-label={t('describe.stepTitle.orders')} className="panel space-y-3 p-4">
        <h2 className="text-base font-semibold">{t('describe.stepTitle.orders')}</h2>
        {draft.requests === undefined || !isOutOpen ? (
          <button
            type="button"
            className="control"
            onClick={() => {
              setOutOpen(true)
              if (draft.requests === undefined) edit({ ...draft, requests: startOfRequests(',', ownZone()) })
            }}
          >
            {t(draft.requests === undefined ? 'describe.asksOrders' : 'describe.change')}
          </button>
        ) : (
          <OutEditor
            connector={settings.connector}
            draft={draft.requests}
            places={draft.places}
            hasFolder={server !== ''}
            onChange={(requests) => edit({ ...draft, requests })}
          />
        )}
      </section>
      {save.isError && (
        <ToldBox told={isOutdated ? { text: t('describe.outdated'), words: undefined } : told} />
      )}
      <div className="flex flex-wrap items-center gap-3">
        <button
          type="button"
          className="control control-strong"
          disabled={save.isPending || draft === before}
          onClick={() => save.mutate()}
        >
          {t('describe.saveChanges')}
        </button>
        {isOutdated && (
          <button
            type="button"
            className="control"
            onClick={() =>
              void queryClient.invalidateQueries({ queryKey: connectionSettingsQuery(connectionId).queryKey })
            }
          >
            {t('describe.reload')}
          </button>
        )}
        <p role="status" className="text-ink-2">
          {draft === before && settings.version > 0 && t('describe.asSaved')}
        </p>
      </div>
    </div>
  )
}

function FeedPart(props: {
  connectionId: string
  connector: string
  feed: InFeed
  draft: Draft
  hasFolder: boolean
  file: ConnectionFile | undefined
  onChange: (draft: FeedDraft) => void
}) {
  const { connectionId, connector, feed, draft, file } = props
  const { t } = useLanguage()
  const [sample, setSample] = useState<SampleFile>()
  const take = useMutation({
    mutationFn: async (given: File) => {
      const taken = await takeSample(given)
      return {
        taken,
        guessed: await hub.guessSample(connector, { feed, fileName: given.name, content: taken.content }),
      }
    },
    onSuccess: ({ taken, guessed }) => {
      setSample(taken)
      if (draft.feeds[feed] !== undefined) return
      const fields = Object.entries(guessed.columns).map(([field, column]) => [field, toExpression(column)])
      props.onChange({
        terms: { ...guessed.description, zone: ownZone() },
        fields: Object.fromEntries(fields),
        whole: undefined,
      })
    },
  })
  const told = useToldError(take.error)
  const feedDraft = draft.feeds[feed]
  const title = t(`describe.feed.${feed}.title`)
  return (
    <>
      {(file === undefined || feedDraft === undefined) && (
        <DropFile
          label={t('describe.chooseFor', { feed: title })}
          hint={t('describe.noFileOf')}
          isBusy={take.isPending}
          onFile={(given) => take.mutate(given)}
        />
      )}
      {take.isError && <ToldBox told={told} />}
      {feedDraft !== undefined && (sample !== undefined || file !== undefined) && (
        <FeedEditor
          feed={feed}
          draft={feedDraft}
          places={draft.places}
          fileKey={sample?.key ?? `${connectionId} ${file?.position}`}
          fileName={sample?.file.name ?? file?.name ?? ''}
          hasFolder={props.hasFolder}
          read={({ description, places }, signal) =>
            sample !== undefined
              ? hub.readSample(
                  connector,
                  { feed, fileName: sample.file.name, content: sample.content, description, places },
                  signal,
                )
              : hub.readConnectionFile(connectionId, file?.position ?? 0, { description, places }, signal)
          }
          onChange={props.onChange}
        />
      )}
    </>
  )
}
