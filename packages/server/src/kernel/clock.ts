/** Where `now` comes from. */
export interface Clock {
  /** Milliseconds since 1970; never less than before. */
  now(): number
}

/** The system's clock, held still while the system's runs backwards: an instant that has passed stays passed. */
export function systemClock(read: () => number = Date.now): Clock {
  let latest = 0
  return {
    now() {
      const current = read()
      if (current > latest) latest = current
      return latest
    },
  }
}

/** A clock that stands where it is put. */
export interface TestClock extends Clock {
  set(now: number): void
  advance(milliseconds: number): void
}

export function testClock(start = Date.UTC(2026, 0, 1)): TestClock {
  let current = start
  return {
    now: () => current,
    set(now) {
      current = now
    },
    advance(milliseconds) {
      current += milliseconds
    },
  }
}
