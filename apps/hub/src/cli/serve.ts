import { type Command, Option } from 'commander'
import { isShownToOthers, readConfiguration } from '../configuration.ts'
import { paceAt, readClockOption, toDemoClock } from '../demo/demo-clock.ts'
import { createDemoControls } from '../demo/screen-controls.ts'
import type { RunningHub } from '../hub.ts'
import { processContext } from '../process-context.ts'
import { numberIn, PORT } from './number-option.ts'
import { createOutput, EXIT } from './output.ts'
import { addCommonOptions, type CommonOptions } from './with-hub.ts'

type ServeOptions = CommonOptions & {
  port?: number
  publicUrl?: string
  role?: string
  demoShops?: string
  demoClock?: string
}

export function serveCommand(program: Command, exit: (code: number) => void): void {
  addCommonOptions(program.command('serve'))
    .description('run the hub: dashboard, API, webhook intake and workers')
    .option(
      '--port <number>',
      'port on 127.0.0.1 (PLIMSOLL_PORT; default 7460, 0 picks a free one)',
      numberIn(PORT),
    )
    .option('--public-url <url>', 'where platforms reach this hub for webhooks (PLIMSOLL_PUBLIC_URL)')
    .option('--role <roles>', 'api, worker, or both (PLIMSOLL_ROLE; default api,worker)')
    .addOption(new Option('--demo-shops <json>', 'simulated shops of the demo').hideHelp())
    .addOption(new Option('--demo-clock <factor@origin>', 'how fast the demo lives').hideHelp())
    .action(async (options: ServeOptions) => {
      const output = createOutput(options)
      const scale = options.demoClock === undefined ? undefined : readClockOption(options.demoClock)
      // Here, for no other command needs what serves.
      const { startHub } = await import('../hub.ts')
      const hub = await startHub(
        readConfiguration(options),
        // The embedded server stays for the next hub to adopt: other processes may be using it.
        {
          keep: 'running',
          ...(options.demoShops !== undefined && { demo: createDemoControls(options.demoShops) }),
          ...(scale !== undefined && { clock: toDemoClock(scale), pace: paceAt(scale) }),
        },
      )
      // Heard from before it says that it is ready: whoever waits for that may stop it at once.
      const stopped = stopSignal()
      const whoMayCome = (await hub.accounts.isOpen())
        ? isShownToOthers(hub.configuration)
          ? `It answers nobody until it has accounts: ${hub.url}/setup makes the first, with the code that plimsoll account setup-code prints.`
          : `It answers this machine alone until it has accounts: ${hub.url}/setup makes the first.`
        : 'Whoever has an account signs in.'
      output.result({ url: hub.url ?? null, database: hub.database.kind, pid: process.pid }, ({ url }) =>
        url === null
          ? 'Plimsoll works in the background (role worker).'
          : `Plimsoll is ready: ${url}\n${whoMayCome} Ctrl-C stops it; nothing is lost.`,
      )
      const signal = await stopped
      output.say(`\n${signal}: finishing what is under way…`)
      exit(await stopGracefully(hub))
    })
}

/** Waits for Ctrl-C or a polite kill. A second one ends the process at once; the database keeps all. */
export async function stopSignal(): Promise<string> {
  return await new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        // npm hands a signal on that the whole group has had already: the same within a second is the same one.
        const at = processContext.clock.monotonic()
        process.on(signal, () => {
          if (processContext.clock.monotonic() - at > 1_000) process.exit(EXIT.failed)
        })
        resolve(signal)
      })
    }
  })
}

async function stopGracefully(hub: RunningHub): Promise<number> {
  await hub.close()
  return EXIT.ok
}
