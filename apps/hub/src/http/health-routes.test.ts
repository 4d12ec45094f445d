import { expect, test } from 'vitest'
import { askServer, serveHub, serverOf } from '../testing/served-hub.ts'

test('a hub is alive and ready, and says so in words that a machine reads too', async () => {
  const served = await serveHub()
  try {
    expect(await served.ask('GET', '/health')).toMatchObject({ status: 200, body: { status: 'ok' } })
    expect(await served.ask('GET', '/ready')).toMatchObject({
      status: 200,
      body: { status: 'ready', database: 'given', worksConnections: 0 },
    })
    const metrics = await served.ask('GET', '/metrics')
    expect(metrics).toMatchObject({ status: 200, type: 'text/plain' })
    for (const name of ['plimsoll_parked_events', 'plimsoll_inbox_waiting', 'plimsoll_levels_pending']) {
      const organization = served.hub.context.organizationId
      expect(metrics.text).toMatch(new RegExp(`^${name}\\{organization="${organization}"\\} 0$`, 'm'))
    }
  } finally {
    await served.close()
  }
})

test('health and readiness answer whatever name the hub is called by: probes come from other machines', async () => {
  const served = await serveHub()
  try {
    for (const url of ['/health', '/ready', '/metrics']) {
      const answer = await served.ask('GET', url, undefined, { host: 'hub.example' })
      expect(answer.status, url).toBe(200)
    }
  } finally {
    await served.close()
  }
})

test('a hub whose database is gone is alive but not ready, and a request says that it may be sent again', async () => {
  const served = await serveHub()
  const { database, hub } = served
  const server = serverOf(hub)
  await database.drop()
  expect(await askServer(server, { method: 'GET', url: '/health' })).toMatchObject({ status: 200 })
  expect(await askServer(server, { method: 'GET', url: '/ready' })).toMatchObject({
    status: 503,
    type: 'application/problem+json',
    body: { code: 'not-ready', detail: expect.stringContaining('The database does not answer.') },
  })
  await hub.close()
})
