import type { AlertKind, Severity } from './rule.ts'

/** The two languages that alerts are told in. */
export type Language = 'en' | 'zh'

/** What the sentence of an alert is made of; each kind fills in its own. */
export type AlertFacts = {
  sku?: string
  location?: string
  connection?: string
  /** ISO 8601. */
  since?: string
  lot?: string
  expiresOn?: string
  why?: 'paused' | 'refused' | 'circuit'
  problem?: string
  taskKind?: string
  number?: string
  hours?: number
}

/** An alert as it is put into words. */
export type ToldAlert = { kind: AlertKind; value: number | null; facts: AlertFacts }

/** One sentence, without a full stop. */
export function alertText(alert: ToldAlert, language: Language): string {
  return language === 'zh' ? chinese(alert) : english(alert)
}

function english({ kind, value, facts }: ToldAlert): string {
  const { sku, location, connection } = facts
  const at = location === undefined ? '' : ` at ${location}`
  switch (kind) {
    case 'low-stock':
      return `${sku}: ${value} available${at}`
    case 'low-cover':
      return `${sku}: lasts ${value} ${value === 1 ? 'day' : 'days'}${at}`
    case 'low-on-channel':
      return `${sku}: ${value} shown on ${connection}`
    case 'oversold':
      return `${sku}: ${value} ${value === 1 ? 'unit' : 'units'} sold beyond what is there`
    case 'stale-connection':
      return `${connection}: its orders are not known since ${facts.since}`
    case 'connection-stopped':
      return `${connection}: ${WHY_EN[facts.why ?? 'paused']}${facts.problem === undefined ? '' : `. ${facts.problem}`}`
    case 'parked-events':
      return `${connection}: ${value} ${value === 1 ? 'event is' : 'events are'} parked`
    case 'drift':
      return `${connection}: ${value} ${value === 1 ? 'level' : 'levels'} showed other numbers than expected within ${facts.hours} hours`
    case 'expiring-lots':
      return `${sku}: lot ${facts.lot} expires on ${facts.expiresOn}, ${value} units`
    case 'stuck-shipments':
      return `${location}: ${value} ${value === 1 ? 'shipment has' : 'shipments have'} not moved for ${facts.hours} hours; oldest ${facts.number}`
    case 'old-tasks':
      return `${value} ${value === 1 ? 'task' : 'tasks'} of one kind (${facts.taskKind}) ${value === 1 ? 'is' : 'are'} open for ${facts.hours} hours and more`
    default: {
      const never: never = kind
      return never
    }
  }
}

const WHY_EN = {
  paused: 'it is paused',
  refused: 'its platform refuses the hub',
  circuit: 'it keeps failing and is left alone for a while',
} as const

function chinese({ kind, value, facts }: ToldAlert): string {
  const { sku, location, connection } = facts
  const at = location === undefined ? '' : `在 ${location} `
  switch (kind) {
    case 'low-stock':
      return `${sku}：${at}可用 ${value} 件`
    case 'low-cover':
      return `${sku}：${at}还能卖 ${value} 天`
    case 'low-on-channel':
      return `${sku}：在 ${connection} 显示 ${value} 件`
    case 'oversold':
      return `${sku}：超卖 ${value} 件`
    case 'stale-connection':
      return `${connection}：自 ${facts.since} 起订单未知`
    case 'connection-stopped':
      return `${connection}:${WHY_ZH[facts.why ?? 'paused']}${facts.problem === undefined ? '' : `。${facts.problem}`}`
    case 'parked-events':
      return `${connection}：${value} 个事件被搁置`
    case 'drift':
      return `${connection}：${facts.hours} 小时内 ${value} 个库存数与预期不符`
    case 'expiring-lots':
      return `${sku}：批次 ${facts.lot} 于 ${facts.expiresOn} 到期，${value} 件`
    case 'stuck-shipments':
      return `${location}：${value} 个发货单 ${facts.hours} 小时没有进展，最早 ${facts.number}`
    case 'old-tasks':
      return `${value} 个同类待办（${facts.taskKind}）已超过 ${facts.hours} 小时`
    default: {
      const never: never = kind
      return never
    }
  }
}

const WHY_ZH = {
  paused: '已暂停',
  refused: '平台拒绝了访问',
  circuit: '连续失败，暂时停止调用',
} as const

export const SEVERITY_WORDS: Readonly<Record<Language, Record<Severity, string>>> = {
  en: { critical: 'Critical', warning: 'Warning', info: 'For information' },
  zh: { critical: '严重', warning: '警告', info: '提示' },
}
