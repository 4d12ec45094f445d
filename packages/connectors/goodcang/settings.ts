import { isLoopbackUrl, USUAL_METHOD } from '@plimsoll/connector-kit'
import { z } from 'zod'

export const settingsSchema = z.object({
  environment: z
    .enum(['production', 'sandbox'])
    .default('production')
    .meta({
      title: 'Environment',
      description: 'The sandbox has accounts and keys of its own, for trying things out.',
      zh: { title: '环境', description: '沙箱环境有独立的账号和密钥，用于联调测试。' },
      options: {
        production: { en: 'Production', zh: '正式环境' },
        sandbox: { en: 'Sandbox', zh: '沙箱环境' },
      },
    }),
  shippingMethods: z
    .array(
      z.string().regex(USUAL_METHOD, 'Write CODE, WAREHOUSE=CODE for one warehouse, or either behind WISH:'),
    )
    .default([])
    .meta({
      title: 'Usual shipping products',
      description:
        'Codes of GoodCang’s shipping products for orders: CODE for every warehouse, WAREHOUSE=CODE for one, such as USEA=FEDEX-SMALLPARCEL. With what the customer chose in front, as in Express: USEA=FEDEX-2DAY, only for those.',
      zh: {
        title: '默认物流产品',
        description:
          '订单使用的谷仓物流产品代码：填 代码 表示所有仓库，填 仓库=代码 表示某个仓库，例如 USEA=FEDEX-SMALLPARCEL。前面加上买家选择的配送方式，例如 Express: USEA=FEDEX-2DAY，则只用于这类订单。',
      },
    }),
  inboundBy: z
    .enum(['0', '1', '2', '3', '4', '5'])
    .default('1')
    .meta({
      title: 'How goods travel to it',
      description: 'Written on the inbound orders that the hub announces.',
      zh: { title: '入库运输方式', description: '写入由系统创建的入库单。' },
      options: {
        0: { en: 'By air', zh: '空运' },
        1: { en: 'By sea, loose', zh: '海运散货' },
        2: { en: 'By courier', zh: '快递' },
        3: { en: 'By rail, full container', zh: '铁运整柜' },
        4: { en: 'By sea, full container', zh: '海运整柜' },
        5: { en: 'By rail, loose', zh: '铁运散货' },
      },
    }),
  endpoint: z
    .string()
    .refine(isLoopbackUrl, 'Only an address of this machine: it is for the simulator')
    .optional()
    .meta({
      title: 'Simulator address',
      description: 'Leave empty for the real GoodCang.',
      zh: { title: '模拟器地址', description: '连接真实的谷仓时请留空。' },
    }),
})

export type Settings = z.infer<typeof settingsSchema>

const secret = (title: string, description: string, zh: { title: string; description: string }) =>
  z.string().trim().min(1).meta({ secret: true, title, description, zh })

export const credentialsSchema = z.object({
  appToken: secret('App token', 'In GoodCang’s OMS, where API access is switched on for your account.', {
    title: '应用令牌（App Token）',
    description: '在谷仓 OMS 系统中开通 API 对接后获取。',
  }),
  appKey: secret('App key', 'Beside the app token.', {
    title: '应用密钥（App Key）',
    description: '与 App Token 一同获取。',
  }),
})

export type Credentials = z.infer<typeof credentialsSchema>

/** Where calls go, without a slash at the end. */
export function apiUrl({ endpoint, environment }: Settings): string {
  const host =
    endpoint?.replace(/\/+$/, '') ??
    (environment === 'sandbox' ? 'https://uat-oms.eminxing.com' : 'https://oms.goodcang.net')
  return `${host}/public_open`
}
