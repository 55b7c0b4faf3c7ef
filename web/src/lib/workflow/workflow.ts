import type { Component } from 'svelte';
import type { RpcName } from '#lib/platform/command.ts';
import { rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { m } from '#lib/words.ts';

/** Names of people by id; ids that the caller may not see are absent. */
export async function namesOf(ids: (string | null)[]): Promise<Map<string, string>> {
  const wanted = [...new Set(ids.filter((id): id is string => id !== null))];
  if (wanted.length === 0) return new Map();
  const people = await rows(supabase.from('users').select('id,full_name').in('id', wanted));
  return new Map(people.map((person) => [person.id, person.full_name]));
}

/** Who did something, as far as the reader may know. */
export function nameOf(names: Map<string, string>, id: string | null): string {
  if (id === null) return m.the_system();
  return names.get(id) ?? m.a_colleague();
}

/** What the buttons of a document do: one entry per command of its machine. */
export interface CommandLook {
  label: string;
  icon?: Component;
  /** What is said when it was done. */
  done?: string;
  variant?: 'primary' | 'secondary' | 'danger';
  /** Opens a dialog that explains the step, and asks for a reason where one is kept. */
  asks?: {
    title: string;
    text?: string;
    reason: 'none' | 'optional' | 'required';
    field?: 'reason' | 'note';
  };
  /** The page where it is given, for a command that needs more than the document. */
  href?: (id: string) => string;
  /** Begins it on the page itself, where more than the document is needed. */
  open?: () => void;
  /** The page of what it made. */
  leadsTo?: (made: { id: string }) => string;
}

/** Commands that are RPCs on a document: `plan` of a trip is `plan_trip`. */
type CommandsOf<Document extends string> = {
  [Name in RpcName]: Name extends `${infer Command}_${Document}` ? Command : never;
}[RpcName];

/**
 * The looks of a document's commands; one that the database does not know is a type error. What a document
 * leads to goes by its own name: `create_trip` of an order.
 */
export type Looks<Document extends string> = Partial<
  Record<CommandsOf<Document> | RpcName, CommandLook>
>;

/** What every record has that commands are given to. */
export interface Offered {
  id: string;
  version: number;
  allowed_commands: string[] | null;
}

/** Whether the caller may give this command to the record now: the database decides. */
export function offers(record: Pick<Offered, 'allowed_commands'>, command: string): boolean {
  return record.allowed_commands?.includes(command) ?? false;
}
