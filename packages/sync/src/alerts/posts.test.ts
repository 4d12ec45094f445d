import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { LINES_MAX, type MessageContent, type MessageLine, messageText } from './message.ts'
import { readAnswer, toPost } from './posts.ts'

const now = new Date('2026-05-01T12:00:00.250Z')
const line: MessageLine = {
  alertId: 'a',
  event: 'opened',
  rule: 'Low',
  severity: 'critical',
  kind: 'low-stock',
  value: 3,
  facts: { sku: '<!channel> [x](https://evil.example)', location: 'MAIN' },
  openedAt: now.toISOString(),
  resolvedAt: null,
}
const content: MessageContent = {
  lines: [line],
  counts: [{ rule: 'Low', event: 'opened', alerts: 1 }],
  link: null,
}
const told = {
  messageId: 'm',
  kind: 'alerts',
  brand: 'A brand',
  content,
  text: messageText(content, 'A brand', 'en'),
} as const
const signed = { url: 'https://hook.example/x?access_token=t', signingSecret: 'SEC1' }

test('each platform is told in its own shape; signatures are over what each documents', () => {
  const bodyOf = (post: { body: string }) => JSON.parse(post.body) as Record<string, unknown>
  const webhook = toPost('webhook', signed, told, now)
  const expected = createHmac('sha256', 'SEC1').update(`1777636800.${webhook.body}`).digest('hex')
  expect(webhook.headers).toMatchObject({
    'plimsoll-message-id': 'm',
    'plimsoll-timestamp': '1777636800',
    'plimsoll-signature': `sha256=${expected}`,
  })
  const feishu = bodyOf(toPost('feishu', signed, told, now))
  const feishuSign = createHmac('sha256', '1777636800\nSEC1').update('').digest('base64')
  expect(feishu).toMatchObject({ timestamp: '1777636800', sign: feishuSign, msg_type: 'text' })
  const dingtalk = new URL(toPost('dingtalk', signed, told, now).url).searchParams
  expect(Object.fromEntries(dingtalk)).toEqual({
    access_token: 't',
    timestamp: '1777636800250',
    sign: createHmac('sha256', 'SEC1').update('1777636800250\nSEC1').digest('base64'),
  })
  expect(bodyOf(toPost('wecom', { url: 'https://q.example' }, told, now))).toMatchObject({ msgtype: 'text' })
})

test('names of items mention nobody and link nowhere, and nothing is longer than a chat takes', () => {
  expect(toPost('slack', signed, told, now).body).toContain('&lt;!channel&gt;')
  expect(toPost('teams', signed, told, now).body).toContain('\\\\[x\\\\](https')
  const long = { ...told, text: { title: '警报', body: '杯'.repeat(5_000) } }
  const { text } = JSON.parse(toPost('wecom', signed, long, now).body) as { text: { content: string } }
  expect(Buffer.byteLength(text.content)).toBeLessThanOrEqual(2_048)
  expect(text.content).toMatch(/杯…$/)
})

test('many alerts are counted, in either language', () => {
  const many = {
    ...content,
    lines: Array.from({ length: LINES_MAX }, () => line),
    counts: [{ rule: 'Low', event: 'opened' as const, alerts: 900 }],
  }
  expect(messageText(many, 'A brand', 'en')).toMatchObject({
    title: '[A brand] 900 alerts',
    body: expect.stringContaining('And 880 more. In all:\n- Low: 900 open'),
  })
  expect(messageText(many, 'A brand', 'zh').body).toContain('另有 880 条')
})

test.each([
  ['slack', 200, 'ok', undefined],
  ['slack', 404, 'no_service', 'It answered 404: no_service'],
  ['teams', 202, '', undefined],
  ['webhook', 302, '', 'It answered 302: '],
  ['feishu', 200, '{"code":0}', undefined],
  [
    'feishu',
    200,
    '{"code":19021,"msg":"sign match fail"}',
    'It answered 19021: {"code":19021,"msg":"sign match fail"}',
  ],
  ['dingtalk', 200, '{"errcode":310000}', 'It answered 310000: {"errcode":310000}'],
  ['wecom', 200, '{"errcode":0}', undefined],
  ['wecom', 200, 'hello', 'It answered no code: hello'],
] as const)('%s answering %i %s', (kind, status, text, problem) => {
  expect(readAnswer(kind, { status, text })?.message).toBe(problem)
})
