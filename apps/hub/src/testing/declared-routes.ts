import { createHubServer } from '../http/hub-server.ts'
import { createServer, type Route } from '../http/server.ts'
import type { ServedHub } from './served-hub.ts'

/** Every route that the hub's own server adds, and that of an organization. */
export async function listRoutes({ hub }: Pick<ServedHub, 'hub'>): Promise<Route[]> {
  const found: Route[] = []
  const onRoute = (route: Route) => void found.push(route)
  const { accounts, organizations, first } = hub
  const front = await createHubServer({ base: hub, accounts, organizations }, [], onRoute)
  await front.close()
  const server = await createServer(first, { onRoute })
  await server.close()
  return found
}
