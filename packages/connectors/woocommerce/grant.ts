import { type GrantPage, Unauthorized } from '@plimsoll/connector-kit'
import { z } from 'zod'
import { type Credentials, credentials, type Settings } from './settings.ts'

const posted = z.object({
  user_id: z.union([z.string(), z.number()]).transform(String),
  consumer_key: credentials.shape.consumerKey,
  consumer_secret: credentials.shape.consumerSecret,
  key_permissions: z.string(),
})

/**
 * The shop's own page: its owner agrees, the shop makes a key and posts it to the callback (which must be https), then
 * sends the browser back. `user_id` is handed through untouched. Source: class-wc-auth.php (read 2026-08).
 */
export const grant: GrantPage<Settings, Credentials> = {
  // Nothing is given before: the shop makes the keys, and the hub the secret of its webhooks.
  needs: z.object({}),
  answer: 'post',
  url({ settings, state, callbackUrl, returnUrl }) {
    const query = new URLSearchParams({
      app_name: 'Plimsoll',
      scope: 'read_write',
      user_id: state,
      return_url: returnUrl,
      callback_url: callbackUrl,
    })
    return `${settings.url}/wc-auth/v1/authorize?${query}`
  },
  stateOf({ query, body }) {
    const parsed = z.object({ user_id: posted.shape.user_id }).safeParse(body)
    return parsed.success ? parsed.data.user_id : query.user_id
  },
  async finish({ body }, _request, { uuid }) {
    const parsed = posted.safeParse(body)
    if (!parsed.success) throw new Unauthorized('The shop posted no keys.')
    if (parsed.data.key_permissions !== 'read_write')
      throw new Unauthorized('The shop gave keys that may only read, or only write.')
    const { consumer_key: consumerKey, consumer_secret: consumerSecret } = parsed.data
    return { consumerKey, consumerSecret, webhookSecret: `${uuid()}${uuid()}`.replaceAll('-', '') }
  },
}
