import { Command } from 'commander'
import { VERSION } from '../version.ts'
import { accountCommand } from './account.ts'
import { alertsCommand } from './alerts.ts'
import { applicationCommand } from './application.ts'
import { backfillCommand } from './backfill.ts'
import { bulkCommand } from './bulk.ts'
import { callsCommands } from './calls.ts'
import { changesCommand } from './changes.ts'
import { conformanceCommand } from './conformance.ts'
import { connectCommand } from './connect.ts'
import { connectionCommand } from './connection.ts'
import { connectorCommand } from './connector.ts'
import { connectorsCommand } from './connectors.ts'
import { cutoverCommand } from './cutover.ts'
import { demoCommand } from './demo.ts'
import { doctorCommand } from './doctor.ts'
import { explainCommand } from './explain.ts'
import { exportCommand } from './export.ts'
import { importCommand } from './import.ts'
import { itemCommand } from './item.ts'
import { kitCommand } from './kit.ts'
import { listingCommand } from './listing.ts'
import { locationCommand } from './location/location.ts'
import { mailCommand } from './mail.ts'
import { mappingCommand } from './mapping.ts'
import { migrateCommand } from './migrate.ts'
import { orderCommand } from './order.ts'
import { organizationCommand } from './organization.ts'
import { oversoldCommand } from './oversold.ts'
import { policyCommand } from './policy.ts'
import { productCommand } from './product.ts'
import { protectCommand } from './protect.ts'
import { reconcileCommand } from './reconcile.ts'
import { replayCommand } from './replay.ts'
import { replenishmentCommand } from './replenishment.ts'
import { routingCommand } from './routing.ts'
import { safetyCommands } from './safety.ts'
import { serveCommand } from './serve.ts'
import { shipmentCommand } from './shipment.ts'
import { simulateCommand } from './simulate.ts'
import { statusCommand } from './status.ts'
import { stockCommand } from './stock/stock.ts'
import { timelineCommand } from './timeline.ts'
import { warehouseCommand } from './warehouse.ts'
import { whatIfCommand } from './whatif.ts'

const EXIT_CODES =
  '\nExit codes: 0 done; 1 failed; 2 wrong input, nothing changed; 3 checked and not good; 4 a platform refused or was out of reach.'

/**
 * The command `plimsoll` with all that it can do. Nothing runs until it is told to parse, and nothing ends
 * the process: what a command ends with is handed to `exit`, and wrong usage is thrown.
 */
export function createProgram(exit: (code: number) => void): Command {
  const program = new Command('plimsoll')
    .description('One true stock count, shown by every channel.')
    .version(VERSION)
    .showHelpAfterError('(see plimsoll --help, or plimsoll COMMAND --help)')
    .addHelpText('afterAll', EXIT_CODES)
    .exitOverride()
  const commands = [
    serveCommand,
    demoCommand,
    connectorsCommand,
    connectCommand,
    connectionCommand,
    warehouseCommand,
    applicationCommand,
    listingCommand,
    mappingCommand,
    importCommand,
    itemCommand,
    productCommand,
    locationCommand,
    stockCommand,
    kitCommand,
    policyCommand,
    protectCommand,
    changesCommand,
    bulkCommand,
    orderCommand,
    shipmentCommand,
    routingCommand,
    replenishmentCommand,
    exportCommand,
    explainCommand,
    whatIfCommand,
    safetyCommands,
    cutoverCommand,
    timelineCommand,
    oversoldCommand,
    replayCommand,
    callsCommands,
    backfillCommand,
    reconcileCommand,
    accountCommand,
    organizationCommand,
    alertsCommand,
    mailCommand,
    statusCommand,
    doctorCommand,
    migrateCommand,
    simulateCommand,
    conformanceCommand,
    connectorCommand,
  ]
  for (const add of commands) add(program, exit)
  return program
}
