import { createHash } from 'node:crypto'
import { isLoopbackUrl, USUAL_METHOD } from '@plimsoll/connector-kit'
import { z } from 'zod'

export const settingsSchema = z.object({
  environment: z
    .enum(['production', 'sandbox'])
    .default('production')
    .meta({
      title: 'Environment',
      description: 'The sandbox has accounts and tokens of its own, for trying things out.',
      zh: { title: '环境', description: '沙箱环境有独立的账号和 Token，用于联调测试。' },
      options: {
        production: { en: 'Production', zh: '正式环境' },
        sandbox: { en: 'Sandbox', zh: '沙箱环境' },
      },
    }),
  platform: z
    .string()
    .trim()
    .min(1)
    .max(40)
    .default('OWNERERP')
    .meta({
      title: 'Application code',
      description: 'The code (platform) under which Winit registered the application.',
      zh: { title: '应用代码', description: '万邑通登记的应用代码（platform）。' },
    }),
  deliveryWays: z
    .array(z.string().regex(USUAL_METHOD, 'Write ID, WAREHOUSE=ID for one warehouse, or either behind WISH:'))
    .default([])
    .meta({
      title: 'Usual delivery ways',
      description:
        'IDs of Winit’s delivery ways for orders: ID for every warehouse, WAREHOUSE=ID for one, such as 1000069=1000000123. With what the customer chose in front, as in Express: 1000069=1000000456, only for those.',
      zh: {
        title: '默认派送方式',
        description:
          '订单使用的派送方式 ID：填 ID 表示所有仓库，填 仓库ID=派送方式ID 表示某个仓库，例如 1000069=1000000123。前面加上买家选择的配送方式，例如 Express: 1000069=1000000456，则只用于这类订单。',
      },
    }),
  endpoint: z
    .string()
    .refine(isLoopbackUrl, 'Only an address of this machine: it is for the simulator')
    .optional()
    .meta({
      title: 'Simulator address',
      description: 'Leave empty for the real Winit.',
      zh: { title: '模拟器地址', description: '连接真实的万邑通时请留空。' },
    }),
})

export type Settings = z.infer<typeof settingsSchema>

const secret = (title: string, description: string, zh: { title: string; description: string }) =>
  z.string().trim().min(1).meta({ secret: true, title, description, zh })

export const credentialsSchema = z.object({
  appKey: secret('User name', 'Of your account at seller.winit.com.cn (app_key).', {
    title: '用户名（app_key）',
    description: '万邑联账号的用户名。',
  }),
  token: secret('Token', 'From the account’s API settings. It signs every call.', {
    title: '接口令牌（Token）',
    description: '在万邑联的 API 设置中获取，用于对每次调用签名。',
  }),
  clientId: secret('Application id', 'Of the application that Winit registered (client_id).', {
    title: '应用 ID（client_id）',
    description: '万邑通开放平台登记的应用 ID。',
  }),
  clientSecret: secret('Application secret', 'Beside the application id (client_secret).', {
    title: '应用密钥（client_secret）',
    description: '在应用 ID 旁边。',
  }),
})

export type Credentials = z.infer<typeof credentialsSchema>

/** Where calls go. */
export function apiUrl({ endpoint, environment }: Settings): string {
  const host =
    endpoint?.replace(/\/+$/, '') ??
    (environment === 'sandbox' ? 'https://sandboxopenapi.winit.com.cn' : 'https://openapi.winit.com.cn')
  return `${host}/openapi/service`
}

/** Winit names no account: the user's name, which may be a person's address, stands for it, unreadable. */
export function accountIdOf({ appKey }: Credentials): string {
  return createHash('sha256').update(appKey).digest('hex').slice(0, 16)
}
