import type { RpcName } from '#lib/platform/command.ts';
import { label } from '#lib/platform/format.ts';
import { rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';

export type HistoryStep = Awaited<ReturnType<typeof historyOf>>[number];

/** Names of people by id; ids that the caller may not see are absent. */
export async function namesOf(ids: (string | null)[]): Promise<Map<string, string>> {
  const wanted = [...new Set(ids.filter((id): id is string => id !== null))];
  if (wanted.length === 0) return new Map();
  const people = await rows(supabase.from('users').select('id,full_name').in('id', wanted));
  return new Map(people.map((person) => [person.id, person.full_name]));
}

/** Who did something, as far as the reader may know. */
export function nameOf(names: Map<string, string>, id: string | null): string {
  if (id === null) return 'the system';
  return names.get(id) ?? 'a colleague';
}

/** What every step has; a view does not say so. */
interface Step {
  id: string;
  from_state: string;
  command: string;
  to_state: string;
  executed_at: string;
}

/** Every state change of a document, oldest first, with who did it. */
export async function historyOf(entityId: string) {
  const steps = await rows(
    supabase
      .from('transition_executions')
      .select('id,from_state,command,to_state,executed_at,executed_by,executed_rule')
      .eq('entity_id', entityId)
      .order('executed_at')
      .limit(200)
      .overrideTypes<Step[]>(),
  );
  const names = await namesOf(steps.map((step) => step.executed_by));
  return steps.map((step) => ({
    ...step,
    by: step.executed_rule ? cause(step.executed_rule) : nameOf(names, step.executed_by),
  }));
}

/** A step that followed from another document: `trip.start` is told as its cause. */
function cause(rule: string): string {
  const [machine = '', command = ''] = rule.split('.');
  return command ? `after “${label(command)}” of the ${label(machine).toLowerCase()}` : 'by rule';
}

/** What the buttons of a document do: one entry per command of its machine. */
export interface CommandLook {
  label: string;
  done: string;
  variant?: 'primary' | 'secondary' | 'danger';
  /** Opens a dialog that explains the step, and asks for a reason where one is kept. */
  asks?: {
    title: string;
    text?: string;
    reason: 'none' | 'optional' | 'required';
    field?: 'reason' | 'note';
  };
  /** Sends the command itself, where more than the id is needed. */
  open?: () => void;
}

/** Commands that are RPCs on a document: `plan` of a trip is `plan_trip`. */
type CommandsOf<Document extends string> = {
  [Name in RpcName]: Name extends `${infer Command}_${Document}` ? Command : never;
}[RpcName];

/** The looks of a document's commands; one that the database does not know is a type error. */
export type Looks<Document extends string> = Partial<Record<CommandsOf<Document>, CommandLook>>;

/** Reads the commands that the caller may give, in the order the looks name them. */
export function offered(
  allowed: string[] | null | undefined,
  looks: Record<string, CommandLook>,
): string[] {
  return Object.keys(looks).filter((name) => allowed?.includes(name));
}
