import { z } from 'zod'
import { problemTold } from './told-trouble.ts'

/** What the routes of alerts answer. */

const instant = z.iso.datetime()
const severity = z.enum(['critical', 'warning', 'info'])
export const alertKind = z.enum([
  'low-stock',
  'low-cover',
  'low-on-channel',
  'oversold',
  'stale-connection',
  'connection-stopped',
  'parked-events',
  'drift',
  'expiring-lots',
  'stuck-shipments',
  'old-tasks',
])
const language = z.enum(['en', 'zh'])

/** One alert. */
export const alert = z.object({
  alertId: z.string(),
  ruleId: z.string(),
  rule: z.string().describe('Name of the rule.'),
  kind: alertKind,
  severity,
  text: z.object({ en: z.string(), zh: z.string() }),
  sku: z.string().nullable(),
  connectionId: z.string().nullable(),
  value: z.number().nullable(),
  openedAt: instant,
  clearSince: instant.nullable().describe('Its cause is gone since then; it is resolved once that lasts.'),
  resolvedAt: instant.nullable(),
  snoozedUntil: instant.nullable(),
  snoozedBy: z.string().nullable(),
  acknowledgedAt: instant.nullable(),
  acknowledgedBy: z.string().nullable(),
  acknowledgedUntil: instant.nullable(),
  note: z.string().nullable(),
})
export type Alert = z.infer<typeof alert>

/** GET /alerts. */
export const alertPage = z.object({
  rows: z.array(alert),
  next: z.string().nullable(),
  counts: z
    .object({
      critical: z.int(),
      warning: z.int(),
      info: z.int(),
      snoozed: z.int(),
      acknowledged: z.int(),
    })
    .describe('Of what is open, whatever is asked for; what is snoozed is counted apart.'),
})
export type AlertPage = z.infer<typeof alertPage>

/** One rule. */
export const alertRule = z.object({
  ruleId: z.string(),
  name: z.string(),
  kind: alertKind,
  parameters: z.record(z.string(), z.unknown()).describe('Thresholds, by kind.'),
  severity,
  sku: z.string().nullable(),
  location: z.string().nullable().describe('Its code.'),
  connectionId: z.string().nullable(),
  opensAfterSeconds: z.int(),
  clearsAfterSeconds: z.int(),
  timing: z.enum(['at-once', 'hourly', 'daily']),
  dailyAt: z.string(),
  timeZone: z.string(),
  quiet: z.object({ from: z.string(), until: z.string() }).nullable(),
  tellsResolved: z.boolean(),
  destinationIds: z.array(z.string()),
  isOn: z.boolean(),
  open: z.int().describe('How many alerts of it are open.'),
})
export type AlertRule = z.infer<typeof alertRule>
export const alertRuleList = z.object({ rows: z.array(alertRule) })

/** One destination; its address and secret are never answered. */
export const alertDestination = z.object({
  destinationId: z.string(),
  name: z.string(),
  kind: z.enum(['email', 'webhook', 'slack', 'teams', 'feishu', 'dingtalk', 'wecom']),
  shown: z.string().describe('Enough of its address to tell it from another.'),
  language,
  messagesPerHour: z.int(),
  isOn: z.boolean(),
  failures: z.int().describe('How often it has failed in a row.'),
  problem: z.string().nullable(),
  problemTold,
  problemSince: instant.nullable(),
  nextTryAt: instant.nullable(),
  lastSentAt: instant.nullable(),
  waiting: z.int().describe('Alerts that wait to be told.'),
})
export type AlertDestination = z.infer<typeof alertDestination>
export const alertDestinationList = z.object({
  rows: z.array(alertDestination),
  hasMailServer: z.boolean().describe('False: letters wait on the machine.'),
})
export type AlertDestinationList = z.infer<typeof alertDestinationList>

/** POST /alert-destinations/:id/test. */
export const alertTest = z.object({
  isTaken: z.boolean(),
  problem: z.string().nullable().describe('What it answered where it did not take it.'),
  problemTold,
})
export type AlertTest = z.infer<typeof alertTest>
