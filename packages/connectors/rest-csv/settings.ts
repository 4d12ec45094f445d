import { z } from 'zod'
import { readDefinition } from './definition.ts'

/** What a person gives: the file that describes the platform, and the secrets that its requests are proved with. */
export const settings = z.object({
  definition: z
    .string()
    .max(200_000)
    .superRefine((text, context) => {
      const read = readDefinition(text)
      if ('definition' in read) return
      for (const problem of read.problems) context.addIssue({ code: 'custom', message: problem })
    })
    .meta({
      title: 'Definition',
      description:
        'The whole text of the JSON file that describes the platform: its requests, and JSONata expressions that say what its answers mean.',
      zh: {
        title: '定义',
        description: '描述该平台的 JSON 文件全文：其请求，以及说明各响应含义的 JSONata 表达式。',
      },
    }),
})
export type Settings = z.infer<typeof settings>

export const credentials = z.object({
  user: z
    .string()
    .trim()
    .max(500)
    .default('')
    .meta({
      title: 'User name or client id',
      description: 'For basic and OAuth authentication; leave it empty for the others.',
      zh: { title: '用户名或客户端 ID', description: '用于 basic 和 OAuth 认证；其他方式请留空。' },
    }),
  secret: z
    .string()
    .max(5_000)
    .default('')
    .meta({
      secret: true,
      title: 'Password, key, token or client secret',
      description: 'What the platform recognises you by. Leave it empty where the definition says `none`.',
      zh: {
        title: '密码、密钥、令牌或客户端密钥',
        description: '平台据以识别您的凭证。若定义中为 none，请留空。',
      },
    }),
})
export type Credentials = z.infer<typeof credentials>
