import type { Connector } from '../contract.ts'
import { type FormField, formOf } from '../form.ts'
import { type ConformanceCase, refusalOf } from './conformance-case.ts'
import { expect } from './expect.ts'
import { requestsOf, shipmentRequest, warehouseOf } from './warehouse-world.ts'
import type { ConformanceWorld } from './world.ts'

/** The form, access tokens that end, and the platform's own page. */
export function connectCases<Settings, Credentials>(
  connector: Connector<Settings, Credentials>,
): ConformanceCase[] {
  const { manifest, tokens, grant } = connector
  return [
    {
      title: 'connect: the form can be drawn, in English and Chinese, and credentials are marked as secret',
      async story() {
        const own = [...formOf(manifest.settings), ...formOf(manifest.credentials)]
        for (const field of [...own, ...(grant === undefined ? [] : formOf(grant.needs))]) expectWords(field)
        const isSecret = ({ secret }: FormField) => secret
        expect(formOf(manifest.settings).some(isSecret), 'settings are shown: none is secret').toBe(false)
        expect(formOf(manifest.credentials).some(isSecret)).toBe(true)
      },
    },
    {
      title:
        'connect: the account has an id that stays the same, and credentials of another do not pass for it',
      async story({ operations, open, becomeAnother }) {
        const { accountId, unproven, warnings, warningsInChinese = [] } = await operations.check()
        expect(warningsInChinese, 'each warning is told in Chinese too').toHaveLength(warnings.length)
        for (const warning of warningsInChinese) expect(warning).toMatch(/\p{Script=Han}/u)
        expect(accountId).not.toBe('')
        expect(unproven).toBe(undefined)
        expect((await open().check()).accountId).toBe(accountId)
        if (becomeAnother === undefined) return
        becomeAnother()
        const other = await open().check()
        expect(other.accountId === accountId && other.unproven === undefined, 'it passes for it').toBe(false)
      },
    },
    ...(tokens === undefined
      ? []
      : tokenCases(
          manifest.kind === 'warehouse'
            ? { change: askOnce, products: 620 }
            : { change: writeOnce, products: 45 },
        )),
    ...(grant === undefined ? [] : grantCases()),
  ]
}

function expectWords({ name, title, help }: FormField): void {
  expect(title.en, `${name} has no title`).not.toBe(name)
  expect(title.zh, `${name} has no Chinese title`).toMatch(/\p{Script=Han}/u)
  expect(help?.en, `${name} says nothing for help`).toBeTruthy()
  expect(help?.zh, `${name} says nothing for help in Chinese`).toMatch(/\p{Script=Han}/u)
}

/** Something that the connection changes on the platform. The second function finds that it was done, once. */
type Change = (world: ConformanceWorld) => Promise<{ make(): Promise<unknown>; expectMade(): Promise<void> }>

const writeOnce: Change = async ({ addProducts, operations, write, quantityOf }) => {
  const [level] = await addProducts(1, 10)
  if (level === undefined) throw new Error('no level came')
  return {
    make: () => operations.setLevels([write(level, 4)]),
    expectMade: async () => expect(await quantityOf(level)).toBe(4),
  }
}

const askOnce: Change = async (world) => {
  const request = await shipmentRequest(world)
  return {
    make: () => warehouseOf(world).requestShipment(request),
    expectMade: async () => expect(requestsOf(world, request.shipmentId)).toHaveLength(1),
  }
}

/** Every access token ends; the connector must not notice. */
function tokenCases({ change, products }: { change: Change; products: number }): ConformanceCase[] {
  return [
    {
      title: 'tokens: one that the platform ended before its time is replaced once, by reads and by writes',
      async story(world) {
        const { operations, endTokens } = world
        const { make, expectMade } = await change(world)
        await operations.check()
        endTokens()
        await operations.check()
        endTokens()
        await make()
        await expectMade()
      },
    },
    {
      title: 'tokens: many calls that find theirs ended replace it once',
      async story({ operations, calls, endTokens }) {
        await operations.check()
        endTokens()
        const before = tokenCalls(calls)
        await Promise.all(Array.from({ length: 10 }, () => operations.check()))
        // None where the token is a permanent one.
        expect(tokenCalls(calls) - before).toBeLessThanOrEqual(1)
      },
    },
    {
      title: 'tokens: listings are read to the end although the token ends between pages',
      async story({ operations, addProducts, endTokens }) {
        const seeded = await addProducts(products, 1)
        const skus = new Set<string | undefined>()
        for (let cursor: string | undefined; ; ) {
          const page = await operations.listings(cursor)
          for (const { sku } of page.rows) skus.add(sku)
          endTokens()
          if (page.next === undefined) break
          cursor = page.next
        }
        for (const { sku } of seeded) expect(skus).toContain(sku)
      },
    },
    {
      title: 'tokens: where none can be fetched, a write surely never left',
      async story(world) {
        const { operations, simulator, endTokens } = world
        const { make } = await change(world)
        await operations.check()
        endTokens()
        simulator.faults.set({ errorRate: 1 })
        const error = await refusalOf(make(), 'unavailable')
        // Of a call that failed by itself this says nothing; its token's failure says that it stayed here.
        expect(error.kind).toBe('unavailable')
      },
    },
  ]
}

function tokenCalls(calls: readonly { operation: string }[]): number {
  return calls.filter(({ operation }) => operation === 'token').length
}

function grantCases(): ConformanceCase[] {
  return [
    {
      title:
        'grant: what the platform’s page gives connects to the same account, and it hands back the state',
      async story({ operations, grant, openWith }) {
        const granted = await grant()
        expect(granted.stateOf(granted.answer)).toBe(granted.request.state)
        const credentials = await granted.finish(granted.answer)
        const found = await openWith(credentials).check()
        expect(found.accountId).toBe((await operations.check()).accountId)
      },
    },
    {
      title: 'grant: an answer that is not the platform’s is Unauthorized',
      async story({ grant }) {
        const granted = await grant()
        const { query, body } = granted.answer
        const forgedQuery = Object.fromEntries(
          Object.entries(query).map(([name, value]) => [name, name === 'state' ? value : `${value}x`]),
        )
        const forgedBody = typeof body === 'object' && body !== null ? {} : undefined
        for (const answer of [
          { query: forgedQuery, body: forgedBody },
          { query: {}, body: undefined },
        ]) {
          await refusalOf(
            Promise.resolve().then(() => granted.finish(answer)),
            'unauthorized',
          )
        }
      },
    },
  ]
}
