import { oneLine } from '../../events/mailer.ts'

export interface MessageText {
  subject: string
  text: string
  html: string
}

export interface LinkText {
  subject: string
  /** Before the link. */
  paragraphs: readonly string[]
  link: { label: string; url: string }
  /** After it. */
  foot: readonly string[]
}

/** A mail around one link. Every line is one line, whatever names stand in it; nothing is loaded from anywhere. */
export function linkText({ subject, paragraphs, link, foot }: LinkText): MessageText {
  const [before, after] = [paragraphs.map(oneLine), foot.map(oneLine)]
  return {
    subject: oneLine(subject).slice(0, 200),
    text: `${[...before, `${link.label}:\n${link.url}`, ...after].join('\n\n')}\n`,
    html: [
      ...before.map((paragraph) => `<p>${escapeHtml(paragraph)}</p>`),
      `<p><a href="${escapeHtml(link.url)}">${escapeHtml(link.label)}</a></p>`,
      `<p>${escapeHtml(link.url)}</p>`,
      ...after.map((paragraph) => `<p>${escapeHtml(paragraph)}</p>`),
    ].join('\n'),
  }
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;')
}
