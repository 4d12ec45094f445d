import { systemClock } from '@plimsoll/connector-kit'
import {
  createFileTree,
  createSimulator,
  createWarehouseFloor,
  type FaultSettings,
  type FileTree,
  noFaults,
  type RunningSimulator,
  type SimulatorOptions,
  seededRandom,
  startSftpServer,
  type WarehousePace,
} from '@plimsoll/connector-kit/simulator'
import { type PartnerProfileInput, partnerProfile } from '@plimsoll/edi'
import type { Credentials, Settings } from '../settings.ts'
import { createPartner, type Partner } from './partner.ts'

export type EdiWarehouseSimulator = RunningSimulator & {
  settings: Settings
  credentials: Credentials
  partner: Partner
  tree: FileTree
}

/** What the simulated partner has agreed on. */
export const simulatedAgreement: PartnerProfileInput = {
  name: 'Simulated EDI warehouse',
  syntax: 'x12',
  version: '4010',
  us: { id: 'PLIMSOLL' },
  partner: { qualifier: '12', id: '5550001111' },
  usage: 'production',
  zone: 'America/Chicago',
  sets: ['940', '943', '944', '945', '846', '947'],
  locations: [
    { id: 'NORTH', name: 'Northern warehouse' },
    { id: 'SOUTH', name: 'Southern warehouse' },
  ],
  // Mutually defined: nothing more comes of the delivery. No code of the standard says so.
  receipts: { complete: ['Z'] },
  // So that texts hold none of them.
  separators: { element: '|', component: '^', segment: '\u001c', repetition: '\u001d' },
}

/**
 * A warehouse that speaks EDI behind a real SFTP server, with a floor of its own and the kit's `/_control` and `/shop`.
 * Of the kit's faults it has three: calls fail (`errorRate`), connections are cut once a call was carried out
 * (`dropResponseRate`), files come twice (`webhookDuplicateRate`).
 */
export async function createEdiWarehouseSimulator(
  options: SimulatorOptions & { pace?: WarehousePace; agreement?: PartnerProfileInput } = {},
): Promise<EdiWarehouseSimulator> {
  const { clock = systemClock, seed = 1, pace, agreement = simulatedAgreement } = options
  const profile = partnerProfile.parse(agreement)
  const floor = createWarehouseFloor({
    clock,
    random: seededRandom(seed ^ 0xed1),
    facilities: profile.locations,
    pace,
  })
  const tree = createFileTree(() => clock.now())
  const folders = { in: '/edi/in', out: '/edi/out' }
  for (const folder of ['/edi', ...Object.values(folders)]) tree.folders.add(folder)
  let faults = (): FaultSettings => noFaults
  // A stream of its own: what fails must not move what the floor draws.
  const chance = seededRandom(seed ^ 0xfa117)
  const strikes = (rate: number) => rate > 0 && chance() < rate
  const partner = createPartner({
    profile,
    floor,
    tree,
    folders,
    clock,
    isRepeated: () => strikes(faults().webhookDuplicateRate),
  })
  // Stock that has changed is reported when the hub next looks: a partner's job would do so every few hours.
  let isReportDue = false
  const sftp = await startSftpServer({
    tree: {
      ...tree,
      namesIn(folder) {
        if (folder === folders.in && isReportDue) {
          isReportDue = false
          partner.report()
        }
        return tree.namesIn(folder)
      },
    },
    user: 'plimsoll',
    password: 'simulator password',
    fails: () => strikes(faults().errorRate),
    // A file is there once it was renamed.
    onChange: (operation) => {
      if (operation === 'rename') partner.work()
      // It is done, and whoever asked for it does not hear so.
      if (strikes(faults().dropResponseRate)) sftp.cut()
    },
  })
  const stop = floor.onChange(() => {
    partner.work()
    isReportDue = true
  })
  const running = await createSimulator(
    {
      id: 'edi-warehouse',
      name: profile.name,
      // It has no API: folders are all there is, and what goes wrong goes wrong with them.
      routes(_app, kit) {
        faults = kit.faults.get
      },
      floor,
    },
    { ...options, clock },
  )
  return {
    ...running,
    partner,
    tree,
    settings: {
      profile: JSON.stringify(agreement),
      server: `sftp://127.0.0.1:${sftp.port}/edi`,
      hostKey: sftp.hostKey,
      inFolder: 'in',
      outFolder: 'out',
      archiveFolder: 'archive',
      calls: 'none',
    },
    credentials: {
      user: 'plimsoll',
      password: 'simulator password',
      privateKey: '',
      passphrase: '',
      callSecret: '',
    },
    async close() {
      stop()
      await running.close()
      await sftp.close()
    },
  }
}
