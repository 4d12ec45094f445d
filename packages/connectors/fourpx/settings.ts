import { createHash } from 'node:crypto'
import { isLoopbackUrl, USUAL_METHOD } from '@plimsoll/connector-kit'
import { z } from 'zod'

const text = (charactersMax: number) => z.string().trim().min(1).max(charactersMax).optional()

export const settingsSchema = z.object({
  environment: z
    .enum(['production', 'sandbox'])
    .default('production')
    .meta({
      title: 'Environment',
      description: 'The test environment has applications and keys of its own, for trying things out.',
      zh: { title: '环境', description: '测试环境有独立的应用和密钥，用于联调测试。' },
      options: {
        production: { en: 'Production', zh: '正式环境' },
        sandbox: { en: 'Test', zh: '测试环境' },
      },
    }),
  customerCode: text(40).meta({
    title: 'Customer code',
    description:
      'Only where the account has several operating accounts: the one that this connection is for.',
    zh: { title: '客户操作账号', description: '仅当账户下有多个操作账号时填写，指定此连接使用的账号。' },
  }),
  shippingMethods: z
    .array(
      z.string().regex(USUAL_METHOD, 'Write CODE, WAREHOUSE=CODE for one warehouse, or either behind WISH:'),
    )
    .default([])
    .meta({
      title: 'Usual shipping products',
      description:
        'Codes of 4PX’s shipping products for orders: CODE for every warehouse, WAREHOUSE=CODE for one, such as USLAXA=F400. With what the customer chose in front, as in Express: USLAXA=QC, only for those.',
      zh: {
        title: '默认物流产品',
        description:
          '订单使用的 4PX 物流产品代码：填 代码 表示所有仓库，填 仓库=代码 表示某个仓库，例如 USLAXA=F400。前面加上买家选择的配送方式，例如 Express: USLAXA=QC，则只用于这类订单。',
      },
    }),
  inboundBy: z
    .enum(['A', 'S', 'E', 'G', 'R'])
    .default('S')
    .meta({
      title: 'How goods travel to it',
      description: 'Written on the inbound consignments that the hub announces.',
      zh: { title: '入库运输方式', description: '写入由系统创建的入库委托。' },
      options: {
        A: { en: 'By air', zh: '空运' },
        S: { en: 'By sea', zh: '海运' },
        E: { en: 'By courier', zh: '快递' },
        G: { en: 'By lorry', zh: '卡车' },
        R: { en: 'By rail', zh: '火车' },
      },
    }),
  originCountry: z
    .string()
    .regex(/^[A-Z]{2}$/, 'Two capital letters')
    .default('CN')
    .meta({
      title: 'Goods come from: country',
      description: 'Where inbound consignments leave; 4PX asks for it.',
      zh: { title: '发货地国家', description: '入库委托的发货地，4PX 必填。' },
    }),
  originState: text(60).meta({
    title: 'Goods come from: province',
    description: 'Such as 广东省. Without it the hub announces no goods.',
    zh: { title: '发货地省/州', description: '例如：广东省。不填则系统不会创建入库委托。' },
  }),
  originCity: text(60).meta({
    title: 'Goods come from: city',
    description: 'Such as 深圳市. Without it the hub announces no goods.',
    zh: { title: '发货地城市', description: '例如：深圳市。不填则系统不会创建入库委托。' },
  }),
  originDistrict: text(60).meta({
    title: 'Goods come from: district',
    description: 'Such as 宝安区: 4PX asks for it where the country is China.',
    zh: { title: '发货地区/县', description: '例如：宝安区。国家为中国时 4PX 必填。' },
  }),
  endpoint: z
    .string()
    .refine(isLoopbackUrl, 'Only an address of this machine: it is for the simulator')
    .optional()
    .meta({
      title: 'Simulator address',
      description: 'Leave empty for the real 4PX.',
      zh: { title: '模拟器地址', description: '连接真实的递四方时请留空。' },
    }),
})

export type Settings = z.infer<typeof settingsSchema>

const secret = (title: string, description: string, zh: { title: string; description: string }) =>
  z.string().trim().min(1).meta({ secret: true, title, description, zh })

export const credentialsSchema = z.object({
  appKey: secret('App key', 'open.4px.com, your application.', {
    title: '应用 App Key',
    description: '在 open.4px.com 的“我的应用”中查看。',
  }),
  appSecret: secret('App secret', 'Beside the app key. It signs every call.', {
    title: '应用密钥 App Secret',
    description: '在 App Key 旁边，用于对每次调用签名。',
  }),
  accessToken: secret(
    'Access token',
    'Only for the application of a software house, which you granted access.',
    {
      title: '授权令牌 Access Token',
      description: '仅当使用第三方软件商的应用并已授权时填写。',
    },
  ).optional(),
})

export type Credentials = z.infer<typeof credentialsSchema>

/** Where calls go. */
export function apiUrl({ endpoint, environment }: Settings): string {
  const host =
    endpoint?.replace(/\/+$/, '') ??
    (environment === 'sandbox' ? 'https://open-test.4px.com' : 'https://open.4px.com')
  return `${host}/router/api/service`
}

/** 4PX names no account: the application's key, or the token that its user granted, stands for it, unreadable. */
export function accountIdOf({ appKey, accessToken }: Credentials, { customerCode = '' }: Settings): string {
  return createHash('sha256')
    .update(`${appKey} ${accessToken ?? ''} ${customerCode}`)
    .digest('hex')
    .slice(0, 16)
}
