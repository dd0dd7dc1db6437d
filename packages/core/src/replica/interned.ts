/** Values that many keys share, each kept once and counted, so that a row holds a small number instead of an object. */
export class Interned<Value> {
  readonly #numbers = new Map<string, number>()
  readonly #entries: ({ name: string; value: Value; uses: number } | undefined)[] = []
  readonly #free: number[] = []

  /** Number of the value with that name, made if it is new; one more use of it. */
  acquire(name: string, make: () => Value): number {
    const known = this.#numbers.get(name)
    if (known !== undefined) {
      ;(this.#entries[known] as { uses: number }).uses++
      return known
    }
    const value = make()
    const number = this.#free.pop() ?? this.#entries.length
    this.#entries[number] = { name, value, uses: 1 }
    this.#numbers.set(name, number)
    return number
  }

  /** One more use of a value that is in use. */
  reuse(number: number): void {
    ;(this.#entries[number] as { uses: number }).uses++
  }

  /** The name under which a value was acquired. */
  nameOf(number: number): string {
    return (this.#entries[number] as { name: string }).name
  }

  /** One use less; the last one gives the number back. */
  release(number: number): void {
    const entry = this.#entries[number]
    if (!entry || --entry.uses > 0) return
    this.#numbers.delete(entry.name)
    this.#entries[number] = undefined
    this.#free.push(number)
  }

  /** How many values are in use. */
  get size(): number {
    return this.#numbers.size
  }

  get(number: number): Value {
    return (this.#entries[number] as { value: Value }).value
  }

  *values(): Generator<Value> {
    for (const entry of this.#entries) if (entry) yield entry.value
  }
}
