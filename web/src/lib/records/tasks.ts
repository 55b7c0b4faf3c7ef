import { TASK_PRIORITY } from '#lib/choices.ts';
import type { Enums } from '#lib/database.types.ts';
import { type SubjectName, SUBJECTS } from '#lib/documents.ts';
import { command } from '#lib/platform/command.ts';
import { anyLike } from '#lib/platform/filters.ts';
import { today } from '#lib/platform/format.ts';
import { choices } from '#lib/platform/label.ts';
import { having, type ListQuery, readPage } from '#lib/platform/list.ts';
import { answerOf, rows } from '#lib/platform/read.ts';
import { session } from '#lib/platform/session.svelte.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { orNull } from '#lib/platform/text.ts';
import { personFilter, type PersonChoice } from '#lib/tenancy/tenancy.ts';
import { subjectNames } from '#lib/workflow/documents.ts';
import { documentList } from '#lib/workflow/list.ts';
import type { Looks } from '#lib/workflow/workflow.ts';
import type { Subject } from './comments.ts';
import { m } from '#lib/words.ts';

export type Priority = Enums<'task_priority'>;
export const PRIORITIES = choices(TASK_PRIORITY);

const WITH_ASSIGNEE = '*,users(id,full_name)';

export const TASKS = documentList('task', {
  sort: 'due_on',
  sortable: ['due_on', 'priority', 'title'],
  search: {
    label: m.number_or_what_is_to_be_done(),
    means: (typed) => [anyLike(typed, 'title', 'number')],
  },
  filters: [
    { ...personFilter('who', m.assignee(), 'assignee_id', 'user_id'), optional: true },
    { name: 'due', label: m.due(), kind: 'day', column: 'due_on', optional: true },
    { name: 'priority', label: m.priority(), kind: 'choice', options: PRIORITIES },
    {
      name: 'about',
      label: m.about(),
      kind: 'choice',
      column: 'document_kind',
      options: choices(subjectNames),
      optional: true,
      more: true,
    },
    { ...personFilter('by', m.given_by(), 'created_by', 'user_id'), more: true },
  ],
});

export type TaskRow = Awaited<ReturnType<typeof listTasks>>['rows'][number];

export function listTasks(list: ListQuery) {
  return readPage(TASKS, list, (relations) =>
    supabase.from('tasks').select(having(WITH_ASSIGNEE, relations)),
  );
}

export type Task = NonNullable<Awaited<ReturnType<typeof readTask>>>;

export function readTask(id: string) {
  return answerOf(
    supabase.from('tasks').select(`${WITH_ASSIGNEE},allowed_commands`).eq('id', id).maybeSingle(),
  );
}

/** What the reader has to do, what is due first; those without a day come last. */
export function myTasks(most: number) {
  return rows(
    supabase
      .from('tasks')
      .select('id,number,title,status,priority,due_on,version,allowed_commands')
      .eq('assignee_id', session.me?.user.id ?? '')
      .eq('is_open', true)
      .order('due_on', { nullsFirst: false })
      .order('id')
      .limit(most),
  );
}

/** The list of what the reader has to do. */
export const myTasksUrl = () => `/tasks?status=open&who=${session.me?.user.id ?? ''}`;

/** A task whose day is over. */
export const isLate = (task: { status: string; due_on: string | null }): boolean =>
  task.status === 'open' && task.due_on !== null && task.due_on < today();

/** The page of what a task is about. */
export function subjectUrl(task: {
  document_kind: string | null;
  document_id: string | null;
}): string | undefined {
  const known = SUBJECTS[task.document_kind as SubjectName] as { page: string } | undefined;
  return known && `${known.page}/${task.document_id}`;
}

/** What somebody enters of a task. */
export interface TaskEntry {
  title: string;
  details: string;
  assignee: Pick<PersonChoice, 'id' | 'account' | 'name'> | null;
  due: string;
  priority: Priority;
}

const argumentsOf = (entry: TaskEntry) => ({
  title: entry.title.trim(),
  details: orNull(entry.details) ?? undefined,
  assignee_id: entry.assignee?.account,
  due_on: orNull(entry.due) ?? undefined,
  priority: entry.priority,
});

export function createTask(entry: TaskEntry, subject: Subject | null) {
  return command('create_task', {
    ...argumentsOf(entry),
    ...(subject && { document_kind: subject.document, document_id: subject.id }),
  });
}

export function changeTask({ id, version }: Pick<Task, 'id' | 'version'>, entry: TaskEntry) {
  return command('change_task', { task_id: id, ...argumentsOf(entry), expected_version: version });
}

export function completeTask({ id, version }: { id: string; version: number }) {
  return command('complete_task', { task_id: id, expected_version: version });
}

export const taskCommands = {
  complete: { label: m.done_word(), variant: 'primary', done: m.the_task_is_done() },
  cancel: { label: m.cancel(), variant: 'danger', done: m.the_task_was_cancelled() },
  reopen: { label: m.open_again(), done: m.the_task_is_open_again() },
} satisfies Looks<'task'>;
