import { createHmac } from 'node:crypto'
import { hmacSha256Base64 } from '@plimsoll/connector-kit'
import type { Trouble } from '../told-trouble.ts'
import { cutToBytes, type MessageContent, type MessageText } from './message.ts'

export const POSTED_KINDS = ['webhook', 'slack', 'teams', 'feishu', 'dingtalk', 'wecom'] as const
export type PostedKind = (typeof POSTED_KINDS)[number]

/** Where a message goes, and what it is signed with; both are secret. */
export type PostAddress = { url: string; signingSecret?: string | undefined }

type Post = { url: string; headers: Record<string, string>; body: string }

type Told = {
  messageId: string
  kind: 'alerts' | 'test'
  text: MessageText
  content: MessageContent
  brand: string
}

/**
 * The request that tells a destination, as each platform documents its incoming webhook:
 * Slack, https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks (read as api.slack.com/incoming-webhooks);
 * Teams, https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using (workflows take
 * Adaptive Cards alone); Feishu, https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot; DingTalk,
 * https://open.dingtalk.com/document/robots/custom-robot-access; WeCom, https://developer.work.weixin.qq.com/document/path/91770.
 * Feishu's and DingTalk's own pages could not be read in November 2026; their signatures are as copies of them have it.
 */
export function toPost(kind: PostedKind, { url, signingSecret }: PostAddress, told: Told, now: Date): Post {
  const { title, body } = told.text
  const text = `${title}\n${body}`
  const seconds = String(Math.floor(now.getTime() / 1_000))
  switch (kind) {
    case 'webhook': {
      const sent = JSON.stringify({
        id: told.messageId,
        kind: told.kind,
        organization: told.brand,
        title,
        ...told.content,
      })
      return json(url, sent, {
        'plimsoll-message-id': told.messageId,
        // The moment is signed too: whoever catches one cannot send it again for ever.
        ...(signingSecret !== undefined && {
          'plimsoll-timestamp': seconds,
          'plimsoll-signature': `sha256=${createHmac('sha256', signingSecret).update(`${seconds}.${sent}`).digest('hex')}`,
        }),
      })
    }
    case 'slack':
      return json(url, JSON.stringify({ text: cutToBytes(forSlack(text), 12_000) }))
    case 'teams':
      return json(url, JSON.stringify(toTeams(title, cutToBytes(body, 20_000))))
    case 'feishu': {
      const content = { msg_type: 'text', content: { text: cutToBytes(text, 15_000) } }
      // The secret is in the key and nothing is signed.
      const sign =
        signingSecret === undefined
          ? {}
          : { timestamp: seconds, sign: hmacSha256Base64(`${seconds}\n${signingSecret}`, '') }
      return json(url, JSON.stringify({ ...sign, ...content }))
    }
    case 'dingtalk': {
      const content = { msgtype: 'text', text: { content: cutToBytes(text, 15_000) } }
      return json(signedDingTalk(url, signingSecret, now), JSON.stringify(content))
    }
    case 'wecom':
      return json(url, JSON.stringify({ msgtype: 'text', text: { content: cutToBytes(text, 2_048) } }))
    default: {
      const never: never = kind
      return never
    }
  }
}

/** Three characters mean something to Slack: names of items must not mention or link. */
function forSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

function toTeams(title: string, body: string): object {
  const block = (text: string, rest: object = {}) => ({
    type: 'TextBlock',
    text: forCard(text),
    wrap: true,
    ...rest,
  })
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          body: [
            block(title, { weight: 'Bolder' }),
            ...body
              .split('\n')
              .filter(Boolean)
              .map((line) => block(line)),
          ],
        },
      },
    ],
  }
}

/** A card reads Markdown: an item's name must not become a link. */
function forCard(text: string): string {
  return text.replace(/[\\*_[\]`]/g, (character) => `\\${character}`)
}

/** The moment in milliseconds, and the signature over it and the secret. */
function signedDingTalk(url: string, secret: string | undefined, now: Date): string {
  if (secret === undefined) return url
  const timestamp = String(now.getTime())
  const signed = new URL(url)
  signed.searchParams.set('timestamp', timestamp)
  signed.searchParams.set('sign', hmacSha256Base64(secret, `${timestamp}\n${secret}`))
  return signed.toString()
}

function json(url: string, body: string, headers: Record<string, string> = {}): Post {
  return { url, body, headers: { 'content-type': 'application/json; charset=utf-8', ...headers } }
}

/**
 * Whether a destination took it: undefined, or what it answered. Feishu, DingTalk and WeCom answer 200 with a code of
 * their own, which is 0 where they took it.
 */
export function readAnswer(kind: PostedKind, answer: { status: number; text: string }): Trouble | undefined {
  const said = answer.text.replace(/\s+/g, ' ').slice(0, 200)
  if (answer.status < 200 || answer.status >= 300) return answered(String(answer.status), said)
  const field = CODE_FIELDS[kind]
  if (field === undefined) return undefined
  const code = codeOf(answer.text, field)
  return code === 0 ? undefined : answered(String(code ?? ''), said)
}

function answered(answer: string, message: string): Trouble {
  const said = `It answered ${answer === '' ? 'no code' : answer}: ${message}`
  return { message: said, told: { code: 'answered', facts: { answer, message } } }
}

const CODE_FIELDS: Readonly<Partial<Record<PostedKind, string>>> = {
  feishu: 'code',
  dingtalk: 'errcode',
  wecom: 'errcode',
}

function codeOf(text: string, field: string): number | undefined {
  try {
    const parsed: unknown = JSON.parse(text)
    if (typeof parsed !== 'object' || parsed === null) return undefined
    const code = (parsed as Record<string, unknown>)[field]
    return typeof code === 'number' ? code : undefined
  } catch {
    // Not JSON: it did not say that it took it.
    return undefined
  }
}
