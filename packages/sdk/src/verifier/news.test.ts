import { expect, test, vi } from 'vitest'
import { News } from './news.ts'

test('whoever waits hears of the next news, and one that waits for ever does not spin', async () => {
  const timers = vi.spyOn(globalThis, 'setTimeout')
  try {
    const news = new News()
    const waiting = [news.next(Number.POSITIVE_INFINITY), news.next(1e12), news.next(5)]
    // Node takes what is longer than a timer can be for a millisecond.
    expect(timers.mock.calls.map(([, milliseconds]) => milliseconds)).toEqual([2_147_483_647, 2_147_483_647, 5])
    news.tell()
    await Promise.all(waiting)
  } finally {
    timers.mockRestore()
  }
})
