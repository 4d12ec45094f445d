import { glob, readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'

/** Who works without the wall, and for what. Whoever is added here reads rows of all organizations. */
const WITHOUT_WALL = [
  // Opens and closes it, migrates, makes the first organization; hands it to the call log.
  'apps/hub/src/hub-base.ts',
  // Hands it to the sender of letters.
  'apps/hub/src/hub.ts',
  // Finds the organizations there are, to put each behind its own wall.
  'apps/hub/src/organizations/served-organizations.ts',
  // Organizations that go, one after the other, and sample brands, which come and go by a click.
  'apps/hub/src/organizations/deletions.ts',
  'apps/hub/src/samples/sample-brands.ts',
  // Who signs in, and where they are members.
  'apps/hub/src/accounts/hub-accounts.ts',
  // The first owner; the sample brands of whoever is on a machine without accounts.
  'apps/hub/src/http/front/me-routes.ts',
  'apps/hub/src/http/front/setup-routes.ts',
  // Whose a webhook is, or a page that a platform sends somebody back to.
  'apps/hub/src/http/front/public-addresses.ts',
  // The months of the ledger, which all organizations share.
  'apps/hub/src/month-keeper.ts',
  // Commands of whoever runs the machine.
  'apps/hub/src/cli/account.ts',
  'apps/hub/src/cli/doctor.ts',
  'apps/hub/src/cli/mail.ts',
  'apps/hub/src/cli/organization.ts',
  'apps/hub/src/cli/organization-export.ts',
  'apps/hub/src/cli/secret-key.ts',
  'apps/hub/src/cli/single-sign-on.ts',
  'apps/hub/src/cli/stock/archive.ts',
  'apps/hub/src/cli/stock/verify.ts',
]

test('I9: whoever works without the wall between organizations is named here', async () => {
  const found: string[] = []
  for await (const file of glob(['apps/hub/src/**/*.ts', 'packages/*/src/**/*.ts'])) {
    if (/\.test\.ts$|\/testing\/|^packages\/database\//.test(file)) continue
    const text = await readFile(file, 'utf8')
    if (/\beveryone\b/.test(text.replaceAll(/\/\/.*|\/\*[\s\S]*?\*\//g, '')) || /\bopenDatabase\(/.test(text))
      found.push(file)
  }
  // `plimsoll migrate` opens the database too, and asks it nothing.
  expect(found.sort()).toEqual([...WITHOUT_WALL, 'apps/hub/src/cli/migrate.ts'].sort())
})
