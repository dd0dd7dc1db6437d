import { describe, expect, test } from 'vitest'
import { Interned } from './interned.ts'
import { NameHeap } from './name-heap.ts'

describe('interned values', () => {
  test('are made once, counted, and their number is given to another after the last release', () => {
    const values = new Interned<string>()
    let made = 0
    const acquire = (name: string) => values.acquire(name, () => `${name} ${++made}`)
    const a = acquire('a')
    expect([acquire('a'), acquire('b'), values.get(a), made, values.size]).toEqual([a, a + 1, 'a 1', 2, 2])
    values.release(a)
    expect(values.get(a)).toBe('a 1')
    values.release(a)
    expect([...values.values()]).toEqual(['b 2'])
    expect(acquire('c')).toBe(a)
    expect(values.get(a)).toBe('c 3')
  })

  test('that cannot be made leave nothing behind', () => {
    const values = new Interned<string>()
    expect(() =>
      values.acquire('a', () => {
        throw new TypeError('no')
      }),
    ).toThrow('no')
    expect(values.size).toBe(0)
    expect(values.acquire('a', () => 'made')).toBe(0)
  })
})

describe('the heap of names', () => {
  test('gives back any text, whatever its length in bytes', () => {
    const heap = new NameHeap(0)
    const names = ['', 'a', 'é', '日本', '😀'.repeat(50), 'x'.repeat(300), 'y'.repeat(20_000)]
    const places = names.map((name) => heap.add(name))
    expect(places.map((place) => heap.read(place))).toEqual(names)
    expect(places[0]).toBe(0)
  })

  test('asks for compaction when more than half of it is unused', () => {
    const heap = new NameHeap(0)
    const places = Array.from({ length: 1000 }, () => heap.add('n'.repeat(200)))
    for (const place of places.slice(0, 400)) heap.discard(place)
    expect(heap.wantsCompaction).toBe(false)
    for (const place of places.slice(400, 600)) heap.discard(place)
    expect(heap.wantsCompaction).toBe(true)
  })
})
