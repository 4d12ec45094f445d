import { createHash } from 'node:crypto'
import { z } from 'zod'

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]'])

/** True for an http(s) address of this machine: the only kind a simulator may live at. */
function isLoopback(address: string): boolean {
  if (!URL.canParse(address)) return false
  const url = new URL(address)
  return (url.protocol === 'http:' || url.protocol === 'https:') && LOOPBACK.has(url.hostname)
}

/** ShipHero's ids are opaque texts in Base64. */
export function isId(text: string): boolean {
  return /^[A-Za-z0-9+/=_-]{1,200}$/.test(text)
}

export const settingsSchema = z.object({
  customerAccountId: z
    .string()
    .trim()
    .refine(isId, 'The id of an account, as the 3PL’s account names it')
    .optional()
    .meta({
      title: 'Customer account',
      description:
        'Only with the token of a 3PL: the id of the customer whose goods these are. The check names those there are.',
      zh: {
        title: '客户账户',
        description: '仅当使用第三方物流商（3PL）的令牌时填写：货主客户的账户 ID。检查结果会列出可用的账户。',
      },
    }),
  shopName: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .default('plimsoll')
    .meta({
      title: 'Store name',
      description: 'Under which orders from here stand in ShipHero. What becomes of them is read by it.',
      zh: {
        title: '店铺名称',
        description: '来自本系统的订单在 ShipHero 中归属的店铺名称，并据此读取其进展。',
      },
    }),
  shippingMethod: z
    .string()
    .trim()
    .min(1)
    .default('Standard')
    .meta({
      title: 'Usual shipping method',
      description: 'By the name that ShipHero maps to a carrier’s service (Settings, Shipping Mapping).',
      zh: { title: '默认配送方式', description: 'ShipHero 在“Shipping Mapping”中映射到承运商服务的名称。' },
    }),
  heldStatuses: z
    .array(z.string().trim().min(1))
    .default([])
    .meta({
      title: 'Own statuses that wait',
      description:
        'Names of fulfilment statuses that this account made up, in which an order waits for a person.',
      zh: { title: '自定义等待状态', description: '本账户自定义的、表示订单等待人工处理的履约状态名称。' },
    }),
  lots: z
    .boolean()
    .default(true)
    .meta({
      title: 'Read lots',
      description: 'Costs more credits for stock that is tracked by lot. Switch off if nothing is.',
      zh: { title: '读取批次', description: '按批次管理的库存会消耗更多额度。若没有批次管理，可关闭。' },
    }),
  endpoint: z
    .string()
    .refine(isLoopback, 'Only an address of this machine: it is for the simulator')
    .optional()
    .meta({
      title: 'Simulator address',
      description: 'Leave empty for the real ShipHero.',
      zh: { title: '模拟器地址', description: '连接真实的 ShipHero 时请留空。' },
    }),
})

export type Settings = z.infer<typeof settingsSchema>

export const credentialsSchema = z.object({
  refreshToken: z
    .string()
    .trim()
    .min(1)
    .meta({
      secret: true,
      title: 'Refresh token',
      description: 'My Account, Third-Party Developers, Add Developer: shown once, beside the access token.',
      zh: {
        title: '刷新令牌',
        description:
          '在 My Account → Third-Party Developers → Add Developer 中生成，与访问令牌一起显示一次。',
      },
    }),
  webhookSecrets: z
    .array(z.string())
    .optional()
    .meta({
      secret: true,
      title: 'Webhook secrets',
      description: 'Leave empty: ShipHero makes them up, and they are kept as webhooks are registered.',
      zh: { title: 'Webhook 密钥', description: '请留空：由 ShipHero 生成，注册 Webhook 时自动保存。' },
    }),
})

export type Credentials = z.infer<typeof credentialsSchema>

/** Where requests go, without a slash at the end. */
export function baseUrl({ endpoint }: Settings): string {
  return endpoint?.replace(/\/+$/, '') ?? 'https://public-api.shiphero.com'
}

export function fingerprintOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}
