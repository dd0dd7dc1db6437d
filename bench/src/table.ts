import { cpus } from 'node:os'
import type { Result } from './measure.ts'
import { verdictOn } from './targets.ts'

/** The machine without its name. */
export function machine(): string {
  const cores = cpus()
  return `${cores[0]?.model.trim() ?? 'unknown processor'}, ${cores.length} cores, Node ${process.versions.node}, ${process.platform} ${process.arch}`
}

/** The report in Markdown; what falls short is said in a line of its own. */
export function toMarkdown(results: readonly Result[]): string {
  const head = ['| measure | keys | ours | p50 | p99 | beside | ours is | target | |', '|---|---:|---:|---:|---:|---|---|---|---|']
  const rows = results.map((result) => {
    const verdict = verdictOn(result)
    const beside = Object.entries(result.beside).map(([name, value]) => `${name}: ${besideOf(result, value)}`)
    const ratios = Object.entries(result.ratioTo).map(([name, ratio]) => `${ratio >= 10 ? Math.round(ratio).toLocaleString('en') : ratio.toFixed(2)} x ${name}`)
    return `| ${result.measure} | ${count(result.keys)} | ${oursOf(result)} | ${microseconds(result.p50Us)} | ${microseconds(result.p99Us)} | ${beside.join('<br>')} | ${ratios.join('<br>')} | ${verdict?.target ?? ''} | ${verdict === null ? '' : verdict.met ? 'met' : '**falls short**'} |`
  })
  const short = results.filter((result) => verdictOn(result)?.met === false)
  const notes = [...new Set(results.map((result) => `- ${result.measure}: ${result.note}.`))]
  const summary =
    short.length === 0
      ? 'Every target is met.'
      : `Falls short: ${short.map((result) => `${result.measure}${result.keys === null ? '' : ` at ${count(result.keys)} keys`} (target: ${verdictOn(result)?.target})`).join('; ')}.`
  return [`Machine: ${machine()}.`, '', ...head, ...rows, '', summary, '', ...notes, ''].join('\n')
}

function oursOf({ bytesPerKey, p95Us, perSecond, p50Us }: Result): string {
  if (bytesPerKey !== undefined) return `${bytesPerKey.toFixed(1)} bytes a key`
  if (p95Us !== undefined) return `p95 ${microseconds(p95Us)}`
  return perSecond === null ? microseconds(p50Us) : `${count(perSecond)}/s`
}

function besideOf({ bytesPerKey, unit }: Result, value: number): string {
  if (unit === 'microseconds') return microseconds(value)
  return `${count(value)}${bytesPerKey === undefined ? '/s' : ' bytes'}`
}

function count(value: number | null): string {
  return value === null ? '' : Math.round(value).toLocaleString('en')
}

function microseconds(value: number | null): string {
  if (value === null) return ''
  return value >= 1000 ? `${(value / 1000).toFixed(1)} ms` : `${value.toFixed(value < 10 ? 2 : 0)} us`
}
