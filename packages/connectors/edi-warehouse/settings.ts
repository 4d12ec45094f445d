import type { CallAuthentication } from '@plimsoll/connector-kit'
import { type PartnerProfile, partnerProfile } from '@plimsoll/edi'
import { z } from 'zod'
import { placeIn } from './place.ts'

/** What a person gives: what is agreed with the partner, where the folders are, and what opens them. */

/** How a call with a file is proved; undefined: none is taken. */
export const AUTHENTICATIONS: Readonly<
  Record<'none' | 'standard-webhooks' | 'token', CallAuthentication | undefined>
> = {
  none: undefined,
  'standard-webhooks': { kind: 'standard-webhooks' },
  token: { kind: 'token', header: 'authorization', prefix: 'Bearer ' },
}

const folder = (title: string, description: string, zh: { title: string; description: string }) =>
  z
    .string()
    .trim()
    .max(300)
    .refine((text) => text !== '' && !/\\|\.\.|\0/.test(text), 'a folder below the address, such as in')
    .meta({ title, description, zh })

export const settings = z
  .object({
    profile: z
      .string()
      .max(200_000)
      .superRefine((text, context) => {
        const read = readProfile(text)
        if ('problems' in read)
          for (const message of read.problems) context.addIssue({ code: 'custom', message })
      })
      .meta({
        title: 'Partner profile',
        description: 'The whole text of the JSON file that says what is agreed: ids, version, sets, codes.',
        zh: { title: '伙伴配置', description: '约定内容的 JSON 文件全文：标识、版本、报文和代码。' },
      }),
    server: z
      .string()
      .trim()
      .max(500)
      .refine(
        (text) => placeIn(text) !== undefined,
        'write sftp://host/folder, ftps://host/folder or folder:name',
      )
      .meta({
        title: 'Folder',
        description: 'sftp://files.example/edi, ftps://…, or folder:NAME on the hub’s own machine.',
        zh: {
          title: '文件夹',
          description: 'sftp://files.example/edi、ftps://… 或枢纽本机上的 folder:名称。',
        },
      }),
    hostKey: z
      .string()
      .trim()
      .max(200)
      .default('')
      .refine((text) => text === '' || /^SHA256:[A-Za-z0-9+/]{43}=?$/.test(text), 'write SHA256:…')
      .meta({
        title: 'Key of the SFTP server',
        description: 'SHA256:…, as the partner confirms it. Another key is then refused.',
        zh: { title: 'SFTP 服务器密钥', description: '由伙伴确认的 SHA256:…。此后拒绝其他密钥。' },
      }),
    inFolder: folder('Folder of what comes', 'Where the partner puts its files.', {
      title: '收件文件夹',
      description: '伙伴放置其文件的位置。',
    }).default('in'),
    outFolder: folder('Folder of what goes', 'Where the partner fetches ours.', {
      title: '发件文件夹',
      description: '伙伴取走我方文件的位置。',
    }).default('out'),
    archiveFolder: folder('Archive', 'Where files are moved once they were taken in.', {
      title: '归档文件夹',
      description: '文件接收后移入的位置。',
    }).default('archive'),
    calls: z
      .enum(['none', 'standard-webhooks', 'token'])
      .default('none')
      .meta({
        title: 'Calls with files',
        description:
          'Whether the partner may also hand files over by calling the hub, and how it proves itself: none, standard-webhooks, or token (Authorization: Bearer …). What we send goes to the folder.',
        zh: {
          title: '回调送文件',
          description:
            '伙伴是否也可以直接调用枢纽提交文件，以及如何证明身份：none（不可以）、standard-webhooks 或 token（Authorization: Bearer …）。我方文件仍写入文件夹。',
        },
      }),
  })
  .refine(
    ({ inFolder, outFolder, archiveFolder }) => new Set([inFolder, outFolder, archiveFolder]).size === 3,
    'the three folders must differ',
  )
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
      description: 'Of the server. Empty for a folder on this machine.',
      zh: { title: '用户名', description: '服务器的用户名。本机文件夹请留空。' },
    }),
  password: secret('Password', 'Of the server. Empty where a key is used.', {
    title: '密码',
    description: '服务器的密码。使用密钥时留空。',
  }),
  privateKey: secret('Private key', 'OpenSSH or PEM, the whole text; for SFTP in place of a password.', {
    title: '私钥',
    description: 'OpenSSH 或 PEM 全文；SFTP 用其代替密码。',
  }),
  callSecret: secret('Secret of its calls', 'Where the partner calls with files.', {
    title: '回调密钥',
    description: '伙伴以回调送文件时填写。',
  }),
  passphrase: secret('Passphrase of the key', 'Where the private key has one.', {
    title: '私钥口令',
    description: '私钥设有口令时填写。',
  }),
})
export type Credentials = z.infer<typeof credentials>

/** The profile, or what is wrong with it: the field first. */
export function readProfile(text: string): { profile: PartnerProfile } | { problems: string[] } {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    return { problems: [`It is no JSON: ${error instanceof Error ? error.message : String(error)}`] }
  }
  const parsed = partnerProfile.safeParse(json)
  if (parsed.success) return { profile: parsed.data }
  return {
    problems: parsed.error.issues.map(({ path, message }) => `${path.map(String).join('.')}: ${message}`),
  }
}

/** Of settings that were checked. */
export function profileOf({ profile }: Pick<Settings, 'profile'>): PartnerProfile {
  const read = readProfile(profile)
  if ('problems' in read) throw new TypeError(`The profile was not checked: ${read.problems.join('; ')}`)
  return read.profile
}
