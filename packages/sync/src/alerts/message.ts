import { type AlertFacts, alertText, type Language, SEVERITY_WORDS } from './alert-text.ts'
import type { AlertKind, Severity } from './rule.ts'

/** What happened to an alert: `again` is still open as the time ended for which it was put off. */
export type AlertEvent = 'opened' | 'resolved' | 'again'

export type MessageLine = {
  alertId: string
  event: AlertEvent
  rule: string
  severity: Severity
  kind: AlertKind
  value: number | null
  facts: AlertFacts
  openedAt: string
  resolvedAt: string | null
}

/** A message as it is kept: the most severe lines, and how many there are of each rule. */
export type MessageContent = {
  lines: MessageLine[]
  /** Of all that it tells, those in `lines` too. */
  counts: { rule: string; event: AlertEvent; alerts: number }[]
  /** Where the screen is; null: the hub has no public address. */
  link: string | null
}

/** A message says so many alerts one by one; the others are counted. */
export const LINES_MAX = 20

export type MessageText = { title: string; body: string }

/** Title and lines in plain text. @param brand the organization's name */
export function messageText(content: MessageContent, brand: string, language: Language): MessageText {
  const alerts = content.counts.reduce((sum, each) => sum + each.alerts, 0)
  const [only] = content.lines
  const title =
    alerts === 1 && only !== undefined
      ? `[${brand}] ${lineText(only, language)}`
      : `[${brand}] ${language === 'zh' ? `${alerts} 条警报` : `${alerts} alerts`}`
  const hidden = alerts - content.lines.length
  const lines = content.lines.map((line) => `${MARKS[line.severity]} ${lineText(line, language)}`)
  const more =
    hidden > 0
      ? [
          '',
          language === 'zh' ? `另有 ${hidden} 条。合计:` : `And ${hidden} more. In all:`,
          ...content.counts.map(
            (each) => `- ${each.rule}: ${each.alerts} ${EVENT_WORDS[language][each.event]}`,
          ),
        ]
      : []
  const link = content.link === null ? [] : ['', content.link]
  return { title: oneLine(title), body: [...lines, ...more, ...link].join('\n') }
}

const MARKS: Readonly<Record<Severity, string>> = { critical: '[!!]', warning: '[!]', info: '[i]' }

const EVENT_WORDS: Readonly<Record<Language, Record<AlertEvent, string>>> = {
  en: { opened: 'open', resolved: 'resolved', again: 'still open' },
  zh: { opened: '新', resolved: '已恢复', again: '仍未恢复' },
}

function lineText(line: MessageLine, language: Language): string {
  const said = alertText(line, language)
  const word = EVENT_WORDS[language][line.event]
  const severity = SEVERITY_WORDS[language][line.severity]
  return line.event === 'opened' ? `${severity}: ${said}` : `${word}: ${said}`
}

export function testContent(link: string | null): MessageContent {
  return { lines: [], counts: [], link }
}

export function testText(brand: string, language: Language): MessageText {
  return language === 'zh'
    ? { title: `[${brand}] 测试`, body: '这是 Plimsoll 的测试消息:警报会发送到这里。' }
    : { title: `[${brand}] Test`, body: 'This is a test of Plimsoll: alerts will come here.' }
}

/** A title becomes a header of a letter. */
function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ')
  return line.length > 180 ? `${line.slice(0, 179)}…` : line
}

/** Cut at a whole character, so that it has no more bytes than a chat takes. */
export function cutToBytes(text: string, bytesMax: number): string {
  if (Buffer.byteLength(text) <= bytesMax) return text
  let cut = ''
  let bytes = 3
  for (const character of text) {
    bytes += Buffer.byteLength(character)
    if (bytes > bytesMax) break
    cut += character
  }
  return `${cut}…`
}
