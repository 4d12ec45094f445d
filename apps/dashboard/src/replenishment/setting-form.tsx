import type { ReplenishmentExplained } from '@plimsoll/client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useId, useState } from 'react'
import { hub } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { useProblemText } from '../parts/notice.tsx'
import { readSetting, type SettingField, settingChoices, settingFields } from './setting-value.ts'

const scopes = ['item-at-location', 'item', 'location', 'organization'] as const
type Scope = (typeof scopes)[number]

/** Sets one field for the item here, the item, the location or everything; left empty, it comes from further out again. */
export function SettingForm({ row }: { row: ReplenishmentExplained }) {
  const { t } = useLanguage()
  const client = useQueryClient()
  const [field, setField] = useState<SettingField>('transferLeadDays')
  const [scope, setScope] = useState<Scope>('location')
  const [text, setText] = useState('')
  const save = useMutation({
    mutationFn: () =>
      hub.changeReplenishmentSettings({
        ...((scope === 'item' || scope === 'item-at-location') && { sku: row.sku }),
        ...((scope === 'location' || scope === 'item-at-location') && { location: row.location }),
        fields: { [field]: readSetting(field, text) },
      }),
    onSuccess: () => setText(''),
    onSettled: () => client.invalidateQueries({ queryKey: ['replenishment'] }),
  })
  const problem = useProblemText(save.error)
  const choices = settingChoices[field]
  const valueId = useId()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    save.mutate()
  }
  const fieldClass = 'min-h-9 min-w-0 max-w-full rounded border border-line-2 bg-surface px-2'
  return (
    <details className="mt-2">
      <summary className="min-h-6 cursor-pointer py-0.5 text-sea">{t('replenishment.set.title')}</summary>
      <form onSubmit={submit} className="grid gap-2 py-2">
        <label className="grid gap-0.5">
          <span className="text-xs text-ink-2">{t('replenishment.set.field')}</span>
          <select
            className={fieldClass}
            value={field}
            onChange={({ target }) => {
              setField(settingFields.find((each) => each === target.value) ?? field)
              setText('')
            }}
          >
            {settingFields.map((each) => (
              <option key={each} value={each}>
                {t(`replenishment.explain.field.${each}`)}
              </option>
            ))}
          </select>
        </label>
        <label className="grid gap-0.5">
          <span className="text-xs text-ink-2">{t('replenishment.set.scope')}</span>
          <select
            className={fieldClass}
            value={scope}
            onChange={({ target }) => setScope(scopes.find((each) => each === target.value) ?? scope)}
          >
            {scopes.map((each) => (
              <option key={each} value={each}>
                {t(`replenishment.explain.from.${each}`)}
              </option>
            ))}
          </select>
        </label>
        <div className="grid gap-0.5">
          <label htmlFor={valueId} className="text-xs text-ink-2">
            {t('replenishment.set.value')}
          </label>
          {choices === undefined ? (
            <input
              id={valueId}
              className={fieldClass}
              value={text}
              placeholder={t('replenishment.set.empty')}
              onChange={({ target }) => setText(target.value)}
            />
          ) : (
            <select
              id={valueId}
              className={fieldClass}
              value={text}
              onChange={({ target }) => setText(target.value)}
            >
              <option value="">{t('replenishment.set.empty')}</option>
              {choices.map((each) => (
                <option key={each} value={each}>
                  {t(`replenishment.explain.value.${each}`)}
                </option>
              ))}
            </select>
          )}
        </div>
        <div className="flex flex-wrap items-center gap-3">
          <button type="submit" className="control" disabled={save.isPending}>
            {t('replenishment.set.save')}
          </button>
          {save.isSuccess && <span className="text-green">{t('replenishment.set.saved')}</span>}
        </div>
        {save.error && (
          <p role="alert" className="text-red">
            {problem}
          </p>
        )}
      </form>
    </details>
  )
}
