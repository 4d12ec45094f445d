import { expect } from 'vitest'
import { zhDrifts } from '../src/locales/zh-drifts.ts'
import { zhMappingSheet } from '../src/locales/zh-mapping-sheet.ts'
import { zhProblems } from '../src/locales/zh-problems.ts'
import { expectWhole, type openPage } from './screens.ts'
import type { ServedSite } from './served-site.ts'

/** Stories of a channel’s own pages, told on the floor’s hub: its shop has listings, a worker and goods of each kind of tracking. */
type Open = (path: string, look?: Parameters<typeof openPage>[2]) => ReturnType<typeof openPage>

/** Mappings leave as a file and come back as one. */
export async function bringMappingsIn(site: ServedSite, open: Open): Promise<void> {
  const csv = await (await fetch(`${site.hubUrl}/api/v1/exports/mappings/csv`)).text()
  const [header = '', line = ''] = csv.split(/\r?\n/)
  const [, listing = ''] = line.split(',')
  const page = await open('/mapping?view=sheet', { language: 'zh', theme: 'dark', width: 390 })
  const { mappingSheet } = zhMappingSheet
  const send = (rows: string[]) =>
    page
      .getByLabel(mappingSheet.choose)
      .first()
      .setInputFiles({
        name: 'mappings.csv',
        mimeType: 'text/csv',
        buffer: Buffer.from([header, ...rows].join('\n')),
      })
  await send([`Harbour shop,${listing},,,,,,not sold here`, 'Harbour shop,none,,,ROPE,1,,'])
  await page.getByText('1 行会更改匹配').waitFor()
  await page.getByText(mappingSheet.cure['unknown-listing']).waitFor()
  // What it sells now and then, before anything of it is written.
  const change = page.getByRole('region', { name: mappingSheet.changes.title }).getByRole('listitem')
  await change.first().waitFor()
  expect(await change.count()).toBe(1)
  expect(await change.textContent()).toMatch(/目前.+ × 1.*之后已忽略：not sold here/)
  await expectWhole(page, 'a file of mappings that was looked at')
  const ignored = async () =>
    ((await site.ask('GET', '/mapping/listings?state=ignored')).rows as { externalId: string }[]).map(
      ({ externalId }) => externalId,
    )
  expect(await ignored()).toEqual([])
  await page.getByRole('button', { name: '略过错误的行' }).click()
  await page.getByText('已完成：更改 1 个').waitFor()
  expect(await ignored()).toEqual([listing])
  // What was taken out before, brought in again, ties it as it was.
  await page.getByRole('button', { name: mappingSheet.another }).click()
  await send([line])
  await page.getByRole('button', { name: /更改 1 个匹配/ }).click()
  await page.getByText('已完成：更改 1 个').waitFor()
  expect(await ignored()).toEqual([])
  await page.context().close()
}

/** Numbers that nothing explains are decided one by one and together. */
export async function decideDrifts(site: ServedSite, open: Open): Promise<void> {
  // No route makes them: they are found where somebody types into the platform's own screens. Two are of items that no
  // edit can be booked on: it does not say of which lot or serial number.
  await site.query(
    `insert into drift (organization_id, drift_id, connection_id, level_id, observed, expected, cause, rule, healed, found_at)
       select organization_id, gen_random_uuid(), connection_id, level_id, coalesce(acknowledged, observed, 0) + 4,
         coalesce(acknowledged, observed, 0),
         'edited-on-platform', 'ask', 'asked',
         date_trunc('second', now()) - case when sku = 'MUG' then interval '2 hours' else interval '1 hour' end
       from level join item using (organization_id, item_id) where sku in ('MUG', 'TEA-OOLONG', 'CAM-X100')`,
  )
  const booked = async () =>
    Number(
      (
        await site.query(
          `select coalesce(sum(on_hand_delta), 0) as units from movement join item using (organization_id, item_id)
             where kind = 'adjust' and sku = 'MUG'`,
        )
      )[0]?.units,
    )
  const before = await booked()
  const { rows } = await site.ask('GET', '/connections')
  const shop = (rows as { connectionId: string; name: string }[]).find(({ name }) => name === 'Harbour shop')
  const page = await open(`/connections/${shop?.connectionId}`, {
    language: 'zh',
    theme: 'dark',
    width: 390,
  })
  const panel = page.getByRole('region', { name: zhDrifts.drifts.title })
  const answers = panel.locator('li')
  const yes = () => page.getByRole('dialog').locator('button[type="submit"]').click()
  // What lies behind the question is not there for anybody until it is gone.
  const isAnswered = () => page.getByRole('dialog').waitFor({ state: 'detached' })
  await answers.nth(2).waitFor()
  await expectWhole(page, 'drifts')
  // The oldest stands last.
  await answers.nth(2).filter({ hasText: 'MUG' }).getByRole('button', { name: /^接受/ }).click()
  await yes()
  await isAnswered()
  await answers.nth(2).waitFor({ state: 'detached' })
  expect(await answers.count()).toBe(2)
  expect((await booked()) - before).toBe(4)
  await panel.getByRole('button', { name: zhDrifts.drifts.all.platform }).click()
  await yes()
  await page
    .getByRole('alert')
    .getByText(zhProblems['wrong-state'] ?? '')
    .first()
    .waitFor()
  await expectWhole(page, 'refused drifts')
  await page.getByRole('dialog').getByRole('button', { name: '取消' }).click()
  await isAnswered()
  await panel.getByRole('button', { name: zhDrifts.drifts.all.hub }).click()
  await yes()
  await isAnswered()
  await panel.waitFor({ state: 'detached' })
  expect((await booked()) - before).toBe(4)
  await page.context().close()
}

/** Rules are edited on one screen while somebody else saves others: neither is written over the other unasked. */
export async function editRulesOfTwo(site: ServedSite, open: Open): Promise<void> {
  const { rows } = (await site.ask('GET', '/connections')) as { rows: { connectionId: string }[] }
  const connection = rows[0]?.connectionId ?? ''
  const page = await open(`/mapping?view=rules&connection=${connection}`)
  const rulesOf = async () =>
    ((await site.ask('GET', `/connections/${connection}/mapping-rules`)).rules as { name: string }[]).map(
      ({ name }) => name,
    )
  await page.getByRole('button', { name: 'Add a rule' }).click()
  await page.getByLabel('Name of the rule').fill('Mine')
  const rules = [{ name: 'Theirs', expression: 'sku', how: 'suggest' }]
  // Saved while mine are on their way.
  await page.route('**/mapping-rules', async (route) => {
    if (route.request().method() === 'PUT')
      await site.ask('PUT', `/connections/${connection}/mapping-rules`, { rules, basedOn: 0 })
    await route.continue()
  })
  const save = page.getByRole('button', { name: 'Save all rules' })
  await save.click()
  const overtaken = page.getByRole('alert').filter({ hasText: 'Version 1 was saved by' })
  await overtaken.waitFor()
  await page.unroute('**/mapping-rules')
  expect(await rulesOf()).toEqual(['Theirs'])
  expect(await page.getByLabel('Name of the rule').inputValue()).toBe('Mine')
  await page.getByText('Show their rules').click()
  await overtaken.getByText('Theirs · Suggests').waitFor()
  await expectWhole(page, 'rules that were overtaken')
  await page.getByRole('button', { name: 'Keep mine, and replace theirs when I save' }).click()
  await save.click()
  await expect.poll(rulesOf).toEqual(['Mine'])
  await page.context().close()
}

/** Words are typed with rests between them: what is searched comes back into the address, and takes nothing from the field. */
export async function searchForWords(open: Open): Promise<void> {
  const page = await open('/items')
  const field = page.getByRole('searchbox')
  await field.pressSequentially('rope ', { delay: 30 })
  await page.waitForURL(/q=rope/)
  await field.pressSequentially('box', { delay: 30 })
  expect(await field.inputValue()).toBe('rope box')
  await page.waitForURL(/q=rope(\+|%20)box/)
  await page.context().close()
}
