import { ACTIVITY_KIND, ACTIVITY_OUTCOME } from '#lib/choices.ts';
import type { Enums } from '#lib/database.types.ts';
import { command } from '#lib/platform/command.ts';
import { choices } from '#lib/platform/label.ts';
import { orNull } from '#lib/platform/text.ts';
import type { PersonChoice } from '#lib/tenancy/tenancy.ts';
import type { Subject } from './comments.ts';

export type ActivityKind = Enums<'activity_kind'>;
export type ActivityOutcome = Enums<'activity_outcome'>;
export const KINDS = choices(ACTIVITY_KIND);
export const OUTCOMES = choices(ACTIVITY_OUTCOME);

/** What somebody enters of what he did. */
export interface ActivityEntry {
  kind: ActivityKind;
  /** Empty: now. */
  at: string;
  minutes: number | null;
  outcome: ActivityOutcome | '';
  text: string;
  next: string;
  nextOn: string;
  nextFor: Pick<PersonChoice, 'id' | 'account' | 'name'> | null;
}

/** Only a note has neither a length nor something that came of it. */
export const isNote = (entry: ActivityEntry): boolean => entry.kind === 'note';

export function logActivity({ document, id }: Subject, entry: ActivityEntry) {
  const next = entry.next.trim();
  return command('log_activity', {
    document_kind: document,
    document_id: id,
    kind: entry.kind,
    text: orNull(entry.text) ?? undefined,
    happened_at: orNull(entry.at) ?? undefined,
    ...(!isNote(entry) && {
      minutes: entry.minutes ?? undefined,
      outcome: entry.outcome === '' ? undefined : entry.outcome,
    }),
    ...(next !== '' && {
      next_step: next,
      next_step_on: orNull(entry.nextOn) ?? undefined,
      next_step_for: entry.nextFor?.account,
    }),
  });
}

export function removeActivity(id: string, version: number) {
  return command('remove_activity', { activity_id: id, expected_version: version });
}
