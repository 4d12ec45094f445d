import { z } from 'zod'

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]'])

/** True for an http(s) address of this machine: the only kind a simulator may live at. */
function isLoopback(address: string): boolean {
  if (!URL.canParse(address)) return false
  const url = new URL(address)
  return (url.protocol === 'http:' || url.protocol === 'https:') && LOOPBACK.has(url.hostname)
}

export const settingsSchema = z.object({
  shop: z
    .string()
    .trim()
    .toLowerCase()
    // Only the permanent domain: a custom domain can be pointed elsewhere, and this also guards against
    // being sent to an address of the hub's own network.
    .regex(/^[a-z0-9][a-z0-9-]*\.myshopify\.com$/, 'The permanent address, like your-brand.myshopify.com')
    .meta({
      title: 'Shop address',
      description: 'your-brand.myshopify.com (Settings → Domains)',
      zh: { title: '店铺地址', description: 'your-brand.myshopify.com（在"设置 → 域名"中）' },
    }),
  fulfillmentService: z
    .string()
    .trim()
    .min(1)
    .max(80)
    .optional()
    .meta({
      title: 'Fulfilment service',
      description:
        'Only if the hub ships for a shop that is not its own: the name under which it appears there as a fulfilment service. Leave empty otherwise.',
      zh: {
        title: '履约服务',
        description: '仅当中枢为并非自有的店铺发货时填写：它在该店铺中作为履约服务显示的名称。否则请留空。',
      },
    }),
  sentUnpaid: z
    .string()
    .trim()
    .min(1)
    .max(500)
    .optional()
    .meta({
      title: 'Sent before it is paid',
      description:
        'Payment methods whose orders need not be paid to be sent, by their names in Shopify and with commas between: Cash on Delivery (COD), Bank Deposit. Other unpaid orders wait until they are paid or you send them.',
      zh: {
        title: '未付款即可发货',
        description:
          '无需付款即可发货的付款方式（例如货到付款、银行转账），按其在 Shopify 后台中显示的名称填写，以逗号分隔。其他未付款订单将等到付款，或由您手动放行。',
      },
    }),
  endpoint: z
    .string()
    .refine(isLoopback, 'Only an address of this machine: it is for the simulator')
    .optional()
    .meta({
      title: 'Simulator address',
      description: 'Leave empty for the real Shopify.',
      zh: { title: '模拟器地址', description: '连接真实的 Shopify 时请留空。' },
    }),
})

export type Settings = z.infer<typeof settingsSchema>

/**
 * Two ways in: client id and secret of an app in the brand's own organization (a 24 h token is fetched when
 * needed), or the permanent token of an old custom app. The secret is needed in both: it signs webhooks.
 */
export const credentialsSchema = z
  .object({
    clientId: z
      .string()
      .min(1)
      .optional()
      .meta({
        title: 'Client ID',
        description: 'Dev Dashboard → your app → Settings. Empty with a permanent token.',
        zh: { title: '客户端 ID', description: '开发者面板 → 您的应用 → 设置。使用永久令牌时留空。' },
      }),
    clientSecret: z
      .string()
      .min(1)
      .meta({
        title: 'Client secret',
        description: 'Beside the client ID; also proves webhooks.',
        zh: { title: '客户端密钥', description: '在客户端 ID 旁边；也用于验证 webhook。' },
        secret: true,
      }),
    accessToken: z
      .string()
      .min(1)
      .optional()
      .meta({
        title: 'Permanent access token',
        description: 'Only for custom apps made before 2026 (shpat_…).',
        zh: { title: '永久访问令牌', description: '仅用于 2026 年之前创建的自定义应用（shpat_…）。' },
        secret: true,
      }),
    previousClientSecret: z
      .string()
      .min(1)
      .optional()
      .meta({
        title: 'Previous client secret',
        description: 'For the hour after a rotation, in which Shopify may still sign with the old one.',
        zh: { title: '旧的客户端密钥', description: '更换密钥后一小时内，Shopify 可能仍用旧密钥签名。' },
        secret: true,
      }),
    refreshToken: z
      .string()
      .min(1)
      .optional()
      .meta({
        title: 'Refresh token',
        description: 'Comes from Shopify’s page; leave empty when you type the credentials in.',
        zh: { title: '刷新令牌', description: '由 Shopify 授权页面给出；手动填写凭据时请留空。' },
        secret: true,
      }),
  })
  .refine((credentials) => credentials.clientId !== undefined || credentials.accessToken !== undefined, {
    message: 'Either a client ID or a permanent access token',
    path: ['clientId'],
  })

export type Credentials = z.infer<typeof credentialsSchema>

/** What the grant page needs: the app that the merchant installs. */
export const grantNeeds = z.object({
  clientId: z
    .string()
    .min(1)
    .meta({
      title: 'Client ID',
      description: 'Dev Dashboard → your app → Settings.',
      zh: { title: '客户端 ID', description: '开发者面板 → 您的应用 → 设置。' },
    }),
  clientSecret: z
    .string()
    .min(1)
    .meta({
      title: 'Client secret',
      description: 'Beside the client ID; also proves webhooks.',
      zh: { title: '客户端密钥', description: '在客户端 ID 旁边；也用于验证 webhook。' },
      secret: true,
    }),
})

/** Where requests go: the shop itself, or the simulator. Without a slash at the end. */
export function baseUrl(settings: Settings): string {
  return settings.endpoint?.replace(/\/+$/, '') ?? `https://${settings.shop}`
}
