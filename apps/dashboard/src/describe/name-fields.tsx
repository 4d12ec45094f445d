import { useLanguage } from '../language.ts'
import type { Json } from './draft.ts'
import { datePatterns } from './feed-fields.ts'
import { ChoiceField, TextField, textIn, type Wrong, wrongIn } from './terms-fields.tsx'

type Props = {
  id: string
  feed: string
  terms: Json
  wrong: Wrong
  /** Found in the name of the file by `sequence`. */
  sequence: string | null | undefined
  /** Files lie in folders. */
  hasFolder: boolean
  onChange: (terms: Json) => void
}

/** Which files are of this feed, which of two is the newer one, and how moments are written. */
export function NameFields({ id, feed, terms, wrong, sequence, hasFolder, onChange }: Props) {
  const { t } = useLanguage()
  const text = (name: string) => ({
    id: `${id}-${name}`,
    value: textIn(terms, name),
    wrong: wrongIn(wrong, name),
    onChange: (value: string) => onChange({ ...terms, [name]: value === '' ? undefined : value }),
  })
  const found =
    textIn(terms, 'sequence') === ''
      ? t('describe.sequenceNone')
      : sequence
        ? t('describe.sequenceFound', { found: sequence })
        : t('describe.sequenceMissing')
  return (
    <div className="grid gap-3 sm:grid-cols-2 lg:grid-cols-3">
      <TextField {...text('files')} label={t('describe.files')} hint={t('describe.filesHint')} isCode />
      {hasFolder && (
        <TextField {...text('folder')} label={t('describe.folder')} hint={t('describe.folderHint')} isCode />
      )}
      <TextField {...text('sequence')} label={t('describe.sequence')} hint={found} isCode />
      <TextField
        {...text('dates')}
        label={t('describe.dates')}
        hint={t('describe.datesHint')}
        options={datePatterns}
        isCode
      />
      <TextField
        {...text('zone')}
        value={textIn(terms, 'zone') || 'Z'}
        label={t('describe.zone')}
        hint={t('describe.zoneHint')}
        options={zones()}
        isCode
      />
      {feed === 'levels' && (
        <>
          <ChoiceField
            {...text('says')}
            value={textIn(terms, 'says') || 'snapshot'}
            label={t('describe.says')}
            options={(['snapshot', 'delta'] as const).map((value) => ({
              value,
              label: t(`describe.saysWhat.${value}`),
            }))}
          />
          {terms.says !== 'delta' && (
            <ChoiceField
              {...text('absent')}
              value={textIn(terms, 'absent') || 'unchanged'}
              label={t('describe.absent')}
              hint={t('describe.absentHint')}
              options={(['unchanged', 'zero'] as const).map((value) => ({
                value,
                label: t(`describe.absentWhat.${value}`),
              }))}
            />
          )}
        </>
      )}
    </div>
  )
}

/** That of whoever sits here first. */
function zones(): string[] {
  return [
    ownZone(),
    'Z',
    '+08:00',
    'Europe/Berlin',
    'America/New_York',
    'America/Los_Angeles',
    'Asia/Shanghai',
  ]
}

export function ownZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone
}
