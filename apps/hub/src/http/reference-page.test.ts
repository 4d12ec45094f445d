import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ServedHub, serveHub } from '../testing/served-hub.ts'

let served: ServedHub
beforeAll(async () => {
  served = await serveHub()
})
afterAll(() => served.close())

test('the page and all that it loads come from the hub, under a policy that lets nothing else in', async () => {
  const page = await fetch(`${served.url}/docs`)
  expect(page.status).toBe(200)
  const policy = page.headers.get('content-security-policy') ?? ''
  expect(policy).toContain("default-src 'none'")
  expect(policy).toContain("script-src 'self';")
  const html = await page.text()
  expect(html).not.toMatch(/https?:/)
  const loaded = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path = '']) => path)
  expect(loaded).toHaveLength(4)
  for (const path of loaded) {
    const answer = await fetch(`${served.url}${path}`)
    expect(answer.status, path).toBe(200)
    expect(answer.headers.get('content-security-policy'), path).toBe(policy)
    expect((await answer.text()).length, path).toBeGreaterThan(100)
  }
})

test('of the folder of Swagger UI nothing else is served', async () => {
  for (const path of ['oauth2-redirect.html', 'index.html', 'csp.json']) {
    expect(await served.ask('GET', `/docs/${path}`), path).toMatchObject({
      status: 404,
      body: { code: 'not-found' },
    })
  }
})

test('a page of another site cannot read it', async () => {
  const answer = await served.ask('GET', '/docs', undefined, { host: 'rebound.example' })
  expect(answer).toMatchObject({ status: 403, body: { code: 'foreign-origin' } })
})
