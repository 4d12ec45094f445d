import { z } from 'zod'
import { endpointOf, findMarketplace, marketplaces, type Region, regionOf } from './marketplaces.ts'

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]'])

/** True for an http(s) address of this machine: the only kind a simulator may live at. */
function isLoopback(address: string): boolean {
  if (!URL.canParse(address)) return false
  const url = new URL(address)
  return (url.protocol === 'http:' || url.protocol === 'https:') && LOOPBACK.has(url.hostname)
}

const marketplaceIds = marketplaces.map(({ id }) => id)

/** What a person fills in to connect a selling account in one of Amazon's three regions. */
export const settings = z.object({
  sellerId: z
    .string()
    .trim()
    .regex(/^[A-Z0-9]{8,24}$/, 'the merchant token: capital letters and digits')
    .meta({
      title: 'Seller ID',
      description: 'The merchant token of the account: Seller Central > Settings > Account info.',
      zh: {
        title: '卖家编号',
        description: '账户的卖家记号（Merchant Token）：卖家平台 > 设置 > 账户信息。',
      },
    }),
  marketplaces: z
    .array(z.enum(marketplaceIds))
    .min(1, 'at least one marketplace')
    .refine(
      (ids) => new Set(ids.map((id) => findMarketplace(id)?.region)).size <= 1,
      'marketplaces of one region: North America, Europe or the Far East; connect another region by itself',
    )
    .meta({
      title: 'Marketplaces',
      description:
        'Where the account sells, all in one region. The first one names what is counted by Amazon itself.',
      zh: {
        title: '站点',
        description: '该账户销售的站点，须属于同一区域。第一个站点用于读取亚马逊自身的库存。',
      },
      options: Object.fromEntries(marketplaces.map(({ id, name }) => [id, name])),
    }),
  ordersApi: z
    .enum(['2026-01-01', 'v0'])
    .default('2026-01-01')
    .meta({
      title: 'Orders API',
      description:
        'Leave it as it is; the older one is for accounts to which Amazon does not offer the new one, and ends on 2027-03-27.',
      zh: {
        title: '订单接口版本',
        description: '一般无需更改；旧版仅用于尚未获得新版接口的账户，将于 2027-03-27 停用。',
      },
      options: {
        '2026-01-01': { en: '2026-01-01 (current)', zh: '2026-01-01（当前版本）' },
        v0: { en: 'v0 (older)', zh: 'v0（旧版）' },
      },
    }),
  applicationId: z
    .string()
    .trim()
    .regex(/^amzn1\.(sp\.solution|sellerapps\.app)\.[A-Za-z0-9-]+$/, 'starts with amzn1.sp.solution.')
    .optional()
    .meta({
      title: 'Application ID',
      description:
        'Only to grant access on Amazon’s own page with a public application; starts with amzn1.sp.solution.',
      zh: {
        title: '应用编号',
        description: '仅在使用公共应用并通过亚马逊授权页面授权时填写；以 amzn1.sp.solution. 开头。',
      },
    }),
  queueUrl: z
    .string()
    .trim()
    .regex(
      /^https:\/\/sqs\.[a-z0-9-]+\.amazonaws\.com(\.cn)?\/\d{12}\/[A-Za-z0-9_-]{1,80}$/,
      'the URL of a standard queue: https://sqs.REGION.amazonaws.com/ACCOUNT/NAME',
    )
    .optional()
    .meta({
      title: 'SQS queue',
      description:
        'Optional: the URL of a standard queue of your AWS account, into which Amazon puts its notifications. Without it orders are only polled, which takes minutes.',
      zh: {
        title: 'SQS 队列',
        description:
          '可选：您 AWS 账户中标准队列的 URL，亚马逊会将通知放入其中。不填写则只能轮询订单，会有数分钟延迟。',
      },
    }),
  multiChannel: z
    .boolean()
    .default(false)
    .meta({
      title: 'Send orders of other channels from Amazon (MCF)',
      description:
        'Multi-Channel Fulfilment: what Amazon keeps may be shown on other channels, and Amazon sends it. It charges for each order.',
      zh: {
        title: '由亚马逊发送其他渠道的订单（MCF）',
        description: '多渠道配送：亚马逊仓内库存可在其他渠道展示并由亚马逊发货，按单收费。',
      },
    }),
  multiChannelSpeed: z
    .enum(['Standard', 'Expedited', 'Priority'])
    .default('Standard')
    .meta({
      title: 'Usual speed of those orders',
      description: 'Unless the order names one of these itself.',
      zh: { title: '多渠道订单的默认时效', description: '订单本身指定时除外。' },
      options: {
        Standard: { en: 'Standard', zh: '标准' },
        Expedited: { en: 'Expedited', zh: '加急' },
        Priority: { en: 'Priority', zh: '优先' },
      },
    }),
  multiChannelComment: z
    .string()
    .trim()
    .min(1)
    .max(750)
    .default('Thank you for your order.')
    .meta({
      title: 'Comment on their packing slips',
      description: 'The recipient reads it.',
      zh: { title: '装箱单留言', description: '收件人会看到。' },
    }),
  multiChannelBlankBox: z
    .boolean()
    .default(false)
    .meta({
      title: 'Send them in boxes without Amazon’s name',
      description: 'Some channels want it. Amazon refuses what it cannot send so.',
      zh: {
        title: '使用无亚马逊标识的包装',
        description: '部分渠道有此要求；无法满足时亚马逊会拒绝该订单。',
      },
    }),
  multiChannelOtherCarriers: z
    .boolean()
    .default(false)
    .meta({
      title: 'Never send them by Amazon’s own carrier',
      description: 'Some channels want it. Amazon charges more and may be later.',
      zh: { title: '不使用亚马逊自有物流', description: '部分渠道有此要求；会收取附加费，可能更慢。' },
    }),
  endpoint: z
    .string()
    .refine(isLoopback, 'Only an address of this machine: it is for the simulator')
    .optional()
    .meta({
      title: 'Simulator address',
      description: 'Leave empty for the real Amazon.',
      zh: { title: '模拟器地址', description: '连接真实的亚马逊时请留空。' },
    }),
})
export type Settings = z.infer<typeof settings>

const clientId = z
  .string()
  .trim()
  .min(1)
  .meta({
    title: 'LWA client ID',
    description: 'Of your application: Seller Central > Develop apps > LWA credentials.',
    zh: { title: 'LWA 客户端编号', description: '您的应用的编号：卖家平台 > 开发应用 > LWA 凭证。' },
  })
const clientSecret = z
  .string()
  .trim()
  .min(1)
  .meta({
    secret: true,
    title: 'LWA client secret',
    description: 'Beside the client ID. Amazon wants it replaced every 180 days.',
    zh: { title: 'LWA 客户端密钥', description: '在客户端编号旁边。亚马逊要求每 180 天更换一次。' },
  })
const awsAccessKeyId = z
  .string()
  .trim()
  .min(1)
  .optional()
  .meta({
    title: 'AWS access key ID',
    description: 'Only with a queue: of a user who may receive and delete messages there.',
    zh: { title: 'AWS 访问密钥编号', description: '仅在使用队列时填写：该用户须有权接收和删除队列消息。' },
  })
const awsSecretAccessKey = z
  .string()
  .trim()
  .min(1)
  .optional()
  .meta({
    secret: true,
    title: 'AWS secret access key',
    description: 'Beside the access key ID.',
    zh: { title: 'AWS 秘密访问密钥', description: '在访问密钥编号旁边。' },
  })

/** A private application that the brand authorised itself, or a public one that it granted access. */
export const credentials = z.object({
  clientId,
  clientSecret,
  refreshToken: z
    .string()
    .trim()
    .min(1)
    .meta({
      secret: true,
      title: 'Refresh token',
      description: 'Seller Central > Develop apps > Authorize: starts with Atzr|.',
      zh: { title: '刷新令牌', description: '卖家平台 > 开发应用 > 授权：以 Atzr| 开头。' },
    }),
  awsAccessKeyId,
  awsSecretAccessKey,
})
export type Credentials = z.infer<typeof credentials>

/** What the person gives before Amazon's page is opened. */
export const grantNeeds = z.object({ clientId, clientSecret, awsAccessKeyId, awsSecretAccessKey })

export function regionOfSettings({ marketplaces: ids }: Pick<Settings, 'marketplaces'>): Region {
  return regionOf(ids)
}

/** The marketplace that stands for the account where only one can be named. */
export function homeMarketplace({ marketplaces: ids }: Pick<Settings, 'marketplaces'>): string {
  const [home] = ids
  if (home === undefined) throw new TypeError('a connection has at least one marketplace')
  return home
}

/** Where the API is: of the region, or the simulator. Without a slash at the end. */
export function apiUrl(given: Settings): string {
  return given.endpoint?.replace(/\/+$/, '') ?? endpointOf(regionOfSettings(given))
}

/** Never changes: a seller ID means another account in another region. */
export function accountIdOf(given: Pick<Settings, 'sellerId' | 'marketplaces'>): string {
  return toAccountId(regionOfSettings(given), given.sellerId)
}

export function toAccountId(region: string, sellerId: string): string {
  return `${region}:${sellerId}`
}
