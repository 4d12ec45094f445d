import { createHash, createHmac } from 'node:crypto'
import { z } from 'zod'

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]'])

/** True for an http(s) address of this machine: the only kind a simulator may live at. */
function isLoopback(address: string): boolean {
  if (!URL.canParse(address)) return false
  const url = new URL(address)
  return (url.protocol === 'http:' || url.protocol === 'https:') && LOOPBACK.has(url.hostname)
}

export const settingsSchema = z.object({
  environment: z
    .enum(['production', 'sandbox'])
    .default('production')
    .meta({
      title: 'Environment',
      description: 'Sandbox accounts are separate accounts, for trying things out.',
      zh: { title: '环境', description: '沙盒账户是独立的账户，用于测试。' },
      options: {
        production: { en: 'Production', zh: '生产环境' },
        sandbox: { en: 'Sandbox', zh: '沙盒' },
      },
    }),
  channelId: z
    .string()
    .regex(/^\d{1,10}$/, 'A number')
    .optional()
    .meta({
      title: 'Channel number',
      description: 'Leave empty unless the application has several channels that it may write to.',
      zh: { title: '渠道编号', description: '除非应用有多个可写入的渠道，否则请留空。' },
    }),
  shippingMethod: z
    .string()
    .trim()
    .min(1)
    .default('Standard')
    .meta({
      title: 'Usual shipping method',
      description:
        'By the name that ShipBob maps to one of its ship options (Integrations, Ship Option Mapping).',
      zh: { title: '默认配送方式', description: 'ShipBob 在“Ship Option Mapping”中映射的配送方式名称。' },
    }),
  lots: z
    .boolean()
    .default(true)
    .meta({
      title: 'Read lots',
      description: 'Costs a second call for every page of counts. Switch off if nothing has lots.',
      zh: { title: '读取批次', description: '读取库存时每页多一次调用。若没有批次管理的商品，可关闭。' },
    }),
  endpoint: z
    .string()
    .refine(isLoopback, 'Only an address of this machine: it is for the simulator')
    .optional()
    .meta({
      title: 'Simulator address',
      description: 'Leave empty for the real ShipBob.',
      zh: { title: '模拟器地址', description: '连接真实的 ShipBob 时请留空。' },
    }),
})

export type Settings = z.infer<typeof settingsSchema>

const secret = (title: string, description: string, zh: { title: string; description: string }) =>
  z.string().trim().min(1).meta({ secret: true, title, description, zh })

const oauth = {
  clientId: secret('Client ID', 'Integrations, OAuth Apps, of your own application.', {
    title: '客户端 ID',
    description: 'Integrations → OAuth Apps，您自己的应用。',
  }),
  clientSecret: secret('Client secret', 'Beside the client ID.', {
    title: '客户端密钥',
    description: '在客户端 ID 旁边。',
  }),
}

/** A token of the account, which does not end; or an application's keys with what its grant page gave. */
export const credentialsSchema = z
  .object({
    personalAccessToken: secret(
      'Personal access token',
      'Integrations, API Tokens, Generate New Token, as the root user. Leave empty to grant access on ShipBob’s page.',
      {
        title: '个人访问令牌',
        description: '以主用户身份在 Integrations → API Tokens 中生成。若通过 ShipBob 授权页面授权，请留空。',
      },
    ).optional(),
    clientId: oauth.clientId.optional(),
    clientSecret: oauth.clientSecret.optional(),
    refreshToken: secret('Refresh token', 'Comes from ShipBob’s grant page.', {
      title: '刷新令牌',
      description: '由 ShipBob 授权页面提供。',
    }).optional(),
  })
  .refine(
    ({ personalAccessToken, clientId, clientSecret, refreshToken }) =>
      personalAccessToken !== undefined ||
      (clientId !== undefined && clientSecret !== undefined && refreshToken !== undefined),
    'Give a personal access token, or grant access on ShipBob’s page',
  )

export type Credentials = z.infer<typeof credentialsSchema>

/** What a person gives before ShipBob's page. */
export const grantNeeds = z.object(oauth)

/** Where requests go, without a slash at the end. */
export function apiUrl({ endpoint, environment }: Settings): string {
  if (endpoint !== undefined) return endpoint.replace(/\/+$/, '')
  return environment === 'sandbox' ? 'https://sandbox-api.shipbob.com' : 'https://api.shipbob.com'
}

/** Where access is granted: developer.shipbob.com/auth. */
export function authUrl({ endpoint, environment }: Settings): string {
  if (endpoint !== undefined) return endpoint.replace(/\/+$/, '')
  return environment === 'sandbox' ? 'https://authstage.shipbob.com' : 'https://auth.shipbob.com'
}

/**
 * What ShipBob is told to sign webhooks with: derived, so that nobody types a second secret. A new token or client secret
 * makes a new one, which `registerWebhooks` sees by the fingerprint and puts right. 24 bytes as it wants: `whsec_` and 32
 * characters of Base64.
 */
export function webhookSecret({ personalAccessToken, clientSecret }: Credentials): string {
  const digest = createHmac('sha256', personalAccessToken ?? clientSecret ?? '')
    .update('plimsoll webhooks of shipbob')
    .digest()
  return `whsec_${digest.subarray(0, 24).toString('base64')}`
}

export function fingerprintOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12)
}
