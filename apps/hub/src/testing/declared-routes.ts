import { SyncEngine } from '@plimsoll/sync'
import { createServer, type Route } from '../http/server.ts'
import { LiveScreens } from '../views/live-screens.ts'
import type { ServedHub } from './served-hub.ts'

/** Every route that the server adds, as it adds them. */
export async function listRoutes({ hub }: Pick<ServedHub, 'hub'>): Promise<Route[]> {
  const found: Route[] = []
  const screens = new LiveScreens(hub.context)
  try {
    const engine = new SyncEngine(hub.context)
    const server = await createServer({ ...hub, engine, screens, demo: undefined }, (route) =>
      found.push(route),
    )
    await server.close()
  } finally {
    screens.close()
  }
  return found
}
