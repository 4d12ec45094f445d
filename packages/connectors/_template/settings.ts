import { z } from 'zod'

/** What a person fills in to connect. The form is drawn from these, in English and Chinese. */
export const settings = z.object({
  url: z
    .string()
    .trim()
    .regex(/^https?:\/\/[^\s?#@]+$/i, 'an address such as https://api.example.com')
    .transform((url) => url.replace(/\/+$/, ''))
    .meta({
      title: 'API address',
      description: 'The address of the API, such as https://api.example.com.',
      zh: { title: 'API 地址', description: 'API 的网址，例如 https://api.example.com。' },
    }),
})
export type Settings = z.infer<typeof settings>

/** Secrets are marked: they are sealed, and nothing logs them. */
export const credentials = z.object({
  apiKey: z
    .string()
    .trim()
    .min(1)
    .meta({
      secret: true,
      title: 'API key',
      description: 'The platform shows it under Settings → API.',
      zh: { title: 'API 密钥', description: '在平台的“设置 → API”中显示。' },
    }),
  webhookSecret: z
    .string()
    .min(16)
    .meta({
      secret: true,
      title: 'Webhook secret',
      description: '16 characters or more of your choice; the platform signs its webhooks with it.',
      zh: { title: 'Webhook 密钥', description: '由您自定，至少 16 个字符；平台用它为 webhook 签名。' },
    }),
})
export type Credentials = z.infer<typeof credentials>
