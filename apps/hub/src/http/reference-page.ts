import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import type { FastifyPluginAsync } from 'fastify'

/** Swagger UI as Fastify's own package brings it: nothing is fetched from elsewhere. */
const FOLDER = join(dirname(fileURLToPath(import.meta.resolve('@fastify/swagger-ui'))), 'static')
const FILES = ['swagger-ui-bundle.js', 'swagger-ui.css', 'favicon-32x32.png']

/** Swagger UI sets styles on elements; scripts come from files of our own alone. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Plimsoll API</title>
<link rel="icon" href="/docs/favicon-32x32.png">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<main id="reference"></main>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`

// Without a validator, which would send the document to somebody else's server.
const START = `SwaggerUIBundle({
  url: '/api/v1/openapi.json',
  dom_id: '#reference',
  deepLinking: true,
  validatorUrl: null,
  docExpansion: 'list',
  defaultModelsExpandDepth: 0,
})
`

/** GET /docs: the OpenAPI document as a page on which every route can be read and tried. */
export const referencePage: FastifyPluginAsync = async (app) => {
  const headers = { 'content-security-policy': POLICY, 'x-content-type-options': 'nosniff' }
  app.get('/docs', async (_request, reply) => reply.headers(headers).type('text/html').send(PAGE))
  app.get('/docs/start.js', async (_request, reply) =>
    reply.headers(headers).type('text/javascript').send(START),
  )
  await app.register(fastifyStatic, {
    root: FOLDER,
    prefix: '/docs/',
    decorateReply: false,
    index: false,
    allowedPath: (path) => FILES.includes(path.slice(1)),
    setHeaders: (reply) => {
      for (const [name, value] of Object.entries(headers)) reply.header(name, value)
    },
  })
}
