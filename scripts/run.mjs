/**
 * `npm run demo|test|check|plimsoll|bench|lab|screenshots|storm`, also on a fresh clone: installs what is missing, makes sure that the
 * pinned Node runs, builds the dashboard when it is out of date, then runs the command with the pinned Node.
 *
 * It and what it imports run on the machine's own Node, which may be as old as 16: plain JavaScript, builtins only.
 * Everything it says goes to stderr, so that the last line on stdout belongs to the program that it runs.
 */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { buildDashboard } from './build-dashboard.mjs'
import { installPackages } from './install-packages.mjs'
import { pinnedNode } from './pinned-node.mjs'
import { root } from './root.mjs'
import { runToEnd } from './run-to-end.mjs'
import { StartProblem } from './start-problem.mjs'

const CHECKS = path.join('scripts', 'check.ts')
const HUB = path.join('apps', 'hub', 'src', 'main.ts')

/** What each command runs, and whether it shows the dashboard. */
const commands = {
  demo: () => ({ program: [HUB, 'demo'], dashboard: true }),
  plimsoll: (args) => ({ program: [HUB], dashboard: args[0] === 'serve' || args[0] === 'demo' }),
  test: () => ({ program: [CHECKS], dashboard: true }),
  check: () => ({ program: [CHECKS, '--without-tests'], dashboard: false }),
  storm: () => ({ program: [path.join('laboratory', 'storm', 'main.ts')], dashboard: false }),
  lab: () => ({ program: [path.join('laboratory', 'main.ts')], dashboard: false }),
  screenshots: () => ({
    program: [path.join('apps', 'dashboard', 'test', 'screenshots.ts')],
    dashboard: false,
  }),
  bench: (args) => ({
    program: [path.join('bench', 'main.ts')],
    dashboard: ['dashboard', 'dashboard-grid'].includes(args[0]),
  }),
}

async function main([name, ...args]) {
  if (!Object.keys(commands).includes(name)) {
    throw new StartProblem(`Say what to run: npm run ${Object.keys(commands).join(', npm run ')}.`)
  }
  const { program, dashboard } = commands[name](args)
  if (!existsSync(path.join(root, program[0])))
    throw new StartProblem(`There is no ${program[0]} in this checkout.`)

  await installPackages()
  const node = await pinnedNode()
  if (dashboard) await buildDashboard(node)
  return runToEnd(node, [...program, ...args], {
    cwd: root,
    // So that whatever the program starts as `node` is the pinned one too.
    env: { ...process.env, PATH: [path.dirname(node), process.env.PATH].join(path.delimiter) },
  })
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (problem) {
  if (!(problem instanceof StartProblem)) throw problem
  process.stderr.write(`${problem.message}\n`)
  process.exitCode = 1
}
