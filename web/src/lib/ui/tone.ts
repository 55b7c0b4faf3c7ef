export type Tone = 'neutral' | 'info' | 'brand' | 'good' | 'warn' | 'bad';

/**
 * What a status asks of the reader: amber waits for somebody, blue is decided and ready, teal is
 * moving, green is done well, red needs care. States that are not named here stay neutral.
 */
const TONES: Record<string, Tone> = {
  pending_approval: 'warn',
  pending_review: 'warn',
  pending: 'warn',
  submitted: 'warn',
  ready: 'warn',
  stopped: 'warn',
  invited: 'warn',
  partially_paid: 'warn',
  counted: 'warn',
  partially_received: 'warn',
  approved: 'info',
  planned: 'info',
  issued: 'info',
  reviewed: 'info',
  queued: 'info',
  allocated: 'brand',
  dispatched: 'brand',
  in_transit: 'brand',
  in_progress: 'brand',
  checking: 'brand',
  running: 'brand',
  undoing: 'brand',
  arrived: 'brand',
  counting: 'brand',
  recounting: 'brand',
  delivered: 'good',
  completed: 'good',
  active: 'good',
  matched: 'good',
  open: 'warn',
  accepted: 'good',
  applied: 'good',
  done: 'good',
  posted: 'good',
  received: 'good',
  paid: 'good',
  reconciled: 'good',
  reorder: 'warn',
  out_of_stock: 'bad',
  sent: 'good',
  confirmed: 'good',
  failed: 'bad',
  rejected: 'bad',
  undone: 'bad',
  suspended: 'bad',
  overdue: 'bad',
  on_hold: 'bad',
  blocked: 'bad',
  expired: 'bad',
  dead: 'bad',
};

export function toneOf(status: string): Tone {
  return TONES[status] ?? 'neutral';
}
