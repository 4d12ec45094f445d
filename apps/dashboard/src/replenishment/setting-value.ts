/** What can be set, in the order in which it is offered. */
export const settingFields = [
  'transferLeadDays',
  'transferDeviationDays',
  'supplierLeadDays',
  'supplierDeviationDays',
  'assemblyDays',
  'servicePercent',
  'reviewDays',
  'packUnits',
  'minimumUnits',
  'source',
  'supplier',
  'replenish',
  'outliers',
  'expectedPerDay',
  'historyDays',
  'minimumHistoryDays',
] as const
export type SettingField = (typeof settingFields)[number]

/** Fields that take one of a few values; the others are typed in. */
export const settingChoices: {
  [Field in SettingField]?: readonly ('true' | 'false' | 'count' | 'leave-out')[]
} = {
  replenish: ['true', 'false'],
  outliers: ['count', 'leave-out'],
}

/** What was typed, as the API takes it: a number where it is one, null where it is empty. The hub judges it. */
export function readSetting(field: SettingField, text: string): string | number | boolean | null {
  const said = text.trim()
  if (said === '') return null
  if (field === 'replenish') return said === 'true'
  if (field === 'source' || field === 'supplier' || field === 'outliers') return said
  const value = Number(said)
  return Number.isNaN(value) ? said : value
}
