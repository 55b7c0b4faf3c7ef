import { changedMeanwhile } from '#lib/errors.ts';
import { WRITABLE } from '#lib/writable.ts';
import { answerOf } from './read.ts';
import { session } from './session.svelte.ts';
import { untyped } from './supabase.ts';
import { m } from '#lib/words.ts';

/** Whether the signed-in person may write a column of a table directly, as far as his rights decide it. */
export function mayWrite(table: string, column: string): boolean {
  const known = WRITABLE[table];
  return known !== undefined && known.columns.includes(column) && session.can(known.permission);
}

/**
 * Writes one value of a row that was read in a version.
 * @throws PortalError; `version_conflict` when somebody else changed the row since, `details.now` is its value.
 */
export async function writeValue(
  table: string,
  row: { id: string; version: number },
  column: string,
  value: string | number | null,
): Promise<void> {
  const written = await answerOf(
    untyped
      .from(table)
      .update({ [column]: value })
      .eq('id', row.id)
      .eq('version', row.version)
      .select('id')
      .maybeSingle(),
  );
  if (written) return;
  const now = (await answerOf(
    untyped.from(table).select(`${column},version`).eq('id', row.id).maybeSingle(),
  )) as Record<string, unknown> | null;
  throw changedMeanwhile(
    // Where it is as it was read, policies keep the reader from changing this one.
    now !== null && now['version'] !== row.version
      ? m.somebody_else_changed_this_record_it_now({ now: now[column] ?? '' })
      : m.you_may_not_change_this_record(),
    m.look_at_it_and_enter_your_value(),
  );
}
