import { z } from 'zod'

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]'])

/** True for an http(s) address of this machine: the only kind a simulator may live at. */
function isLoopback(address: string): boolean {
  if (!URL.canParse(address)) return false
  const url = new URL(address)
  return (url.protocol === 'http:' || url.protocol === 'https:') && LOOPBACK.has(url.hostname)
}

export const MARKETS = ['us', 'ca', 'mx', 'cl'] as const
export type Market = (typeof MARKETS)[number]

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
        'Leave on if Walmart keeps any stock for you: those items are then counted and never written. Switch off only if the account has no WFS.',
      zh: {
        title: '沃尔玛仓储配送（WFS）',
        description:
          '若沃尔玛代您存放任何库存，请保持开启：这些商品只读取、不写入。仅当账户没有 WFS 时才关闭。',
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

export const CURRENCIES: Readonly<Record<Market, string>> = { us: 'USD', ca: 'CAD', mx: 'MXN', cl: 'CLP' }
