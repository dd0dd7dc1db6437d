import type { Answer } from '../api/contract.ts'
import { healthText } from '../text/health.ts'

export interface Finding {
  tone: 'danger' | 'warning' | 'info'
  message: string
}

const DAY = 86_400_000

/** What an operator should look at, worst first. */
export function findingsOf(health: Answer<'installation.health'>, verifiers: readonly { status: string }[]): Finding[] {
  const { findings } = healthText
  const now = Date.parse(health.now)
  const found: (Finding | false)[] = []
  const add = (when: boolean, tone: Finding['tone'], message: string): void => void found.push(when && { tone, message })
  const count = (status: string): number => verifiers.filter((each) => each.status === status).length
  const backupDays = health.lastBackup === null ? null : Math.floor((now - Date.parse(health.lastBackup.takenAt)) / DAY)
  const { oldestQueuedAt, failed, kept } = health.outbox
  add(!health.ready, 'danger', findings.draining)
  add(count('unbounded') > 0, 'danger', findings.unbounded(count('unbounded')))
  add(health.replica.lag > 100, 'danger', findings.lag(health.replica.lag))
  add(count('expired') > 0, 'warning', findings.expired(count('expired')))
  add(health.lastBackup === null, 'warning', findings.noBackup)
  add(backupDays !== null && backupDays > 7, 'warning', findings.oldBackup(backupDays ?? 0))
  add(failed > 0, 'warning', findings.failed(failed))
  add(oldestQueuedAt !== null && now - Date.parse(oldestQueuedAt) > 3_600_000, 'warning', findings.stuck)
  add(!health.mailConfigured, 'warning', findings.noMail)
  add(health.mailConfigured && kept > 0, 'info', findings.kept(kept))
  add(health.publicUrl === null, 'info', findings.noUrl)
  add(health.supportContact === null, 'info', findings.noSupport)
  return found.filter((each): each is Finding => each !== false)
}

/** `12.3 MB`, in powers of ten. */
export function printBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const power = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3))
  return `${(bytes / 1000 ** power).toLocaleString('en', { maximumFractionDigits: power === 0 ? 0 : 1 })} ${units[power]}`
}
