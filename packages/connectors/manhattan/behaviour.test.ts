import { expect, test } from 'vitest'
import { connector } from './index.ts'
import { apiUrl, authUrl, settingsSchema } from './settings.ts'
import { PERSONAL, shipmentOf, withEnvironment } from './testing/connected-environment.ts'

const since = new Date(0)

test('every call says for whom and where; addresses are sent once and never asked for', () =>
  withEnvironment(async ({ open, floor, exchanges }) => {
    const { warehouse, operations } = open(undefined, { businessUnit: 'RETAIL' })
    const request = shipmentOf({ floor }, ['S-1'])
    await warehouse.requestShipment(request)
    const [made] = floor.requests.all()
    floor.requests.step(made?.id ?? 0, { step: 'ship' })
    await warehouse.findShipment(request.shipmentId)
    await warehouse.shipments?.({ since, cursor: undefined })
    await operations.counts?.(undefined)
    const api = exchanges.filter(({ operation }) => operation !== 'token')
    for (const { headers } of api)
      expect(headers).toMatchObject({
        selectedOrganization: 'HARBOUR',
        selectedLocation: expect.stringMatching(/^DC-(NORTH|SOUTH)$/),
        selectedBusinessUnit: 'RETAIL',
      })
    const sent = api.filter(({ body }) => PERSONAL.test(body))
    expect(sent.map(({ operation }) => operation)).toEqual(['requestShipment'])
    for (const { operation, text } of api)
      if (operation !== 'requestShipment') expect(text).not.toMatch(PERSONAL)
    expect(made?.recipient).toMatchObject({
      name: 'Pat van Example',
      addressLines: ['100 Nowhere Blvd', 'Suite 100', 'Example & Sons'],
      region: 'IL',
      country: 'US',
    })
  }))

test('tokens: as a user, as the client itself, and by what was granted, which is replaced and kept', () =>
  withEnvironment(async ({ simulator, open, exchanges }) => {
    const grants = () =>
      exchanges.filter(({ operation }) => operation === 'token').map(({ body }) => new URLSearchParams(body))
    for (const credentials of [
      simulator.credentials,
      simulator.clientCredentials,
      simulator.grantedCredentials,
    ])
      await open(credentials).operations.check()
    expect(grants().map((form) => form.get('grant_type'))).toEqual([
      'password',
      'client_credentials',
      'refresh_token',
    ])
    const { operations } = open(simulator.grantedCredentials)
    await operations.check()
    simulator.endTokens()
    await operations.check()
    const tokens = grants().map((form) => form.get('refresh_token'))
    expect(tokens.slice(-2)[0]).toBe('simulated-refresh-0')
    expect(tokens.at(-1)).not.toBe('simulated-refresh-0')
    // Secrets are in the body and the header of the token call alone.
    for (const { operation, url, body } of exchanges) {
      expect(url).not.toMatch(/secret|password|refresh/)
      if (operation !== 'token') expect(body).not.toMatch(/simulated-(client-secret|password|refresh)/)
    }
  }))

test('an environment that has things elsewhere is asked there', () => {
  const paths = [
    'inventory=/wms/v2/inventory/find',
    'orderChange=/wms/v2/orders/{id}/change',
    'token=/auth/realms/maactive/protocol/openid-connect/token',
  ]
  return withEnvironment(
    async ({ simulator, floor, exchanges, open }) => {
      // The simulated page of tokens stays where it is.
      const settings = { paths: paths.filter((line) => !line.startsWith('token=')) }
      const { operations, warehouse } = open(undefined, settings)
      const request = shipmentOf({ floor }, ['S-1'])
      const asked = await warehouse.requestShipment(request)
      expect((await operations.counts?.(undefined))?.rows).toMatchObject([{ onHand: 10 }])
      expect(await warehouse.cancelShipment?.({ shipmentId: request.shipmentId, ...asked })).toBe('cancelled')
      const asksFor = exchanges.map(({ url }) => new URL(url).pathname)
      expect(asksFor).toContain('/wms/v2/inventory/find')
      expect(asksFor).toContain(`/wms/v2/orders/${request.shipmentId}/change`)
      await expect(open(undefined, { paths }).operations.check()).rejects.toThrow()
      expect(exchanges.at(-1)?.url).toBe(
        `${simulator.url}/auth/realms/maactive/protocol/openid-connect/token`,
      )
    },
    { paths },
  )
})

test.each([
  ['inventory=http://elsewhere.example/x'],
  ['inventory=//elsewhere.example/x'],
  ['inventory=/a/../b'],
  ['inventory=/a?x=1'],
  ['orderChange=/without/a/place'],
  ['inventory=/with/{id}'],
  ['somethingElse=/x'],
  ['constructor=/x'],
  ['inventory'],
])('the path %s is refused, with the names that there are', (line) => {
  const given = { environment: 'acme', organization: 'A', facilities: ['DC1'], paths: [line] }
  const read = settingsSchema.safeParse(given)
  expect(read.success).toBe(false)
  expect(read.error?.issues[0]?.message).toContain('orderSave')
})

test('an id goes into a path as one part of it, whatever it holds', () =>
  withEnvironment(async ({ warehouse, exchanges }) => {
    for (const externalId of ['a/b', '../x', 'a?b', '$&', 'ü'])
      await expect(warehouse.cancelShipment?.({ shipmentId: 'x', externalId })).rejects.toMatchObject({
        kind: 'not-found',
      })
    const asked = exchanges.filter(({ method }) => method === 'PUT').map(({ url }) => new URL(url).pathname)
    expect(asked).toHaveLength(10)
    for (const path of asked)
      expect(path).toMatch(/^\/dcorder\/api\/dcorder\/originalOrder\/originalOrderId\/[^/]+$/)
  }))

test('hosts are Manhattan’s, by product or by domain; nothing that is typed in leads elsewhere', () => {
  const given = { environment: 'acme', organization: 'A', facilities: ['DC1'] }
  const wm = settingsSchema.parse(given)
  expect([apiUrl(wm), authUrl(wm)]).toEqual(['https://acme.sce.manh.com', 'https://acme-auth.sce.manh.com'])
  const omni = settingsSchema.parse({ ...given, product: 'omni', viewName: 'Web' })
  expect([apiUrl(omni), authUrl(omni)]).toEqual([
    'https://acme.omni.manh.com',
    'https://acme-auth.omni.manh.com',
  ])
  expect(apiUrl(settingsSchema.parse({ ...given, domain: 'scp' }))).toBe('https://acme.scp.manh.com')
  for (const environment of ['evil.example/', 'a.b', 'a@b', '-a', ''])
    expect(settingsSchema.safeParse({ ...given, environment }).success, environment).toBe(false)
  expect(settingsSchema.safeParse({ ...given, endpoint: 'https://evil.example' }).success).toBe(false)
  expect(settingsSchema.safeParse({ ...given, product: 'omni' }).success, 'Omni without a view').toBe(false)
  for (const facilities of [[], ["DC1' or"], ['a\r\nb']])
    expect(settingsSchema.safeParse({ ...given, facilities }).success).toBe(false)
})

test('check names what the user may not search, and facilities that there are not', () =>
  withEnvironment(
    async ({ open }) => {
      const { operations } = open(undefined, { facilities: ['DC-NORTH', 'DC-NOWHERE'] })
      const found = await operations.check()
      expect(found.missingScopes).toEqual(['olpns'])
      expect(found.warnings).toEqual([expect.stringContaining('DC-NOWHERE')])
      expect(found.accountId).toBe('simulated/HARBOUR/wm')
    },
    { forbidden: ['/pickpack/'] },
  ))

test('check says where a last unit that has gone would not be seen', () =>
  withEnvironment(async ({ floor, open }) => {
    // An environment that keeps no items by facility: the search that stands in for theirs finds nothing.
    const paths = ['itemFacilities=/receiving/api/receiving/asn/search']
    const warnings = async (settings: object) => (await open(undefined, settings).operations.check()).warnings
    expect(await warnings({ paths }), 'nothing lies there yet').toEqual([])
    shipmentOf({ floor }, ['S-1'])
    expect(await warnings({ paths })).toEqual([expect.stringContaining('would not be told as nought')])
    expect(await warnings({ paths, absent: 'all' })).toEqual([])
    expect(await warnings({})).toEqual([])
  }))

test('a path where nothing is says so: no listing has gone, and no order', () =>
  withEnvironment(async ({ open, floor }) => {
    const request = shipmentOf({ floor }, ['S-1'])
    const wrong = { kind: 'invalid', field: 'paths' }
    const { operations, warehouse } = open(undefined, { paths: ['items=/nowhere', 'orderSearch=/nowhere'] })
    await expect(operations.listing('S-1')).rejects.toMatchObject(wrong)
    await expect(warehouse.findShipment(request.shipmentId)).rejects.toMatchObject(wrong)
    await expect(operations.listing('S-1')).rejects.toThrow(/no items there. Correct the paths/)
  }))

test('a request without a right is Forbidden and names it; nothing is made', () =>
  withEnvironment(
    async ({ warehouse, floor }) => {
      await expect(warehouse.requestShipment(shipmentOf({ floor }, ['S-1']))).rejects.toMatchObject({
        kind: 'forbidden',
        scope: 'orderSave',
      })
      expect(floor.requests.all()).toEqual([])
    },
    { forbidden: ['/dcorder/api/dcorder/originalOrder/save'] },
  ))

test.each([
  [{ recipient: 'country', value: 'USA' }, 'recipient.country'],
  [{ recipient: 'name', value: ' ' }, 'recipient.name'],
  [{ recipient: 'city', value: '' }, 'recipient.city'],
  [{ recipient: 'addressLines', value: ['', ' '] }, 'recipient.addressLines'],
] as const)('%j is refused before anything is sent', ({ recipient, value }, field) =>
  withEnvironment(async ({ warehouse, floor, exchanges }) => {
    const good = shipmentOf({ floor }, ['S-1'])
    const request = { ...good, recipient: { ...good.recipient, [recipient]: value } }
    await expect(warehouse.requestShipment(request)).rejects.toMatchObject({ kind: 'invalid', field })
    expect(exchanges).toEqual([])
  }),
)

test('a failed look-up says that the request never left', () =>
  withEnvironment(async ({ simulator, warehouse, floor, operations }) => {
    await operations.check()
    simulator.faults.set({ dropResponseRate: 1 })
    await expect(warehouse.requestShipment(shipmentOf({ floor }, ['S-1']))).rejects.toMatchObject({
      sent: false,
    })
    expect(floor.requests.all()).toEqual([])
  }))

test('a refusal is told by its code, never by its words; what Manhattan has all the same is the answer', () =>
  withEnvironment(async ({ simulator, warehouse, floor }) => {
    const request = shipmentOf({ floor }, ['S-1'])
    await warehouse.requestShipment(request)
    const no = (Code: string, more: object = {}) => ({
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        success: false,
        data: null,
        messages: { Message: [{ Code, Description: `No street of Pat van Example` }] },
        ...more,
      }),
    })
    const again = { ...request, shipmentId: crypto.randomUUID() }
    for (const [answer, wanted] of [
      [no('DCO::77'), { kind: 'invalid', platform: { code: 'DCO::77' } }],
      [no('Pat van Example'), { kind: 'invalid', platform: {} }],
      [no('DCO::1', { statusCode: 'FORBIDDEN' }), { kind: 'forbidden' }],
      [no('DCO::1', { messageKey: 'error.503' }), { kind: 'unavailable', sent: true }],
      [no('DCO::1', { statusCode: 429 }), { kind: 'rate-limited' }],
      [no('DCO::1', { statusCode: 'UNAUTHORIZED' }), { kind: 'unauthorized' }],
    ] as const) {
      simulator.faults.answerNext(answer)
      const error: unknown = await warehouse.requestShipment(again).catch((thrown: unknown) => thrown)
      expect(error).toMatchObject(wanted)
      expect(JSON.stringify(error) + String(error)).not.toMatch(PERSONAL)
    }
    expect(floor.requests.all()).toHaveLength(1)
    // It was there already, and may not be saved again.
    simulator.faults.answerNext(no('DCO::9002'))
    expect(await warehouse.requestShipment(request)).toEqual({ externalId: request.shipmentId })
  }))

test('an order is found at whichever facility has it, and cancelled there', () =>
  withEnvironment(async ({ warehouse, floor }) => {
    const request = shipmentOf({ floor }, ['S-1'], { locationId: 'DC-SOUTH' })
    floor.adjust({ facilityId: 'DC-SOUTH', sku: 'S-1', sellable: 5, reason: 'moved' })
    const { externalId } = await warehouse.requestShipment(request)
    expect(await warehouse.findShipment(request.shipmentId)).toMatchObject({ externalId, state: 'received' })
    const { shipmentId } = request
    expect(await warehouse.cancelShipment?.({ shipmentId, externalId })).toBe('cancelled')
    expect(floor.requests.all()[0]?.state).toBe('cancelled')
  }))

test('cancelling that was taken and does not show yet is asked, not done', () =>
  withEnvironment(async ({ simulator, warehouse, floor }) => {
    const request = shipmentOf({ floor }, ['S-1'])
    const asked = await warehouse.requestShipment(request)
    const body = JSON.stringify({ success: true, data: null })
    simulator.faults.answerNext({ status: 200, headers: { 'content-type': 'application/json' }, body })
    expect(await warehouse.cancelShipment?.({ shipmentId: request.shipmentId, ...asked })).toBe('asked')
    expect(floor.requests.all()[0]?.state).toBe('received')
  }))

test('the lot that is asked for is sent, and Omni refuses it', async () => {
  const withLot = (floor: Parameters<typeof shipmentOf>[0]['floor']) => {
    const request = shipmentOf({ floor }, ['S-1'])
    return { ...request, lines: request.lines.map((line) => ({ ...line, lot: 'L-9' })) }
  }
  await withEnvironment(async ({ warehouse, floor }) => {
    await warehouse.requestShipment(withLot(floor))
    expect(floor.requests.all()[0]?.lines).toMatchObject([{ lot: 'L-9' }])
  })
  await withEnvironment(
    async ({ warehouse, floor }) => {
      await expect(warehouse.requestShipment(withLot(floor))).rejects.toMatchObject({ field: 'lines.lot' })
      expect(floor.requests.all()).toEqual([])
    },
    { product: 'omni' },
  )
})

test('a delivery that was called off at Manhattan is not announced again under its id', () =>
  withEnvironment(async ({ warehouse, floor }) => {
    const { locationId, lines } = shipmentOf({ floor }, ['S-1'])
    const notice = {
      inboundId: crypto.randomUUID(),
      number: 'PO-7',
      locationId,
      expectedAt: undefined,
      carrier: undefined,
      trackingNumber: undefined,
      lines: lines.map((line) => ({ ...line, lot: undefined, expiresOn: undefined })),
    }
    await warehouse.announceInbound?.(notice)
    floor.intake.cancelInbound(floor.intake.inbounds()[0]?.id ?? 0)
    await expect(warehouse.announceInbound?.(notice)).rejects.toMatchObject({ field: 'inboundId' })
    await expect(
      warehouse.announceInbound?.({ ...notice, inboundId: 'x', locationId: 'DC-9' }),
    ).rejects.toMatchObject({ field: 'locationId' })
  }))

test('connections of one client and environment share its budgets', () => {
  const settings = { environment: 'acme', organization: 'A', facilities: ['DC1'] }
  const keys = (more: object, clientId: string) =>
    connector.budgetKeys?.({
      settings: settingsSchema.parse({ ...settings, ...more }),
      credentials: { clientId, clientSecret: 's' },
    })
  expect(keys({}, 'c')).toEqual(keys({ organization: 'B', product: 'omni', viewName: 'V' }, 'c'))
  expect(keys({}, 'c')).not.toEqual(keys({}, 'd'))
})
