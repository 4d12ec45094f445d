import { useMutation } from '@tanstack/react-query'
import { X } from 'lucide-react'
import { useState } from 'react'
import { hub } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { useProblemText } from '../parts/notice.tsx'
import type { Draft, FeedDraft, Place } from './draft.ts'
import { toExpression } from './draft.ts'
import { DropFile } from './drop-file.tsx'
import { FeedEditor, type Understood } from './feed-editor.tsx'
import { type InFeed, inFeeds } from './feed-fields.ts'
import { ownZone } from './name-fields.tsx'
import { type SampleFile, takeSample } from './sample-file.ts'

export type Samples = Readonly<Partial<Record<InFeed, SampleFile>>>

/** A sample for each feed; from the first moment the rows are shown as the hub reads them. */
export function SamplesStep(props: {
  connector: string
  draft: Draft
  samples: Samples
  hasFolder: boolean
  isChecked: boolean
  onChange: (draft: Draft) => void
  onSamples: (samples: Samples) => void
  onUnderstood: (understood: Understood) => void
  onPlaces: (places: readonly Place[]) => void
}) {
  const { t } = useLanguage()
  const { draft, samples } = props
  return (
    <div className="space-y-4">
      <p className="text-ink-2">{t('describe.samplesHint')}</p>
      {props.isChecked && draft.feeds.levels === undefined && (
        <p role="alert" className="text-red">
          {t('describe.levelsNeeded')}
        </p>
      )}
      {inFeeds.map((feed) => (
        <section
          key={feed}
          aria-label={t(`describe.feed.${feed}.title`)}
          className="panel min-w-0 space-y-3 p-4"
        >
          <FeedPart {...props} feed={feed} sample={samples[feed]} />
        </section>
      ))}
    </div>
  )
}

function FeedPart(
  props: Parameters<typeof SamplesStep>[0] & { feed: InFeed; sample: SampleFile | undefined },
) {
  const { feed, sample, draft, samples, connector } = props
  const { t } = useLanguage()
  const [isOpen, setOpen] = useState(feed === 'levels')
  const feedDraft = draft.feeds[feed]
  const setFeed = (next: FeedDraft | undefined) => {
    const feeds = { ...draft.feeds }
    if (next === undefined) delete feeds[feed]
    else feeds[feed] = next
    props.onChange({ ...draft, feeds })
  }
  const guess = useMutation({
    mutationFn: async (file: File) => {
      const taken = await takeSample(file)
      const guessed = await hub.guessSample(connector, { feed, fileName: file.name, content: taken.content })
      return { taken, guessed }
    },
    onSuccess: ({ taken, guessed }) => {
      props.onSamples({ ...samples, [feed]: taken })
      // Another sample of what is described already is read by that description.
      if (feedDraft !== undefined) return
      const fields = Object.entries(guessed.columns).map(([field, column]) => [field, toExpression(column)])
      const terms = { ...guessed.description, zone: ownZone() }
      setFeed({ terms, fields: Object.fromEntries(fields), whole: undefined })
    },
  })
  const problem = useProblemText(guess.error)
  const title = t(`describe.feed.${feed}.title`)
  const drop = (
    <DropFile
      label={t('describe.chooseFor', { feed: title })}
      isBusy={guess.isPending}
      {...(sample !== undefined && { hint: t('describe.another', { name: sample.file.name }) })}
      onFile={(file) => guess.mutate(file)}
    />
  )
  return (
    <>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <h2 className="text-base font-semibold">{title}</h2>
        {feed === 'levels' && <span className="text-ink-2">{t('describe.needed')}</span>}
        {sample !== undefined && (
          <button
            type="button"
            className="control ml-auto"
            aria-label={t('describe.forget', { feed: title })}
            onClick={() => {
              const rest = { ...samples }
              delete rest[feed]
              props.onSamples(rest)
              setFeed(undefined)
            }}
          >
            <X size={15} aria-hidden />
            {t('describe.remove', { name: '' }).trim()}
          </button>
        )}
      </div>
      <p className="text-ink-2">{t(`describe.feed.${feed}.text`)}</p>
      {sample === undefined && !isOpen ? (
        <button
          type="button"
          className="control"
          aria-label={t('describe.addFor', { feed: title })}
          onClick={() => setOpen(true)}
        >
          {t('describe.add')}
        </button>
      ) : (
        drop
      )}
      {guess.isError && (
        <p role="alert" className="text-red">
          {problem}
        </p>
      )}
      {sample?.isCut === true && <p className="text-ink-2">{t('describe.isCut')}</p>}
      {sample !== undefined && feedDraft !== undefined && (
        <FeedEditor
          feed={feed}
          draft={feedDraft}
          places={draft.places}
          fileKey={sample.key}
          fileName={sample.file.name}
          hasFolder={props.hasFolder}
          read={({ description, places }, signal) =>
            hub.readSample(
              connector,
              { feed, fileName: sample.file.name, content: sample.content, description, places },
              signal,
            )
          }
          onChange={setFeed}
          onUnderstood={props.onUnderstood}
          onPlaces={props.onPlaces}
        />
      )}
    </>
  )
}
