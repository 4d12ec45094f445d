import { Weather } from '../world/weather.ts'

/** Says how often it has lost something. */
export class CountingWeather extends Weather {
  readonly #lost: { requests: number; answers: number }

  constructor(
    faults: ConstructorParameters<typeof Weather>[0],
    seed: string,
    elapsedMs: () => number,
    lost: { requests: number; answers: number },
  ) {
    super(faults, seed, elapsedMs)
    this.#lost = lost
  }

  override callFate(process: string, platform: string, operation: string) {
    const fate = super.callFate(process, platform, operation)
    if (fate.isRequestLost) this.#lost.requests += 1
    else if (fate.isAnswerLost) this.#lost.answers += 1
    return fate
  }
}
