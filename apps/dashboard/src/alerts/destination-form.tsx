import type { AlertDestination } from '@plimsoll/client'
import { useState } from 'react'
import { fieldClass } from '../connect/connect-fields.tsx'
import { hub } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Choice, Field, NameField, NumberField, SavedForm, Switch } from './form-fields.tsx'

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
  const save = () => {
    const { address, signingSecret, ...rest } = draft
    return hub.saveAlertDestination(destination?.destinationId, {
      ...rest,
      ...(address !== '' && { address }),
      ...(signed.has(draft.kind) && signingSecret !== '' && { signingSecret }),
    })
  }
  const isNew = destination === undefined
  const addressHint = `${draft.kind === 'email' ? '' : t('alerts.destination.addressHint')} ${isNew ? '' : t('alerts.destination.stays')}`
  return (
    <SavedForm save={t('alerts.destination.save')} onSave={save} onClose={props.onClose}>
      <NameField label={t('alerts.destination.name')} value={draft.name} onChange={(name) => set({ name })} />
      <Choice
        label={t('alerts.destination.kind')}
        choices={kinds}
        value={draft.kind}
        word={(each) => t(`alerts.destination.kinds.${each}`)}
        isDisabled={!isNew}
        onChange={(kind) => set({ kind })}
      />
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
      <Choice
        label={t('alerts.destination.language')}
        choices={languages}
        value={draft.language}
        word={(each) => t(`alerts.destination.languages.${each}`)}
        onChange={(chosen) => set({ language: chosen })}
      />
      <NumberField
        label={t('alerts.destination.perHour')}
        hint={t('alerts.destination.perHourHint')}
        min={1}
        max={240}
        value={draft.messagesPerHour}
        onChange={(messagesPerHour) => set({ messagesPerHour })}
      />
      <div className="sm:col-span-2">
        <Switch label={t('alerts.destination.isOn')} isOn={draft.isOn} onChange={(isOn) => set({ isOn })} />
      </div>
    </SavedForm>
  )
}
