import type { FolderPlace } from '@plimsoll/connector-kit'
import { z } from 'zod'
import { readDefinition } from './definition.ts'

/** What a person gives: the warehouse's name, where its folder is, the file that describes it, and the secrets. */

const server = z
  .string()
  .trim()
  .max(500)
  .default('')
  .refine((text) => text === '' || placeIn(text) !== undefined, {
    error: 'write sftp://host/folder, ftps://host/folder, folder:name, or leave it empty',
  })

export const settings = z.object({
  name: z
    .string()
    .trim()
    .min(1)
    .max(80)
    .meta({
      title: 'Name of the warehouse',
      description: 'Shown wherever the warehouse is meant: Scoot.',
      zh: { title: '仓库名称', description: '凡涉及该仓库之处均显示此名称，例如 Scoot。' },
    }),
  definition: z
    .string()
    .max(200_000)
    .superRefine((text, context) => {
      const read = readDefinition(text)
      if ('definition' in read) return
      for (const problem of read.problems) context.addIssue({ code: 'custom', message: problem })
    })
    .meta({
      title: 'Description of its files and calls',
      description: 'The whole text of the JSON file that says what the files look like and what they mean.',
      zh: { title: '文件与接口描述', description: '说明其文件格式及含义的 JSON 文件全文。' },
    }),
  server: server.meta({
    title: 'Folder',
    description:
      'sftp://files.example/scoot, ftps://…, or folder:NAME on the hub’s own machine. Empty: files are uploaded, or it calls the hub.',
    zh: {
      title: '文件夹',
      description:
        'sftp://files.example/scoot、ftps://… 或枢纽本机上的 folder:名称。留空：上传文件，或由对方调用枢纽。',
    },
  }),
  hostKey: z
    .string()
    .trim()
    .max(200)
    .default('')
    .refine(
      (text) => text === '' || /^SHA256:[A-Za-z0-9+/]{43}=?$/.test(text),
      'write SHA256:… as the check shows it',
    )
    .meta({
      title: 'Key of the SFTP server',
      description:
        'SHA256:…, as the first check shows it and the warehouse confirms. Another key is then refused.',
      zh: {
        title: 'SFTP 服务器密钥',
        description: 'SHA256:…，由首次检查显示并经仓库确认。此后拒绝其他密钥。',
      },
    }),
})
export type Settings = z.infer<typeof settings>

const secret = (title: string, description: string, zh: { title: string; description: string }) =>
  z.string().max(20_000).default('').meta({ secret: true, title, description, zh })

export const credentials = z.object({
  user: z
    .string()
    .trim()
    .max(500)
    .default('')
    .meta({
      title: 'User name',
      description: 'Of the server with the folder, or for basic authentication of its API.',
      zh: { title: '用户名', description: '文件服务器的用户名，或其 API 基本认证的用户名。' },
    }),
  password: secret('Password', 'Of the server with the folder. Empty where a key is used.', {
    title: '密码',
    description: '文件服务器的密码。使用密钥时留空。',
  }),
  privateKey: secret('Private key', 'OpenSSH or PEM, the whole text; for SFTP in place of a password.', {
    title: '私钥',
    description: 'OpenSSH 或 PEM 全文；SFTP 用其代替密码。',
  }),
  passphrase: secret('Passphrase of the key', 'Where the private key has one.', {
    title: '私钥口令',
    description: '私钥设有口令时填写。',
  }),
  apiSecret: secret('Key of its API', 'Token, key or password that calls to it are proved with.', {
    title: '接口密钥',
    description: '调用其接口所用的令牌、密钥或密码。',
  }),
  webhookSecret: secret(
    'Secret of its calls',
    'What calls from it are signed with, or the token that they carry.',
    {
      title: '回调密钥',
      description: '其回调签名所用的密钥，或其携带的令牌。',
    },
  ),
})
export type Credentials = z.infer<typeof credentials>

/** Undefined: there is no folder, or the text names none. */
function placeIn(
  text: string,
):
  | { kind: 'sftp' | 'ftps'; host: string; port: number; implicit: boolean; root: string }
  | { kind: 'local'; root: string }
  | undefined {
  const local = /^folder:([^\0\\]+)$/.exec(text)?.[1]
  if (local !== undefined) return { kind: 'local', root: local.replaceAll(/^\/+|\/+$/g, '') }
  const url = URL.parse(text)
  if (url === null || !/^(sftp|ftps|ftpes):$/.test(url.protocol) || url.hostname === '') return undefined
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') return undefined
  const root = decodeURIComponent(url.pathname) || '/'
  if (url.protocol === 'sftp:')
    return { kind: 'sftp', host: url.hostname, port: Number(url.port || 22), implicit: false, root }
  const port = Number(url.port || 21)
  return { kind: 'ftps', host: url.hostname, port, implicit: port === 990, root }
}

/** Where the folder is and what opens it; undefined: there is none. */
export function placeOfFolder(
  { server: text, hostKey }: Settings,
  given: Credentials,
): FolderPlace | undefined {
  const place = placeIn(text)
  if (place === undefined || place.kind === 'local') return place
  const orNone = (value: string) => (value === '' ? undefined : value)
  const { user, password, privateKey, passphrase } = given
  if (place.kind === 'ftps') return { ...place, kind: 'ftps', user, password, certificate: undefined }
  return {
    ...place,
    kind: 'sftp',
    user,
    password: orNone(password),
    privateKey: orNone(privateKey),
    passphrase: orNone(passphrase),
    hostKey: orNone(hostKey),
  }
}
