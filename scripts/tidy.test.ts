/** The house rules that no linter knows. Each failure says which file breaks which rule. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { isProductionCode, read, root, trackedFiles } from './tracked-files.ts'

/** What only one place per process may call, so that a seed can replay everything else; with the places that do. */
const handedIn: { call: RegExp; instead: string; allowedIn: string[] }[] = [
  {
    call: /\bDate\.now\(|\bnew Date\(\)|\bperformance\.now\(/,
    instead: 'the clock that is handed in',
    allowedIn: ['packages/connector-kit/src/clock.ts', 'packages/database/src/clock.ts'],
  },
  {
    call: /\bMath\.random\(/,
    instead: 'the random source that is handed in',
    allowedIn: ['packages/database/src/clock.ts', 'apps/hub/src/process-context.ts'],
  },
  {
    call: /(?<![.\w])set(Timeout|Interval)\(|\bset(Timeout|Interval)\b.* from 'node:timers/,
    instead: 'the sleep of the clock that is handed in',
    allowedIn: [
      'packages/connector-kit/src/clock.ts',
      'packages/database/src/clock.ts',
      'packages/client/src/client.ts',
      // Runs in the shopper's browser.
      'packages/connector-kit/src/simulator/floor-script.ts',
      'packages/connector-kit/src/simulator/storefront-script.ts',
    ],
  },
  {
    call: /(?<![.\w])fetch\(/,
    instead: 'the kit’s Http, or the client',
    allowedIn: [
      'packages/connector-kit/src/simulator/floor-script.ts',
      'packages/connector-kit/src/simulator/storefront-script.ts',
    ],
  },
  {
    call: /\bprocess\.env\b/,
    instead: 'the configuration that is handed in',
    allowedIn: [
      'apps/hub/src/configuration.ts',
      'packages/connector-kit/src/property-runs.ts',
      'packages/database/src/embedded/server-user.ts',
    ],
  },
]

/** Words that have a better one in our vocabulary. Connectors speak their platforms' words too. */
const synonyms: { word: RegExp; ours: string; exceptIn?: RegExp }[] = [
  { word: /tenant/i, ours: 'organization' },
  { word: /(?<![a-z])qty|Qty/, ours: 'quantity', exceptIn: /^packages\/connectors\// },
  { word: /inventor(y|ies)/i, ours: 'stock, balance or level', exceptIn: /^packages\/connectors\// },
  // Not externalLocation, and not the lot of what has no lot yet.
  { word: /dead_?letter/i, ours: 'parked event' },
  { word: /ledger_?entry|stock_?move(ment)?\b/i, ours: 'movement' },
  // But for the condition of units that came in or back, as a warehouse calls it.
  {
    word: /sellable/i,
    ours: 'available',
    exceptIn:
      /^packages\/connectors\/|^packages\/connector-kit\/src\/simulator\/warehouse-|^apps\/hub\/src\/demo\/floor-control/,
  },
]

const CODE_LINES_MAX = 400
/** Longer on purpose, each with the reason. */
const mayBeLong: string[] = [
  // Stories told one after the other about one world each; a second file would tell the same beginnings again.
  'packages/connectors/woocommerce/simulator/simulator.test.ts',
  'packages/sync/src/invariants.test.ts',
  'packages/orders/src/fulfilment/fulfilment.test.ts',
]

test.each(handedIn)('$call is called only where it is handed out', ({ call, instead, allowedIn }) => {
  const callers = trackedFiles.filter(
    (file) => isProductionCode(file) && call.test(withoutComments(read(file))),
  )
  // Timers of the screen are the dashboard's own business.
  const judged = callers.filter(
    (file) => !(file.startsWith('apps/dashboard/') && /Timeout|Date/.test(String(call))),
  )
  expect(
    judged.filter((file) => !allowedIn.includes(file)),
    `use ${instead}`,
  ).toEqual([])
  expect(
    allowedIn.filter((file) => !callers.includes(file)),
    'allowed, but does not call it',
  ).toEqual([])
})

test.each(synonyms)('our word is "$ours", not $word', ({ word, exceptIn }) => {
  const found = trackedFiles
    .filter((file) => (isProductionCode(file) || file.endsWith('.sql')) && !exceptIn?.test(file))
    .flatMap((file) => identifiers(read(file)).map((name) => ({ file, name })))
    .filter(({ name }) => word.test(name))
  expect(found).toEqual([])
})

test('files are named by their concept', () => {
  const vague = /(^|\/)(utils?|helpers?|types|constants?|managers?|common|misc)\.[a-z]+$/
  expect(trackedFiles.filter((file) => vague.test(file))).toEqual([])
})

test(`no file of code is over ${CODE_LINES_MAX} lines`, () => {
  const long = trackedFiles.filter(
    (file) => /\.(ts|tsx|mjs|cjs|css)$/.test(file) && read(file).split('\n').length > CODE_LINES_MAX + 1,
  )
  expect(long.filter((file) => !mayBeLong.includes(file))).toEqual([])
  expect(
    mayBeLong.filter((file) => !long.includes(file)),
    'no longer long',
  ).toEqual([])
})

test('every package and every connector has a README that can be read in a minute', () => {
  const packages = trackedFiles
    .filter((file) => /^(packages|apps)\/[^/]+\/package\.json$/.test(file))
    .map(path.posix.dirname)
  const connectors = trackedFiles
    .filter((file) => /^packages\/connectors\/[^/]+\/index\.ts$/.test(file))
    .map(path.posix.dirname)
  const wrong = [...packages, ...connectors].flatMap((folder) => {
    const readme = `${folder}/README.md`
    if (!trackedFiles.includes(readme)) return [`${readme} is missing`]
    const lines = read(readme).trimEnd().split('\n').length
    if (lines < 10) return [`${readme} has ${lines} lines, 10 are the least`]
    // A connector's README also holds its platform's limits and sources.
    return lines > 30 && !connectors.includes(folder) ? [`${readme} has ${lines} lines, 30 are the most`] : []
  })
  expect(wrong).toEqual([])
})

test('every relative link in a document leads somewhere', () => {
  const broken = trackedFiles
    .filter((file) => file.endsWith('.md'))
    .flatMap((file) =>
      links(read(file))
        .filter((link) => !/^([a-z]+:|#)/i.test(link))
        .filter(
          (link) =>
            !existsSync(path.join(root, path.dirname(file), decodeURIComponent(link.replace(/#.*/, '')))),
        )
        .map((link) => `${file}: ${link}`),
    )
  expect(broken).toEqual([])
})

test('nothing names a place on one machine or an npm registry', () => {
  const places =
    /(?<![\w.-])\/(work|tmp|root)\/|\/home\/[a-z]+\/|registry\.(npmjs|yarnpkg|npmmirror)\.|artifactory/
  const ourselves = 'scripts/tidy.test.ts'
  const found = trackedFiles
    .filter(
      (file) =>
        file !== ourselves &&
        /\.(ts|tsx|mjs|cjs|js|json|md|sql|html|css|ya?ml|graphql|sh)$|^\.|LICENSE|NOTICE/.test(file),
    )
    .filter((file) => places.test(read(file)))
  expect(found).toEqual([])
})

function withoutComments(code: string): string {
  return code.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '')
}

/** Names in code, without what stands in comments and strings. */
function identifiers(code: string): string[] {
  const bare = withoutComments(code)
    .replace(/--.*$/gm, '')
    .replace(/'[^'\n]*'|"[^"\n]*"|`[^`]*`/g, '')
  return [...new Set(bare.match(/[A-Za-z_$][\w$]*/g) ?? [])]
}

function links(markdown: string): string[] {
  const prose = markdown.replace(/```[\s\S]*?```/g, '').replace(/`[^`\n]*`/g, '')
  return [...prose.matchAll(/\]\(([^)\s]+)(?:\s+"[^"]*")?\)|(?:src|href)="([^"]+)"/g)].map(
    ([, inline, html]) => inline ?? html ?? '',
  )
}
