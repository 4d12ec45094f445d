import { createServer } from 'vite'
import { startFixture } from './server.ts'

/** `npm run dev -w @plimsoll/dashboard`: the fixture server and Vite before it. With HUB_URL, the real hub instead. */
const hub = process.env.HUB_URL ?? (await startFixture(0)).url
const vite = await createServer({
  root: `${import.meta.dirname}/..`,
  server: { host: '127.0.0.1', proxy: { '/api': hub, '/dev/scenario': hub } },
})
await vite.listen()
vite.printUrls()
