/** Runs tasks one after the other, in the order they were asked for. */
export class Serial {
  #last: Promise<unknown> = Promise.resolve()
  #tasks = 0

  /** True while a task runs or waits. */
  get isBusy(): boolean {
    return this.#tasks > 0
  }

  run<T>(task: () => Promise<T>): Promise<T> {
    this.#tasks += 1
    const next = this.#last.then(task, task)
    this.#last = next.then(
      () => this.#end(),
      () => this.#end(), // the caller of `next` is told; the queue goes on
    )
    return next
  }

  #end(): void {
    this.#tasks -= 1
  }
}
