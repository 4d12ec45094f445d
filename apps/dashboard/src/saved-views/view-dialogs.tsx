import type { SavedView, ViewScreen } from '@plimsoll/client'
import { useMutation } from '@tanstack/react-query'
import { useId, useState } from 'react'
import { hub, queryClient } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Confirm } from '../parts/confirm.tsx'
import { useProblemText } from '../parts/notice.tsx'
import { useViewChange } from './use-view-change.ts'
import { viewsQuery } from './view-queries.ts'

const NAME_MAX = 80

/** Keeps what a screen shows under a name. */
export function SaveView(props: { screen: ViewScreen; search: Record<string, string>; onClose: () => void }) {
  const { screen, search, onClose } = props
  const { t } = useLanguage()
  const [name, setName] = useState('')
  const [shared, setShared] = useState(false)
  const [isMissing, setMissing] = useState(false)
  const save = useMutation({
    mutationFn: () => hub.saveView({ screen, name: name.trim(), shared, search }),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: viewsQuery.queryKey })
      onClose()
    },
  })
  const problem = useProblemText(save.error)
  return (
    <Confirm
      isOpen
      title={t('views.saveTitle')}
      text={t('views.saveText')}
      action={t('views.confirm')}
      isBusy={save.isPending}
      onConfirm={() => (name.trim() === '' ? setMissing(true) : save.mutate())}
      onClose={onClose}
    >
      <NameField name={name} onName={setName} isMissing={isMissing} />
      <label className="mt-3 flex min-h-6 items-center gap-2">
        <input type="checkbox" checked={shared} onChange={(event) => setShared(event.target.checked)} />
        {t('views.shared')}
      </label>
      {save.isError && <Problem text={problem} />}
    </Confirm>
  )
}

export function RenameView({ view, onClose }: { view: SavedView; onClose: () => void }) {
  const { t } = useLanguage()
  const [name, setName] = useState(view.name)
  const [isMissing, setMissing] = useState(false)
  const { change, problem } = useViewChange(onClose)
  return (
    <Confirm
      isOpen
      title={t('views.renameTitle')}
      text={t('views.renameText')}
      action={t('views.confirm')}
      isBusy={change.isPending}
      onConfirm={() =>
        name.trim() === '' ? setMissing(true) : change.mutate({ view, change: { name: name.trim() } })
      }
      onClose={onClose}
    >
      <NameField name={name} onName={setName} isMissing={isMissing} />
      {problem && <Problem text={problem} />}
    </Confirm>
  )
}

export function DeleteView({ view, onClose }: { view: SavedView; onClose: () => void }) {
  const { t } = useLanguage()
  const remove = useMutation({
    mutationFn: () => hub.deleteView(view.viewId),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: viewsQuery.queryKey })
      onClose()
    },
  })
  const problem = useProblemText(remove.error)
  return (
    <Confirm
      isOpen
      title={t('views.removeTitle', { name: view.name })}
      text={t('views.removeText')}
      action={t('views.removeConfirm')}
      isBusy={remove.isPending}
      onConfirm={() => remove.mutate()}
      onClose={onClose}
    >
      {remove.isError && <Problem text={problem} />}
    </Confirm>
  )
}

function NameField(props: { name: string; onName: (name: string) => void; isMissing: boolean }) {
  const { t } = useLanguage()
  const fault = useId()
  const isWrong = props.isMissing && props.name.trim() === ''
  return (
    <label className="mt-4 block">
      <span className="font-medium">{t('views.name')}</span>
      <input
        value={props.name}
        maxLength={NAME_MAX}
        aria-invalid={isWrong}
        aria-describedby={isWrong ? fault : undefined}
        onChange={(event) => props.onName(event.target.value)}
        className="mt-1 h-9 w-full rounded border border-line-2 bg-surface px-2.5"
      />
      {isWrong && (
        <span id={fault} className="mt-1 block text-xs text-red">
          {t('views.nameMissing')}
        </span>
      )}
    </label>
  )
}

function Problem({ text }: { text: string }) {
  const { t } = useLanguage()
  return (
    <p role="alert" className="mt-3 text-red">
      {t('views.failed', { detail: text })}
    </p>
  )
}
