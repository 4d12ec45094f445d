import type { AlertDestination } from '@plimsoll/client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { fieldClass } from '../connect/connect-fields.tsx'
import { hub } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { useProblemText } from '../parts/notice.tsx'
import { Field, Switch } from './form-fields.tsx'

const kinds = ['email', 'slack', 'teams', 'feishu', 'dingtalk', 'wecom', 'webhook'] as const
type Kind = (typeof kinds)[number]
const signed: ReadonlySet<Kind> = new Set(['webhook', 'feishu', 'dingtalk'])
const languages = ['en', 'zh'] as const

/** @param props.destination undefined: a new one. What is secret is not shown, and stays where it is left empty. */
export function DestinationForm(props: { destination: AlertDestination | undefined; onClose: () => void }) {
  const { destination } = props
  const { t, language } = useLanguage()
  const [draft, setDraft] = useState({
    name: destination?.name ?? '',
    kind: destination?.kind ?? ('email' as Kind),
    address: '',
    signingSecret: '',
    language: destination?.language ?? language,
    messagesPerHour: destination?.messagesPerHour ?? 12,
    isOn: destination?.isOn ?? true,
  })
  const set = (changes: Partial<typeof draft>) => setDraft((before) => ({ ...before, ...changes }))
  const client = useQueryClient()
  const save = useMutation({
    mutationFn: () => {
      const { address, signingSecret, ...rest } = draft
      return hub.saveAlertDestination(destination?.destinationId, {
        ...rest,
        ...(address !== '' && { address }),
        ...(signed.has(draft.kind) && signingSecret !== '' && { signingSecret }),
      })
    },
    onSuccess: props.onClose,
    onSettled: () => client.invalidateQueries({ queryKey: ['alerts'] }),
  })
  const problem = useProblemText(save.error)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    save.mutate()
  }
  const isNew = destination === undefined
  const addressHint = `${draft.kind === 'email' ? '' : t('alerts.destination.addressHint')} ${isNew ? '' : t('alerts.destination.stays')}`
  return (
    <form onSubmit={submit} className="grid gap-3 sm:grid-cols-2" aria-label={t('alerts.destination.save')}>
      <Field label={t('alerts.destination.name')}>
        {(field) => (
          <input
            {...field}
            required
            maxLength={100}
            className={fieldClass}
            value={draft.name}
            onChange={({ target }) => set({ name: target.value })}
          />
        )}
      </Field>
      <Field label={t('alerts.destination.kind')}>
        {(field) => (
          <select
            {...field}
            className={fieldClass}
            disabled={!isNew}
            value={draft.kind}
            onChange={({ target }) =>
              set({ kind: kinds.find((each) => each === target.value) ?? draft.kind })
            }
          >
            {kinds.map((each) => (
              <option key={each} value={each}>
                {t(`alerts.destination.kinds.${each}`)}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field
        label={t(draft.kind === 'email' ? 'alerts.destination.email' : 'alerts.destination.address')}
        hint={addressHint.trim()}
      >
        {(field) => (
          <input
            {...field}
            type={draft.kind === 'email' ? 'email' : 'url'}
            required={isNew}
            autoComplete="off"
            className={fieldClass}
            value={draft.address}
            onChange={({ target }) => set({ address: target.value })}
          />
        )}
      </Field>
      {signed.has(draft.kind) && (
        <Field
          label={t('alerts.destination.secret')}
          {...(!isNew && { hint: t('alerts.destination.stays') })}
        >
          {(field) => (
            <input
              {...field}
              type="password"
              autoComplete="new-password"
              className={fieldClass}
              value={draft.signingSecret}
              onChange={({ target }) => set({ signingSecret: target.value })}
            />
          )}
        </Field>
      )}
      <Field label={t('alerts.destination.language')}>
        {(field) => (
          <select
            {...field}
            className={fieldClass}
            value={draft.language}
            onChange={({ target }) =>
              set({ language: languages.find((each) => each === target.value) ?? draft.language })
            }
          >
            {languages.map((each) => (
              <option key={each} value={each}>
                {t(`alerts.destination.languages.${each}`)}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label={t('alerts.destination.perHour')} hint={t('alerts.destination.perHourHint')}>
        {(field) => (
          <input
            {...field}
            type="number"
            min={1}
            max={240}
            required
            className={fieldClass}
            value={Number.isNaN(draft.messagesPerHour) ? '' : draft.messagesPerHour}
            onChange={({ target }) => set({ messagesPerHour: target.valueAsNumber })}
          />
        )}
      </Field>
      <div className="sm:col-span-2">
        <Switch label={t('alerts.destination.isOn')} isOn={draft.isOn} onChange={(isOn) => set({ isOn })} />
      </div>
      {save.isError && (
        <p role="alert" className="text-red sm:col-span-2">
          {problem}
        </p>
      )}
      <div className="flex flex-wrap gap-2 sm:col-span-2">
        <button type="submit" className="control control-strong" disabled={save.isPending}>
          {t('alerts.destination.save')}
        </button>
        <button type="button" className="control" onClick={props.onClose}>
          {t('app.cancel')}
        </button>
      </div>
    </form>
  )
}
