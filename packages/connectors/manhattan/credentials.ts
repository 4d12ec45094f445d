import { z } from 'zod'

const secret = (title: string, description: string, zh: { title: string; description: string }) =>
  z.string().trim().min(1).max(2_000).meta({ secret: true, title, description, zh })

const client = {
  clientId: secret('Client ID', 'Of the OAuth client that your administrator made.', {
    title: '客户端 ID',
    description: '管理员创建的 OAuth 客户端。',
  }),
  clientSecret: secret('Client secret', 'Beside the client ID.', {
    title: '客户端密钥',
    description: '在客户端 ID 旁边。',
  }),
}

/**
 * A client by itself (client credentials), a client with a user (password), or a client with what its page granted
 * (authorization code).
 */
export const credentialsSchema = z
  .object({
    ...client,
    username: z
      .string()
      .trim()
      .min(1)
      .max(200)
      .optional()
      .meta({
        title: 'User name',
        description: 'Of the user whose rights are used. Empty: the client’s own.',
        zh: { title: '用户名', description: '使用其权限的用户。留空：客户端自身的权限。' },
      }),
    password: secret('Password', 'Of that user.', {
      title: '密码',
      description: '该用户的密码。',
    }).optional(),
    refreshToken: secret('Refresh token', 'Comes from Manhattan’s own page.', {
      title: '刷新令牌',
      description: '由 Manhattan 授权页面提供。',
    }).optional(),
    webhookSecret: secret(
      'Secret of its messages',
      'What its outbound messages carry or are signed with. Empty: none is taken.',
      { title: '消息密钥', description: '其外发消息所携带或签名用的密钥。留空：不接受任何消息。' },
    ).optional(),
  })
  .refine(({ username, password }) => (username === undefined) === (password === undefined), {
    error: 'Give a user name with a password, or neither',
    path: ['password'],
  })

export type Credentials = z.infer<typeof credentialsSchema>

/** What a person gives before Manhattan's page. */
export const grantNeeds = z.object(client)
