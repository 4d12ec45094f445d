import { z } from 'zod'
import { type MarketplaceId, marketplaceIds, marketplaces } from './places.ts'

const loopback = new Set(['127.0.0.1', 'localhost', '[::1]'])

/** True for an http(s) address of this machine: the only kind a simulator may live at. */
function isLoopback(address: string): boolean {
  if (!URL.canParse(address)) return false
  const url = new URL(address)
  return (url.protocol === 'http:' || url.protocol === 'https:') && loopback.has(url.hostname)
}

const siteNames = Object.fromEntries(
  marketplaceIds.map((id: MarketplaceId) => [id, { en: marketplaces[id].en, zh: marketplaces[id].zh }]),
)

/** What a person fills in to connect a seller's account. The connect form is drawn from these. */
export const settings = z.object({
  environment: z
    .enum(['production', 'sandbox'])
    .default('production')
    .meta({
      title: 'Environment',
      description: 'The sandbox is eBay’s place for trying out, with keys and accounts of its own.',
      zh: { title: '环境', description: '沙盒是 eBay 的试验环境，有独立的密钥和账号。' },
      options: { production: { en: 'Production', zh: '正式环境' }, sandbox: { en: 'Sandbox', zh: '沙盒' } },
    }),
  marketplace: z
    .enum(marketplaceIds)
    .default('EBAY_US')
    .meta({
      title: 'Home marketplace',
      description:
        'The site the account is at home on. Listings on other sites of the account are found too.',
      zh: { title: '主要站点', description: '账号所属的站点。账号在其他站点的刊登也会被读取。' },
      options: siteNames,
    }),
  ruName: z
    .string()
    .trim()
    .regex(/^[A-Za-z0-9_.-]*$/, 'the RuName itself, not an address')
    .default('')
    .meta({
      title: 'RuName',
      description:
        'The name of the redirect in the developer portal, for example Brand-BrandHub-PRD-abc. Only needed to be granted access on eBay’s page. Its "auth accepted" address must be the hub’s callback address.',
      zh: {
        title: 'RuName（重定向名称）',
        description:
          '开发者门户中重定向的名称，例如 Brand-BrandHub-PRD-abc。仅在通过 eBay 页面授权时需要。其"授权成功"网址必须是中枢的回调地址。',
      },
    }),
  alertEmail: z
    .string()
    .trim()
    .regex(/^$|^[^\s@]+@[^\s@]+$/, 'an e-mail address')
    .default('')
    .meta({
      title: 'Alert e-mail',
      description:
        'eBay writes to it when notifications cannot be delivered, and sends none before it knows one. Empty: what the application already has.',
      zh: {
        title: '告警邮箱',
        description: '通知无法送达时 eBay 会发信到此邮箱；没有邮箱则不会发送通知。留空则沿用应用已有的设置。',
      },
    }),
  endpoint: z
    .string()
    .refine(isLoopback, 'Only an address of this machine: it is for the simulator')
    .optional()
    .meta({
      title: 'Simulator address',
      description: 'Leave empty for the real eBay.',
      zh: { title: '模拟器地址', description: '连接真实的 eBay 时请留空。' },
    }),
})
export type Settings = z.infer<typeof settings>

const secret = { secret: true }

/** Keys of the brand's own application at developer.ebay.com, and what a seller granted it. */
export const credentials = z.object({
  clientId: z
    .string()
    .trim()
    .min(1)
    .meta({
      title: 'App ID (client ID)',
      description: 'developer.ebay.com → Application Keys. One application serves all accounts of a brand.',
      zh: {
        title: 'App ID（客户端 ID）',
        description: 'developer.ebay.com → Application Keys。一个应用可服务同一品牌的所有账号。',
      },
    }),
  clientSecret: z
    .string()
    .trim()
    .min(1)
    .meta({
      ...secret,
      title: 'Cert ID (client secret)',
      description: 'Beside the App ID.',
      zh: { title: 'Cert ID（客户端密钥）', description: '在 App ID 旁边。' },
    }),
  verificationToken: z
    .string()
    .regex(/^[A-Za-z0-9_-]{32,80}$/, '32 to 80 letters, digits, _ and -')
    .meta({
      ...secret,
      title: 'Verification token',
      description:
        '32 to 80 letters, digits, _ or - of your choice. It proves to eBay that the hub’s address is yours; all connections of one application need the same.',
      zh: {
        title: '验证令牌',
        description:
          '由您自定的 32 至 80 个字母、数字、_ 或 -。用于向 eBay 证明中枢的地址属于您；同一应用的所有连接须相同。',
      },
    }),
  refreshToken: z
    .string()
    .trim()
    .min(1)
    .meta({
      ...secret,
      title: 'Refresh token',
      description: 'What the seller granted; lasts 18 months. eBay’s page gives it by itself.',
      zh: { title: '刷新令牌', description: '卖家授权所得，有效期 18 个月。通过 eBay 页面授权时自动获得。' },
    }),
  signingKeyJwe: z
    .string()
    .trim()
    .min(1)
    .optional()
    .meta({
      ...secret,
      title: 'Signing key (JWE)',
      description:
        'Only for sellers in the EU and UK, to cancel orders: from Key Management, with its private key.',
      zh: {
        title: '签名公钥（JWE）',
        description: '仅欧盟和英国卖家取消订单时需要：来自 Key Management，与私钥一起填写。',
      },
    }),
  signingPrivateKey: z
    .string()
    .trim()
    .min(1)
    .optional()
    .meta({
      ...secret,
      title: 'Signing key (private)',
      description: 'The Ed25519 private key that eBay showed once when the signing key was made.',
      zh: { title: '签名私钥', description: '创建签名密钥时 eBay 仅显示一次的 Ed25519 私钥。' },
    }),
})
export type Credentials = z.infer<typeof credentials>
