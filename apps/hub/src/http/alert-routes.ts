import {
  alert,
  alertDestination,
  alertDestinationList,
  alertPage,
  alertRule,
  alertRuleList,
  alertTest,
  done,
} from '@plimsoll/client'
import {
  ALERT_KINDS,
  actOnAlert,
  DESTINATION_KINDS,
  listAlertDestinations,
  listAlertRules,
  readAlertCursor,
  removeAlertDestination,
  removeAlertRule,
  SEVERITIES,
  saveAlertDestination,
  saveAlertRule,
  TIMINGS,
  testAlertDestination,
} from '@plimsoll/sync'
import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import { pageAlerts, toAlert, toDestination, toRule } from '../views/alerts.ts'
import { addRoute } from './route.ts'
import type { ServerContext } from './server.ts'

const tag = 'Alerts'

const listQuery = z.object({
  state: z.enum(['open', 'snoozed', 'resolved']).default('open'),
  severity: z.enum(SEVERITIES).optional(),
  rule: z.uuid('give the id of a rule').optional(),
  cursor: z
    .string()
    .transform((text, check) => {
      const cursor = readAlertCursor(text)
      if (cursor !== undefined) return cursor
      check.addIssue({ code: 'custom', message: 'give the cursor of the page before' })
      return z.NEVER
    })
    .optional()
    .describe('`next` of the page before.'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})
const until = z.iso.datetime({ offset: true }).transform((text) => new Date(text))
const alertParams = z.object({ id: z.uuid('give the id of an alert') })
const ruleParams = z.object({ id: z.uuid('give the id of a rule') })
const destinationParams = z.object({ id: z.uuid('give the id of a destination') })
const seconds = z.int().min(0).max(604_800)
const moment = z.string().describe('A moment of the day, as 08:00.')
const name = z.string().trim().min(1).max(100)

export const ruleBody = z.strictObject({
  name,
  kind: z.enum(ALERT_KINDS),
  parameters: z.record(z.string(), z.unknown()).describe('Thresholds, by kind.'),
  severity: z.enum(SEVERITIES).default('warning'),
  sku: z.string().min(1).nullable().default(null).describe('Only this item.'),
  location: z.string().min(1).nullable().default(null).describe('Only this location, by its code.'),
  connection: z.string().min(1).nullable().default(null).describe('Only this connection, by id or name.'),
  opensAfterSeconds: seconds.default(0).describe('It opens once it has lasted so long.'),
  clearsAfterSeconds: seconds.default(300).describe('It is resolved once its cause has been gone so long.'),
  timing: z.enum(TIMINGS).default('at-once').describe('When it is told.'),
  dailyAt: moment.default('08:00'),
  timeZone: z.string().min(1).max(60).default('UTC'),
  quiet: z
    .strictObject({ from: moment, until: moment })
    .nullable()
    .default(null)
    .describe('In these hours nothing of it is told; it waits until they end.'),
  tellsResolved: z.boolean().default(true),
  destinationIds: z.array(z.uuid()).max(50).default([]),
  isOn: z.boolean().default(true),
})

export const destinationBody = z.strictObject({
  name,
  kind: z.enum(DESTINATION_KINDS),
  address: z
    .string()
    .trim()
    .min(1)
    .max(2_000)
    .optional()
    .describe('Of the letters, or of the webhook; left out in a change: it stays.'),
  signingSecret: z
    .string()
    .min(1)
    .max(500)
    .nullable()
    .optional()
    .describe('What messages are signed with (webhook, feishu, dingtalk); null: they are not.'),
  language: z.enum(['en', 'zh']).default('en'),
  messagesPerHour: z
    .int()
    .min(1)
    .max(240)
    .default(12)
    .describe('What comes beyond waits and is told together.'),
  isOn: z.boolean().default(true),
})

const RULE_ERRORS = [
  ...(['invalid-alert-rule', 'unknown-alert-destination', 'unknown-item', 'unknown-location'] as const),
  'unknown-connection' as const,
]

/** Alerts, the rules they come by, and whom they are told to. */
export function alertRoutes({ context, alerts, configuration }: ServerContext): FastifyPluginAsync {
  const { http, allowsPrivate } = alerts
  return async (app) => {
    addRoute(
      app,
      {
        method: 'GET',
        path: '/alerts',
        operation: 'listAlerts',
        tag,
        summary:
          'Alerts: open ones, the most severe first; or those that are over, the last that ended first.',
        query: listQuery,
        answers: { 200: alertPage },
      },
      async ({ query: { cursor, rule, ...rest } }) => ({
        200: await pageAlerts(context, { ...rest, after: cursor, ruleId: rule }),
      }),
    )
    for (const [path, operation, body, summary] of [
      [
        'snooze',
        'snoozeAlert',
        z.strictObject({ until }),
        'Silences an alert until then; if it is still open, it is told again.',
      ],
      [
        'acknowledge',
        'acknowledgeAlert',
        z.strictObject({
          until: until.nullable().default(null),
          note: z.string().max(500).nullable().default(null),
        }),
        'Says that somebody looks after an alert, until then or for as long as it lasts.',
      ],
    ] as const) {
      addRoute(
        app,
        {
          method: 'POST',
          path: `/alerts/:id/${path}`,
          operation,
          tag,
          summary,
          needs: 'operator',
          params: alertParams,
          body: body as z.ZodType<{ until: Date | null; note?: string | null }>,
          answers: { 200: alert },
          errors: ['unknown-alert', 'invalid-period'],
        },
        async ({ params: { id }, body: { until: at, note }, actor }) => {
          const action =
            path === 'snooze' && at !== null
              ? ({ kind: 'snooze', until: at } as const)
              : ({ kind: 'acknowledge', until: at, note: note ?? null } as const)
          return { 200: toAlert(await actOnAlert(context, id, action, actor)) }
        },
      )
      addRoute(
        app,
        {
          method: 'DELETE',
          path: `/alerts/:id/${path}`,
          operation: path === 'snooze' ? 'wakeAlert' : 'unacknowledgeAlert',
          tag,
          summary: 'Takes it back.',
          needs: 'operator',
          params: alertParams,
          answers: { 200: alert },
          errors: ['unknown-alert'],
        },
        async ({ params: { id }, actor }) => {
          const kind = path === 'snooze' ? 'unsnooze' : 'unacknowledge'
          return { 200: toAlert(await actOnAlert(context, id, { kind }, actor)) }
        },
      )
    }
    addRoute(
      app,
      {
        method: 'GET',
        path: '/alert-rules',
        operation: 'listAlertRules',
        tag,
        summary: 'All rules, the oldest first.',
        answers: { 200: alertRuleList },
      },
      async () => ({ 200: { rows: (await listAlertRules(context)).map(toRule) } }),
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/alert-rules',
        operation: 'addAlertRule',
        tag,
        summary: 'Adds a rule.',
        needs: 'admin',
        body: ruleBody,
        answers: { 201: alertRule },
        errors: RULE_ERRORS,
      },
      async ({ body, actor }) => ({ 201: toRule(await saveAlertRule(context, undefined, body, actor)) }),
    )
    addRoute(
      app,
      {
        method: 'PUT',
        path: '/alert-rules/:id',
        operation: 'changeAlertRule',
        tag,
        summary: 'Puts a rule in place of one; where it watches something else, the alerts of before end.',
        needs: 'admin',
        params: ruleParams,
        body: ruleBody,
        answers: { 200: alertRule },
        errors: ['unknown-alert-rule', ...RULE_ERRORS],
      },
      async ({ params: { id }, body, actor }) => ({
        200: toRule(await saveAlertRule(context, id, body, actor)),
      }),
    )
    addRoute(
      app,
      {
        method: 'DELETE',
        path: '/alert-rules/:id',
        operation: 'removeAlertRule',
        tag,
        summary: 'Takes a rule away, with its alerts, those of the past too.',
        needs: 'admin',
        params: ruleParams,
        answers: { 200: done },
        errors: ['unknown-alert-rule'],
      },
      async ({ params: { id } }) => {
        await removeAlertRule(context, id)
        return { 200: {} }
      },
    )
    addRoute(
      app,
      {
        method: 'GET',
        path: '/alert-destinations',
        operation: 'listAlertDestinations',
        tag,
        summary: 'Whom alerts are told to, and how that goes.',
        answers: { 200: alertDestinationList },
      },
      async () => ({
        200: {
          rows: (await listAlertDestinations(context)).map(toDestination),
          hasMailServer: configuration.mail !== undefined,
        },
      }),
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/alert-destinations',
        operation: 'addAlertDestination',
        tag,
        summary: 'Adds a destination; its address and secret are sealed and never answered.',
        needs: 'admin',
        body: destinationBody,
        answers: { 201: alertDestination },
        errors: ['invalid-alert-destination'],
      },
      async ({ body, actor }) => ({
        201: toDestination(await saveAlertDestination(context, undefined, body, { actor, allowsPrivate })),
      }),
    )
    addRoute(
      app,
      {
        method: 'PUT',
        path: '/alert-destinations/:id',
        operation: 'changeAlertDestination',
        tag,
        summary: 'Changes a destination; an address or secret that is left out stays.',
        needs: 'admin',
        params: destinationParams,
        body: destinationBody,
        answers: { 200: alertDestination },
        errors: ['unknown-alert-destination', 'invalid-alert-destination'],
      },
      async ({ params: { id }, body, actor }) => ({
        200: toDestination(await saveAlertDestination(context, id, body, { actor, allowsPrivate })),
      }),
    )
    addRoute(
      app,
      {
        method: 'DELETE',
        path: '/alert-destinations/:id',
        operation: 'removeAlertDestination',
        tag,
        summary: 'Takes a destination away; what waited for it is not told.',
        needs: 'admin',
        params: destinationParams,
        answers: { 200: done },
        errors: ['unknown-alert-destination'],
      },
      async ({ params: { id } }) => {
        await removeAlertDestination(context, id)
        return { 200: {} }
      },
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/alert-destinations/:id/test',
        operation: 'testAlertDestination',
        tag,
        summary: 'Says a test there, now.',
        needs: 'admin',
        params: destinationParams,
        answers: { 200: alertTest },
        errors: ['unknown-alert-destination', 'too-many-letters'],
      },
      async ({ params: { id } }) => ({ 200: await testAlertDestination(context, http, id) }),
    )
  }
}
