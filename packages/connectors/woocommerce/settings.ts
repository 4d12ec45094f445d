import { z } from 'zod'

/** What a person fills in to connect a shop. The connect form is drawn from these. */
export const settings = z.object({
  url: z
    .string()
    .trim()
    .regex(/^https?:\/\/[^\s?#@]+$/i, 'the address of the shop, for example https://shop.example')
    .transform((url) => url.replace(/\/+$/, '').replace(/\/wp-json(\/.*)?$/, ''))
    .meta({
      title: 'Shop address',
      description:
        'The address of the WordPress site, with its folder if it has one: https://shop.example or https://example.com/shop. Plain http works but is marked as insecure.',
      zh: {
        title: '店铺地址',
        description:
          'WordPress 网站的地址，若安装在子目录请一并填写：https://shop.example 或 https://example.com/shop。也可使用 http，但会标记为不安全。',
      },
    }),
  orderStatuses: z
    .string()
    .trim()
    .regex(
      /^$|^[a-z0-9-]+=(pending|open|closed|cancelled)(\s*,\s*[a-z0-9-]+=(pending|open|closed|cancelled))*$/,
      'for example partially-shipped=open, ready-to-pack=open',
    )
    .default('')
    .meta({
      title: 'Order statuses of plugins',
      description:
        'Statuses that plugins add, each with what it means: pending, open, closed or cancelled; for example partially-shipped=open. Orders in a status that is not listed here are parked until you say what it means.',
      zh: {
        title: '插件的订单状态',
        description:
          '插件增加的状态及其含义：pending、open、closed 或 cancelled；例如 partially-shipped=open。未列出的状态的订单会被搁置，直到您说明其含义。',
      },
    }),
})
export type Settings = z.infer<typeof settings>

/** Keys of the shop, made under WooCommerce > Settings > Advanced > REST API, and the secret its webhooks are signed with. */
export const credentials = z.object({
  consumerKey: z
    .string()
    .trim()
    .regex(/^ck_[A-Za-z0-9_]+$/, 'starts with ck_')
    .meta({
      secret: true,
      title: 'Consumer key',
      description: 'Starts with ck_. Give it read and write permission and a shop manager as its user.',
      zh: { title: '消费者密钥', description: '以 ck_ 开头。请授予读写权限，并选择店铺管理员作为用户。' },
    }),
  consumerSecret: z
    .string()
    .trim()
    .regex(/^cs_[A-Za-z0-9_]+$/, 'starts with cs_')
    .meta({
      secret: true,
      title: 'Consumer secret',
      description: 'Starts with cs_. The shop shows it once.',
      zh: { title: '消费者密码', description: '以 cs_ 开头。店铺只显示一次。' },
    }),
  webhookSecret: z
    .string()
    // WooCommerce decodes HTML entities in the secret before it signs, so anything else could
    // be signed with a secret other than ours.
    .regex(/^[A-Za-z0-9]{16,128}$/, '16 to 128 letters and digits')
    .meta({
      secret: true,
      title: 'Webhook secret',
      description:
        '16 to 128 letters and digits of your choice; the hub gives it to the shop, which signs its webhooks with it.',
      zh: {
        title: 'Webhook 密钥',
        description: '由您自定的 16 至 128 个字母和数字；中枢会把它交给店铺，用于为 webhook 签名。',
      },
    }),
})
export type Credentials = z.infer<typeof credentials>
