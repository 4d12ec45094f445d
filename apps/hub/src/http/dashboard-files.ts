import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'

const FOLDER = fileURLToPath(new URL('../../../dashboard/dist', import.meta.url))

/** Scripts and styles of our own only; nothing is loaded from elsewhere. WebAssembly: what reads codes from the camera. */
const POLICY =
  "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"

/** Of what a device can do, the camera alone, to scan, and for this page alone. */
const PERMISSIONS = 'camera=(self), microphone=(), geolocation=(), payment=(), usb=()'

/** What a browser may do with the pages. */
export const PAGE_HEADERS = { 'content-security-policy': POLICY, 'permissions-policy': PERMISSIONS }

/** What programs ask for; the rest are screens. */
const OF_PROGRAMS = /^\/(api|webhooks)(\/|\?|$)/

/** Serves the built dashboard; any other path of a browser gets its start page, which routes by itself. */
export async function serveDashboard(app: FastifyInstance): Promise<void> {
  if (!existsSync(FOLDER)) {
    app.get('/', async (_request, reply) =>
      reply.type('text/plain').send('The dashboard is not built yet. Run: npm run demo, or npm run build.\n'),
    )
    return
  }
  await app.register(fastifyStatic, {
    root: FOLDER,
    wildcard: false,
    setHeaders: (reply, path) => {
      for (const [name, value] of Object.entries(PAGE_HEADERS)) reply.header(name, value)
      reply.header('x-content-type-options', 'nosniff')
      // File names under assets/ carry a hash of their content.
      reply.header(
        'cache-control',
        path.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
      )
    },
  })
  // A page opened before an update asks for parts that are gone: the start page in their place would not do.
  app.get('/assets/*', async (_request, reply) => {
    reply.callNotFound()
    return reply
  })
  app.get('/*', async (request, reply) => {
    if (!OF_PROGRAMS.test(request.url)) return await reply.sendFile('index.html')
    // A program that asks for a route that is not there must not be told 200 and a web page.
    reply.callNotFound()
    return reply
  })
}
