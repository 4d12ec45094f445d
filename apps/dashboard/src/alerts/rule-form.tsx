import type { AlertRule, AlertRuleBody } from '@plimsoll/client'
import { useQuery } from '@tanstack/react-query'
import { useId, useState } from 'react'
import { fieldClass } from '../connect/connect-fields.tsx'
import { alertDestinationsQuery, connectionsQuery, hub, locationsQuery } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Choice, Field, NameField, NumberField, SavedForm, Switch } from './form-fields.tsx'
import { alertKinds, kindFields, ofKind, toBody } from './rule-draft.ts'

const severities = ['critical', 'warning', 'info'] as const
const timings = ['at-once', 'hourly', 'daily'] as const

/** Everything that a rule says. @param props.ruleId undefined: it is a new one */
export function RuleForm(props: {
  rule: AlertRule | AlertRuleBody
  ruleId: string | undefined
  onClose: () => void
}) {
  const { t } = useLanguage()
  const id = useId()
  const [draft, setDraft] = useState(() => toBody(props.rule))
  const set = (changes: Partial<AlertRuleBody>) => setDraft((before) => ({ ...before, ...changes }))
  const save = () => hub.saveAlertRule(props.ruleId, draft)
  return (
    <SavedForm save={t('alerts.rule.save')} onSave={save} onClose={props.onClose}>
      <NameField label={t('alerts.rule.name')} value={draft.name} onChange={(name) => set({ name })} />
      <Choice
        label={t('alerts.rule.kind')}
        choices={alertKinds}
        value={draft.kind}
        word={(each) => t(`alerts.kind.${each}`)}
        onChange={(kind) => set(ofKind(kind))}
      />
      {kindFields[draft.kind].parameters.map(({ name }) => (
        <Parameter
          key={`${draft.kind} ${name}`}
          name={name}
          isLeast={draft.kind === 'oversold'}
          value={draft.parameters[name]}
          onChange={(value) => set({ parameters: { ...draft.parameters, [name]: value } })}
        />
      ))}
      <Choice
        label={t('alerts.rule.severity')}
        choices={severities}
        value={draft.severity}
        word={(each) => t(`alerts.severity.${each}`)}
        onChange={(severity) => set({ severity })}
      />
      <Scopes draft={draft} set={set} />
      <Seconds
        label={t('alerts.rule.opensAfter')}
        value={draft.opensAfterSeconds}
        onChange={(opensAfterSeconds) => set({ opensAfterSeconds })}
      />
      <Seconds
        label={t('alerts.rule.clearsAfter')}
        value={draft.clearsAfterSeconds}
        onChange={(clearsAfterSeconds) => set({ clearsAfterSeconds })}
      />
      <Told draft={draft} set={set} id={id} />
      <div className="flex flex-wrap gap-x-6 sm:col-span-2">
        <Switch
          label={t('alerts.rule.tellsResolved')}
          isOn={draft.tellsResolved}
          onChange={(tellsResolved) => set({ tellsResolved })}
        />
        <Switch label={t('alerts.rule.isOn')} isOn={draft.isOn} onChange={(isOn) => set({ isOn })} />
      </div>
    </SavedForm>
  )
}

function Seconds(props: { label: string; value: number; onChange: (value: number) => void }) {
  return <NumberField {...props} min={0} max={604_800} />
}

const pers = ['location', 'item'] as const
const whys = ['paused', 'refused', 'circuit'] as const

function Parameter(props: {
  name: string
  isLeast: boolean
  value: unknown
  onChange: (value: unknown) => void
}) {
  const { name, isLeast, value, onChange } = props
  const { t } = useLanguage()
  const label = t(`alerts.parameter.${isLeast ? 'unitsLeast' : name}`)
  if (name === 'per') {
    return (
      <Choice
        label={label}
        choices={pers}
        value={value === 'item' ? 'item' : 'location'}
        word={(each) => t(`alerts.per.${each}`)}
        onChange={onChange}
      />
    )
  }
  if (name === 'why') {
    const chosen = Array.isArray(value) ? value.map(String) : []
    return (
      <fieldset>
        <legend className="text-xs text-ink-2">{label}</legend>
        <div className="flex flex-wrap gap-x-4">
          {whys.map((each) => (
            <Switch
              key={each}
              label={t(`alerts.why.${each}`)}
              isOn={chosen.includes(each)}
              onChange={(isOn) =>
                onChange(whys.filter((one) => (one === each ? isOn : chosen.includes(one))))
              }
            />
          ))}
        </div>
      </fieldset>
    )
  }
  return (
    <Field label={label}>
      {(field) => (
        <input
          {...field}
          type="number"
          step="any"
          required
          className={fieldClass}
          value={typeof value === 'number' && !Number.isNaN(value) ? value : ''}
          onChange={({ target }) => onChange(target.valueAsNumber)}
        />
      )}
    </Field>
  )
}

type Part = { draft: AlertRuleBody; set: (changes: Partial<AlertRuleBody>) => void }

function Scopes({ draft, set }: Part) {
  const { t } = useLanguage()
  const { data: locations } = useQuery(locationsQuery)
  const { data: connections } = useQuery(connectionsQuery)
  const choices = {
    location: locations?.rows.map(({ code, name }) => [code, `${name} (${code})`] as const) ?? [],
    connection: connections?.rows.map(({ connectionId, name }) => [connectionId, name] as const) ?? [],
  }
  return kindFields[draft.kind].scopes.map((scope) => (
    <Field key={scope} label={t(`alerts.rule.${scope}`)}>
      {(field) =>
        scope === 'sku' ? (
          <input
            {...field}
            className={fieldClass}
            value={draft.sku ?? ''}
            placeholder={t('alerts.rule.all')}
            onChange={({ target }) => set({ sku: target.value === '' ? null : target.value })}
          />
        ) : (
          <select
            {...field}
            className={fieldClass}
            value={draft[scope] ?? ''}
            onChange={({ target }) => set({ [scope]: target.value === '' ? null : target.value })}
          >
            <option value="">{t('alerts.rule.all')}</option>
            {choices[scope].map(([value, label]) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </select>
        )
      }
    </Field>
  ))
}

function Told({ draft, set, id }: Part & { id: string }) {
  const { t } = useLanguage()
  const { data } = useQuery(alertDestinationsQuery)
  const rows = data?.rows ?? []
  const setQuiet = (changes: { from?: string; until?: string }) => {
    const quiet = { from: draft.quiet?.from ?? '', until: draft.quiet?.until ?? '', ...changes }
    set({ quiet: quiet.from === '' && quiet.until === '' ? null : quiet })
  }
  return (
    <>
      <fieldset className="sm:col-span-2">
        <legend className="font-medium">{t('alerts.rule.destinations')}</legend>
        {rows.length === 0 && <p className="text-ink-2">{t('alerts.rule.noDestinations')}</p>}
        <div className="flex flex-wrap gap-x-4">
          {rows.map(({ destinationId, name }) => (
            <Switch
              key={destinationId}
              label={name}
              isOn={draft.destinationIds.includes(destinationId)}
              onChange={(isOn) =>
                set({
                  destinationIds: isOn
                    ? [...draft.destinationIds, destinationId]
                    : draft.destinationIds.filter((each) => each !== destinationId),
                })
              }
            />
          ))}
        </div>
      </fieldset>
      <Choice
        label={t('alerts.rule.timing')}
        choices={timings}
        value={draft.timing}
        word={(each) => t(`alerts.rule.timings.${each}`)}
        onChange={(timing) => set({ timing })}
      />
      {draft.timing === 'daily' && (
        <Field label={t('alerts.rule.dailyAt')}>
          {(field) => (
            <input
              {...field}
              type="time"
              required
              className={fieldClass}
              value={draft.dailyAt}
              onChange={({ target }) => set({ dailyAt: target.value })}
            />
          )}
        </Field>
      )}
      <Field label={t('alerts.rule.quietFrom')} hint={t('alerts.rule.quietHint')}>
        {(field) => (
          <input
            {...field}
            type="time"
            className={fieldClass}
            value={draft.quiet?.from ?? ''}
            onChange={({ target }) => setQuiet({ from: target.value })}
          />
        )}
      </Field>
      <Field label={t('alerts.rule.quietUntil')}>
        {(field) => (
          <input
            {...field}
            type="time"
            className={fieldClass}
            value={draft.quiet?.until ?? ''}
            onChange={({ target }) => setQuiet({ until: target.value })}
          />
        )}
      </Field>
      <Field label={t('alerts.rule.timeZone')}>
        {(field) => (
          <>
            <input
              {...field}
              required
              list={`${id}-zones`}
              className={fieldClass}
              value={draft.timeZone}
              onChange={({ target }) => set({ timeZone: target.value })}
            />
            <datalist id={`${id}-zones`}>
              {Intl.supportedValuesOf('timeZone').map((each) => (
                <option key={each} value={each} />
              ))}
            </datalist>
          </>
        )}
      </Field>
    </>
  )
}
