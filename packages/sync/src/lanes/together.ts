import { isTransient } from '@plimsoll/database'

/**
 * What several ask for at one moment is asked for once, and each is given its part. A change of stock wakes every lane of
 * a process: ten statements that look for the same few rows, on ten sessions, take ten times as long as one.
 *
 * Where it fails for all, each is asked for by itself, so that what is wrong with one fails nobody else; but not where the
 * database itself was away, since then nobody knows whether it was done.
 */
export class Together<Asked, Answer> {
  readonly #answerAll: (asked: readonly Asked[]) => Promise<readonly Answer[]>
  readonly #limits: Limits<Asked>
  #waiting: Waiting<Asked, Answer>[] = []
  #underWay = 0
  #isDue = false

  /** @param answerAll as many answers as were asked for, in their order; all or nothing */
  constructor(answerAll: (asked: readonly Asked[]) => Promise<readonly Answer[]>, limits: Limits<Asked>) {
    this.#answerAll = answerAll
    this.#limits = limits
  }

  /** @throws what `answerAll` throws for this */
  ask(asked: Asked): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ asked, resolve, reject })
      if (this.#isDue) return
      this.#isDue = true
      // After all that is ready to run now has run: whoever was woken with us has asked by then.
      process.nextTick(() => {
        this.#isDue = false
        this.#go()
      })
    })
  }

  #go(): void {
    while (this.#waiting.length > 0 && this.#underWay < this.#limits.groupsMax) {
      this.#underWay += 1
      void this.#answer(this.#takeGroup()).finally(() => {
        this.#underWay -= 1
        this.#go()
      })
    }
  }

  #takeGroup(): Waiting<Asked, Answer>[] {
    let weight = 0
    const end = this.#waiting.findIndex(({ asked }, nth) => {
      weight += this.#limits.weigh(asked)
      return nth > 0 && weight > this.#limits.weightMax
    })
    return this.#waiting.splice(0, end < 0 ? this.#waiting.length : end)
  }

  async #answer(group: readonly Waiting<Asked, Answer>[]): Promise<void> {
    try {
      const answers = await this.#answerAll(group.map(({ asked }) => asked))
      group.forEach((each, nth) => {
        if (nth < answers.length) each.resolve(answers[nth] as Answer)
        else each.reject(new Error('Fewer answers came than were asked for.'))
      })
    } catch (error) {
      if (group.length === 1 || isTransient(error)) {
        for (const each of group) each.reject(error)
        return
      }
      await Promise.all(group.map((each) => this.#answer([each])))
    }
  }
}

type Limits<Asked> = {
  weigh(asked: Asked): number
  /** What would weigh more goes in another group, so that nobody waits for much that is another's. */
  weightMax: number
  /** So many groups at once; whoever asks meanwhile goes with the next. */
  groupsMax: number
}

type Waiting<Asked, Answer> = { asked: Asked; resolve(answer: Answer): void; reject(error: unknown): void }
