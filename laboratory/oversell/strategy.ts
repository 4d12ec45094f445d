/** What synchronises the shops: the hub, or one of the ways that are usual. */
export type Strategy = {
  /** Sets everything up and shows its first numbers; the run goes on once it is done. */
  start(): Promise<void>
  /** A webhook arrives. */
  receive(channel: string, body: string): void
  /** Somebody books units in. */
  restock(sku: string, units: number): void
  /** Base units that it believes are sold; for the books at the end. */
  soldUnits(): Promise<number>
  stop(): Promise<void>
}

export const STRATEGY_NAMES = [
  'every15min',
  'everyWebhook',
  'plimsoll',
  'buffered',
  'guaranteed',
  /** No synchroniser: what the delays alone would make a guaranteed one miss. */
  'delaysAlone',
] as const
/** On demand only: the hub without any protection, which shows what speed and fences alone do. */
export type StrategyName = (typeof STRATEGY_NAMES)[number] | 'open'
