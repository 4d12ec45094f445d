import { z } from 'zod'

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]'])

/** True for an http(s) address of this machine: the only kind a simulator may live at. */
function isLoopback(address: string): boolean {
  if (!URL.canParse(address)) return false
  const url = new URL(address)
  return (url.protocol === 'http:' || url.protocol === 'https:') && LOOPBACK.has(url.hostname)
}

export const settingsSchema = z.object({
  shop: z
    .string()
    .trim()
    .toLowerCase()
    // Only the permanent domain: a custom domain can be pointed elsewhere, and this also guards against
    // being sent to an address of the hub's own network.
    .regex(/^[a-z0-9][a-z0-9-]*\.myshopify\.com$/, 'The permanent address, like your-brand.myshopify.com')
    .meta({ title: 'Shop address', description: 'your-brand.myshopify.com (Settings → Domains)' }),
  endpoint: z
    .string()
    .refine(isLoopback, 'Only an address of this machine: it is for the simulator')
    .optional()
    .meta({ title: 'Simulator address', description: 'Leave empty for the real Shopify.' }),
})

export type Settings = z.infer<typeof settingsSchema>

/**
 * Two ways in: client id and secret of an app in the brand's own organization (a 24 h token is fetched when
 * needed), or the permanent token of an old custom app. The secret is needed in both: it signs webhooks.
 */
export const credentialsSchema = z
  .object({
    clientId: z.string().min(1).optional().meta({
      title: 'Client ID',
      description: 'Dev Dashboard → your app → Settings. Empty with a permanent token.',
    }),
    clientSecret: z.string().min(1).meta({
      title: 'Client secret',
      description: 'Beside the client ID; also proves webhooks.',
      secret: true,
    }),
    accessToken: z.string().min(1).optional().meta({
      title: 'Permanent access token',
      description: 'Only for custom apps made before 2026 (shpat_…).',
      secret: true,
    }),
    previousClientSecret: z.string().min(1).optional().meta({
      title: 'Previous client secret',
      description: 'For the hour after a rotation, in which Shopify may still sign with the old one.',
      secret: true,
    }),
  })
  .refine((credentials) => credentials.clientId !== undefined || credentials.accessToken !== undefined, {
    message: 'Either a client ID or a permanent access token',
    path: ['clientId'],
  })

export type Credentials = z.infer<typeof credentialsSchema>

/** Where requests go: the shop itself, or the simulator. Without a slash at the end. */
export function baseUrl(settings: Settings): string {
  return settings.endpoint?.replace(/\/+$/, '') ?? `https://${settings.shop}`
}
