/** Runs tasks one after the other, in the order they were asked for. */
export class Serial {
  #last: Promise<unknown> = Promise.resolve()

  run<T>(task: () => Promise<T>): Promise<T> {
    const next = this.#last.then(task, task)
    this.#last = next.then(
      () => undefined,
      () => undefined, // the caller of `next` is told; the queue goes on
    )
    return next
  }
}
