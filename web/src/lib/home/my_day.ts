import type { DocumentName } from '#lib/documents.ts';
import { askJson } from '#lib/platform/command.ts';
import type { Priority } from '#lib/records/tasks.ts';

/** A record that the reader has before him today. */
export interface DayRow {
  id: string;
  number: string;
  name: string;
  note: string | null;
  status: string;
  at?: string | null;
  due_on?: string | null;
  is_late?: boolean;
}

interface DayTask {
  id: string;
  number: string;
  title: string;
  status: string;
  priority: Priority;
  due_on: string;
  version: number;
  allowed_commands: string[];
}

interface Part<Row> {
  count: number;
  /** The first of them. */
  rows: Row[];
}

/** What `my_day` of the database answers. */
export interface MyDay {
  day: string;
  tasks: Part<DayTask>;
  appointments: Part<DayRow>;
  conversations: Part<DayRow>;
  leads: Part<DayRow>;
  deals: Part<DayRow>;
  waiting: { machine: DocumentName; state: string; page: string; documents: number }[];
}

/** What the reader has before him today, in one request. @throws PortalError */
export const myDay = () => askJson<MyDay, 'my_day'>('my_day', {});

/** How much there is of everything. */
export const countOf = (all: MyDay): number =>
  [all.tasks, all.appointments, all.conversations, all.leads, all.deals].reduce(
    (sum, part) => sum + part.count,
    all.waiting.reduce((sum, kind) => sum + kind.documents, 0),
  );
