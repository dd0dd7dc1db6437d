/** What the operators' pages share. */
export const operatorText = {
  title: 'Operators',
  forbidden: 'Only operators of this installation see this page. Ask whoever invited you which of them can help.',
} as const
