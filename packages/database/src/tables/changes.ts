import type { Generated } from 'kysely'

/** Who changed which setting; written by triggers. Read through the view `change_record`, beside all other histories. */
export interface SettingChangeTable {
  organizationId: string
  changeId: Generated<number>
  kind: string
  subject: Record<string, string>
  at: Date
  actor: string
  why: string | null
  before: Record<string, unknown> | null
  after: Record<string, unknown> | null
  changeSet: string | null
  undoes: string | null
}
