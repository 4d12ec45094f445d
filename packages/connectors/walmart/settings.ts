import { z } from 'zod'
import { MARKET_TERMS, MARKETS, type MarketTerms } from './markets.ts'

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]'])

/** True for an http(s) address of this machine: the only kind a simulator may live at. */
function isLoopback(address: string): boolean {
  if (!URL.canParse(address)) return false
  const url = new URL(address)
  return (url.protocol === 'http:' || url.protocol === 'https:') && LOOPBACK.has(url.hostname)
}

export const settingsSchema = z.object({
  market: z
    .enum(MARKETS)
    .default('us')
    .meta({
      title: 'Market',
      description: 'One connection sells in one market: each has keys and a seller number of its own.',
      zh: { title: '市场', description: '一个连接对应一个市场：每个市场都有各自的密钥和卖家编号。' },
      options: {
        us: { en: 'United States', zh: '美国' },
        ca: { en: 'Canada (untried)', zh: '加拿大（未经验证）' },
        mx: { en: 'Mexico (untried)', zh: '墨西哥（未经验证）' },
        cl: { en: 'Chile (untried)', zh: '智利（未经验证）' },
      },
    }),
  wfs: z
    .boolean()
    .default(true)
    .meta({
      title: 'Walmart Fulfillment Services',
      description:
        'Leave on if Walmart keeps any stock for you: those items are then counted and never written. Switch off only if the account has no WFS. Chile has none.',
      zh: {
        title: '沃尔玛仓储配送（WFS）',
        description:
          '若沃尔玛代您存放任何库存，请保持开启：这些商品只读取、不写入。仅当账户没有 WFS 时才关闭。智利没有 WFS。',
      },
    }),
  multiChannel: z
    .boolean()
    .default(false)
    .meta({
      title: 'Send orders of other channels from Walmart (MCS)',
      description:
        'Multichannel Solutions, in the United States: what Walmart keeps may be shown on other channels, and Walmart sends it. It charges for each order.',
      zh: {
        title: '由沃尔玛发送其他渠道的订单（MCS）',
        description: '多渠道解决方案，仅限美国：沃尔玛仓内库存可在其他渠道展示并由其发货，按单收费。',
      },
    }),
  orderChannelId: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .optional()
    .meta({
      title: 'Sales channel ID',
      description:
        'Of the sales channel that you have made for those orders in Seller Center; needed to send any.',
      zh: {
        title: '销售渠道编号',
        description: '您在 Seller Center 为这些订单建立的销售渠道编号；发货必填。',
      },
    }),
  multiChannelSpeed: z
    .enum(['STANDARD', 'EXPEDITED'])
    .default('STANDARD')
    .meta({
      title: 'Usual speed of those orders',
      description: 'Unless the order names one of these itself.',
      zh: { title: '多渠道订单的默认时效', description: '订单本身指定时除外。' },
      options: {
        STANDARD: { en: 'Standard', zh: '标准' },
        EXPEDITED: { en: 'Expedited', zh: '加急' },
      },
    }),
  contactEmail: z
    .email()
    .max(64)
    .optional()
    .meta({
      title: 'E-mail address for those orders',
      description:
        'Walmart wants one with each. Yours is sent in place of the customer’s; empty: the customer’s.',
      zh: { title: '订单联系邮箱', description: '沃尔玛要求每单填写；填写后用您的邮箱代替顾客的。' },
    }),
  contactPhone: z
    .string()
    .regex(/^\+?\d{10,14}$/, '10 to 14 digits')
    .optional()
    .meta({
      title: 'Telephone number for those orders',
      description: 'Sent where the customer has given none: Walmart wants one with each.',
      zh: { title: '订单联系电话', description: '顾客未留电话时使用：沃尔玛要求每单填写。' },
    }),
  inboundReturnAddress: z
    .string()
    .trim()
    .regex(/^[^;]{3,}(;[^;]{2,}){3}$/, 'street; city; state; ZIP')
    .optional()
    .meta({
      title: 'Address for goods that Walmart sends back',
      description:
        'As “860 W California Ave; Sunnyvale; CA; 94086”. Needed to announce goods to Walmart’s centres from here.',
      zh: {
        title: '沃尔玛退回货物的地址',
        description: '格式为“860 W California Ave; Sunnyvale; CA; 94086”。在此向沃尔玛仓库预报入库时必填。',
      },
    }),
  endpoint: z
    .string()
    .refine(isLoopback, 'Only an address of this machine: it is for the simulator')
    .optional()
    .meta({
      title: 'Simulator address',
      description: 'Leave empty for the real Walmart.',
      zh: { title: '模拟器地址', description: '连接真实的沃尔玛时请留空。' },
    }),
})

export type Settings = z.infer<typeof settingsSchema>

/** Keys of the seller's own account, made in the developer portal; and what Walmart signs events with. */
export const credentialsSchema = z.object({
  clientId: z
    .string()
    .trim()
    .min(1)
    .meta({
      secret: true,
      title: 'Client ID',
      description: 'Walmart developer portal → My account → API key management, your own production key.',
      zh: {
        title: '客户端 ID',
        description: '沃尔玛开发者门户 → 我的账户 → API 密钥管理，您自己的生产密钥。',
      },
    }),
  clientSecret: z
    .string()
    .trim()
    .min(1)
    .meta({
      secret: true,
      title: 'Client secret',
      description: 'Beside the client ID.',
      zh: { title: '客户端密钥', description: '在客户端 ID 旁边。' },
    }),
  webhookSecret: z
    .string()
    .regex(/^[A-Za-z0-9]{16,128}$/, '16 to 128 letters and digits')
    .meta({
      secret: true,
      title: 'Webhook secret',
      description:
        '16 to 128 letters and digits of your choice; the hub gives it to Walmart, which signs its events with it.',
      zh: {
        title: 'Webhook 密钥',
        description: '由您自定的 16 至 128 个字母和数字；中枢会把它交给沃尔玛，用于为事件签名。',
      },
    }),
})

export type Credentials = z.infer<typeof credentialsSchema>

/** Where requests go, without a slash at the end. */
export function baseUrl(settings: Settings): string {
  return settings.endpoint?.replace(/\/+$/, '') ?? 'https://marketplace.walmartapis.com'
}

/** What is other in the market that is sold in. */
export function termsOf({ market }: Pick<Settings, 'market'>): MarketTerms {
  return MARKET_TERMS[market]
}

/** Whether Walmart keeps stock that is to be read. */
export function readsWfs({ market, wfs }: Pick<Settings, 'market' | 'wfs'>): boolean {
  return wfs && MARKET_TERMS[market].hasWfs
}

/** In the United States alone, of what Walmart keeps. */
export function sendsForOthers(settings: Settings): boolean {
  return settings.multiChannel && termsOf(settings).sendsForOthers && readsWfs(settings)
}
