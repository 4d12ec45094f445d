import type { AlertDestination, AlertTest } from '@plimsoll/client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Plus } from 'lucide-react'
import { useState } from 'react'
import { formatMoment, formatNumber } from '../format.ts'
import { alertDestinationsQuery, hub } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Confirm } from '../parts/confirm.tsx'
import { Empty, Failure, Loading, useProblemText } from '../parts/notice.tsx'
import { useSayTold } from '../tasks/use-say-told.ts'
import { DestinationForm } from './destination-form.tsx'

/** Whom alerts are told to, how that goes, and a test for each. */
export function DestinationList() {
  const { t } = useLanguage()
  const destinations = useQuery(alertDestinationsQuery)
  // `new` has no id yet.
  const [edited, setEdited] = useState<string | undefined>()
  const [removed, setRemoved] = useState<AlertDestination | undefined>()
  const client = useQueryClient()
  const remove = useMutation({
    mutationFn: (destinationId: string) => hub.removeAlertDestination(destinationId),
    onSuccess: () => setRemoved(undefined),
    onSettled: () => client.invalidateQueries({ queryKey: ['alerts'] }),
  })
  const problem = useProblemText(remove.error)
  if (destinations.data === undefined) {
    return destinations.error ? (
      <Failure error={destinations.error} onRetry={() => void destinations.refetch()} />
    ) : (
      <div className="panel">
        <Loading />
      </div>
    )
  }
  const { rows, hasMailServer } = destinations.data
  return (
    <>
      <div className="mb-3">
        <button type="button" className="control control-strong" onClick={() => setEdited('new')}>
          <Plus size={15} aria-hidden />
          {t('alerts.destination.add')}
        </button>
      </div>
      {!hasMailServer && rows.some(({ kind }) => kind === 'email') && (
        <p role="status" className="mb-3 rounded border border-amber-fill bg-amber-soft px-4 py-2">
          {t('alerts.destination.noMail')}
        </p>
      )}
      {edited === 'new' && (
        <div className="panel mb-4 p-4">
          <DestinationForm destination={undefined} onClose={() => setEdited(undefined)} />
        </div>
      )}
      <div className="panel">
        {rows.length === 0 && (
          <Empty title={t('alerts.destination.empty')} cure={t('alerts.destination.emptyCure')} />
        )}
        <ul aria-label={t('alerts.view.destinations')}>
          {rows.map((each) => (
            <li key={each.destinationId} className="border-b border-line px-4 py-2.5 last:border-0">
              {edited === each.destinationId ? (
                <DestinationForm destination={each} onClose={() => setEdited(undefined)} />
              ) : (
                <DestinationLine
                  destination={each}
                  onEdit={() => setEdited(each.destinationId)}
                  onRemove={() => {
                    remove.reset()
                    setRemoved(each)
                  }}
                />
              )}
            </li>
          ))}
        </ul>
      </div>
      <Confirm
        isOpen={removed !== undefined}
        title={t('alerts.destination.removeTitle', { name: removed?.name ?? '' })}
        text={t('alerts.destination.removeText')}
        action={t('alerts.destination.remove')}
        isBusy={remove.isPending}
        onConfirm={() => removed && remove.mutate(removed.destinationId)}
        onClose={() => setRemoved(undefined)}
      >
        {remove.isError && (
          <p role="alert" className="mt-2 text-red">
            {problem}
          </p>
        )}
      </Confirm>
    </>
  )
}

type AlertTestProblem = Pick<AlertTest, 'problem' | 'problemTold'>

function DestinationLine(props: { destination: AlertDestination; onEdit: () => void; onRemove: () => void }) {
  const { destination } = props
  const { name, kind, shown, isOn, waiting, lastSentAt, problem, problemTold } = destination
  const { problemSince, nextTryAt } = destination
  const { t, locale } = useLanguage()
  const test = useMutation({ mutationFn: () => hub.testAlertDestination(destination.destinationId) })
  const failed = useProblemText(test.error)
  const say = useSayTold()
  const sayProblem = (test: AlertTestProblem) =>
    test.problemTold === null ? (test.problem ?? '') : say('toldTrouble', test.problemTold)
  const at = (moment: string) => formatMoment(locale, moment)
  return (
    <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
      <div className="min-w-0 flex-1 basis-72">
        <p className="font-medium break-words">
          {name}
          {!isOn && <span className="font-normal text-ink-2"> ({t('alerts.destination.off')})</span>}
        </p>
        <p className="break-words text-ink-2">
          {t(`alerts.destination.kinds.${kind}`)} · {shown}
          {lastSentAt !== null && ` · ${t('alerts.destination.lastSent', { ago: at(lastSentAt) })}`}
          {waiting > 0 &&
            ` · ${t('alerts.destination.waiting', { count: waiting, n: formatNumber(locale, waiting) })}`}
        </p>
        {problem !== null && (
          <p className="break-words text-red">
            {t('alerts.destination.fails', {
              ago: problemSince === null ? '' : at(problemSince),
              problem: sayProblem({ problem, problemTold }),
            })}
            {nextTryAt !== null && ` ${t('alerts.destination.nextTry', { at: at(nextTryAt) })}`}
          </p>
        )}
        <p role="status" aria-live="polite">
          {test.isPending && t('alerts.destination.testing')}
          {test.data?.isTaken === true && <span className="text-green">{t('alerts.destination.taken')}</span>}
          {test.data?.isTaken === false && (
            <span className="text-red">
              {t('alerts.destination.notTaken', { problem: sayProblem(test.data) })}
            </span>
          )}
          {test.isError && <span className="text-red">{failed}</span>}
        </p>
      </div>
      <div className="flex flex-wrap gap-2">
        <button
          type="button"
          className="control"
          disabled={test.isPending}
          aria-label={t('alerts.destination.testOf', { name })}
          onClick={() => test.mutate()}
        >
          {t('alerts.destination.test')}
        </button>
        <button
          type="button"
          className="control"
          aria-label={t('alerts.destination.editOf', { name })}
          onClick={props.onEdit}
        >
          {t('alerts.destination.edit')}
        </button>
        <button
          type="button"
          className="control"
          aria-label={t('alerts.destination.removeOf', { name })}
          onClick={props.onRemove}
        >
          {t('alerts.destination.remove')}
        </button>
      </div>
    </div>
  )
}
