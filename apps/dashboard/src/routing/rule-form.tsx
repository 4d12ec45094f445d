import type { RoutingRuleBody } from '@plimsoll/client'
import { Plus, X } from 'lucide-react'
import { useState } from 'react'
import { fieldClass } from '../connect/connect-fields.tsx'
import { TextField } from '../describe/terms-fields.tsx'
import { useLanguage } from '../language.ts'
import { fieldsOf, namesIn, type RuleKind, toNames } from './rules.ts'

type Place = { code: string; name: string }

/** What one rule says, field by field. */
export function RuleForm(props: {
  id: string
  rule: RoutingRuleBody
  places: readonly Place[]
  onChange: (rule: RoutingRuleBody) => void
}) {
  const { id, rule, onChange } = props
  const { t } = useLanguage()
  const set = (changes: Record<string, unknown>) => onChange({ ...rule, ...changes })
  const fields = fieldsOf[rule.kind as RuleKind] ?? []
  if (fields.length === 0) return <p className="text-ink-2">{t('routing.nothingToSay')}</p>
  return (
    <div className="grid gap-3 sm:grid-cols-2">
      {fields.map((field) => {
        switch (field.kind) {
          case 'list':
            return (
              <ListField
                key={field.name}
                id={`${id}-${field.name}`}
                label={t(`routing.field.${field.name}`)}
                hint={t(`routing.hint.${field.name}`)}
                names={namesIn(rule, field.name)}
                onChange={(names) => set({ [field.name]: names })}
              />
            )
          case 'number':
            return (
              <TextField
                key={field.name}
                id={`${id}-${field.name}`}
                label={t(`routing.field.${field.name}`)}
                hint={field.name === 'perDay' ? t('routing.hint.perDay') : undefined}
                kind="number"
                value={rule[field.name] === undefined ? '' : String(rule[field.name])}
                onChange={(text) => set({ [field.name]: toNumber(text) })}
              />
            )
          case 'switch':
            return (
              <label key={field.name} className="flex min-h-8 items-center gap-2 sm:col-span-2">
                <input
                  type="checkbox"
                  checked={rule[field.name] === true}
                  onChange={(event) => set({ [field.name]: event.target.checked })}
                />
                {t(`routing.field.${field.name}`)}
              </label>
            )
          case 'places':
            return <PlacesField key="places" {...props} mayExclude={field.mayExclude} />
          case 'costs':
            return <CostsField key="costs" {...props} />
          default: {
            const never: never = field
            return never
          }
        }
      })}
    </div>
  )
}

function ListField(props: {
  id: string
  label: string
  hint: string
  names: readonly string[]
  onChange: (names: string[]) => void
}) {
  // As it is typed: a comma at the end is the beginning of the next name.
  const [text, setText] = useState(props.names.join(', '))
  return (
    <TextField
      id={props.id}
      label={props.label}
      hint={props.hint}
      value={text}
      onChange={(next) => {
        setText(next)
        props.onChange(toNames(next))
      }}
    />
  )
}

/** Only from these, or from any but these. */
function PlacesField(props: Parameters<typeof RuleForm>[0] & { mayExclude: boolean }) {
  const { id, rule, places, mayExclude, onChange } = props
  const { t } = useLanguage()
  const excludes = rule.notLocations !== undefined
  const chosen = namesIn(rule, excludes ? 'notLocations' : 'locations')
  const set = (codes: readonly string[], isNot: boolean) => {
    const { locations: _, notLocations: __, ...rest } = rule
    onChange({ ...rest, kind: rule.kind, [isNot ? 'notLocations' : 'locations']: codes })
  }
  const known = new Set(places.map(({ code }) => code))
  const all = [...places, ...chosen.filter((code) => !known.has(code)).map((code) => ({ code, name: code }))]
  return (
    <fieldset className="sm:col-span-2">
      <legend className="font-medium">{t(mayExclude ? 'routing.places' : 'routing.placesAt')}</legend>
      {mayExclude && (
        <select
          id={`${id}-places`}
          aria-label={t('routing.places')}
          value={excludes ? 'not' : 'only'}
          onChange={(event) => set(chosen, event.target.value === 'not')}
          className={`${fieldClass} sm:w-72`}
        >
          <option value="only">{t('routing.onlyThese')}</option>
          <option value="not">{t('routing.butThese')}</option>
        </select>
      )}
      <div className="mt-1 flex flex-wrap gap-x-4 gap-y-1">
        {all.map(({ code, name }) => (
          <label key={code} className="flex min-h-8 items-center gap-2">
            <input
              type="checkbox"
              checked={chosen.includes(code)}
              onChange={(event) =>
                set(
                  event.target.checked ? [...chosen, code] : chosen.filter((each) => each !== code),
                  excludes,
                )
              }
            />
            <span className="break-words">
              {name} <span className="text-ink-2">({code})</span>
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}

type Tariff = Record<string, unknown>

/** A table of what a parcel costs from where to where, in the smallest unit of the currency. */
function CostsField({ id, rule, places, onChange }: Parameters<typeof RuleForm>[0]) {
  const { t } = useLanguage()
  const base = (rule.base ?? {}) as Record<string, number>
  const tariffs = (Array.isArray(rule.tariffs) ? rule.tariffs : []) as Tariff[]
  // Each keeps its own fields while others are removed: what is typed is kept by its key, not by its place.
  const [keys, setKeys] = useState<readonly number[]>(() => tariffs.map((_, at) => at))
  const [made, setMade] = useState(tariffs.length)
  const set = (at: number, changes: Tariff) =>
    onChange({
      ...rule,
      tariffs: tariffs.map((each, nth) => (nth === at ? clean({ ...each, ...changes }) : each)),
    })
  return (
    <div className="space-y-4 sm:col-span-2">
      <fieldset>
        <legend className="font-medium">{t('routing.base')}</legend>
        <p className="text-xs text-ink-2">{t('routing.smallest')}</p>
        <div className="mt-1 grid gap-3 sm:grid-cols-3">
          {places.map(({ code, name }) => (
            <TextField
              key={code}
              id={`${id}-base-${code}`}
              label={`${name} (${code})`}
              kind="number"
              value={base[code] === undefined ? '' : String(base[code])}
              onChange={(text) => {
                const { [code]: _, ...rest } = base
                onChange({ ...rule, base: text === '' ? rest : { ...rest, [code]: toNumber(text) } })
              }}
            />
          ))}
        </div>
      </fieldset>
      <fieldset>
        <legend className="font-medium">{t('routing.tariffs')}</legend>
        <ol className="space-y-3">
          {tariffs.map((tariff, at) => (
            <li
              key={keys[at] ?? `new ${at}`}
              className="grid grid-cols-2 items-end gap-3 border-b border-line pb-3 sm:grid-cols-[1fr_1fr_1fr_7rem_7rem_2.25rem]"
            >
              {(['from', 'countries', 'postalPrefixes'] as const).map((name) => (
                <ListField
                  key={name}
                  id={`${id}-tariff-${at}-${name}`}
                  label={t(`routing.tariff.${name}`)}
                  hint=""
                  names={namesIn({ kind: '', ...tariff }, name)}
                  onChange={(names) => set(at, { [name]: names })}
                />
              ))}
              {(['perParcel', 'perUnit'] as const).map((name) => (
                <TextField
                  key={name}
                  id={`${id}-tariff-${at}-${name}`}
                  label={t(`routing.tariff.${name}`)}
                  kind="number"
                  value={tariff[name] === undefined ? '' : String(tariff[name])}
                  onChange={(text) => set(at, { [name]: toNumber(text) })}
                />
              ))}
              <button
                type="button"
                className="control min-h-9 px-0"
                disabled={tariffs.length === 1}
                aria-label={t('routing.tariffRemove', { n: at + 1 })}
                onClick={() => {
                  setKeys(keys.filter((_, nth) => nth !== at))
                  onChange({ ...rule, tariffs: tariffs.filter((_, nth) => nth !== at) })
                }}
              >
                <X size={15} aria-hidden />
              </button>
            </li>
          ))}
        </ol>
        <button
          type="button"
          className="control mt-2"
          onClick={() => {
            setKeys([...keys, made])
            setMade(made + 1)
            onChange({ ...rule, tariffs: [...tariffs, { perParcel: 0, perUnit: 0 }] })
          }}
        >
          <Plus size={15} aria-hidden />
          {t('routing.tariffAdd')}
        </button>
      </fieldset>
    </div>
  )
}

function clean(tariff: Tariff): Tariff {
  return Object.fromEntries(
    Object.entries(tariff).filter(
      ([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0),
    ),
  )
}

/** What is no number is sent as it is: the hub says what is wrong with it. */
function toNumber(text: string): number | string | undefined {
  if (text.trim() === '') return undefined
  return Number.isFinite(Number(text)) ? Number(text) : text
}
