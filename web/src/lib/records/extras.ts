import type { SubjectName } from '#lib/documents.ts';
import { askJson } from '#lib/platform/command.ts';
import { session } from '#lib/platform/session.svelte.ts';
import type { OwnValues } from './own_fields.ts';
import type { Tag } from './tags.ts';
import type { Priority } from './tasks.ts';

/** A task as its document shows it. */
export interface TaskBeside {
  id: string;
  number: string;
  title: string;
  status: string;
  priority: Priority;
  due_on: string | null;
  assignee: string | null;
  version: number;
  allowed_commands: string[];
}

/** What colleagues keep with a document. */
export interface Extras {
  tags: Tag[];
  tasks: TaskBeside[];
  fields: OwnValues;
}

/** Null for those who are no colleagues: a customer sees his orders. @throws PortalError */
export async function extrasOf(document: SubjectName, id: string): Promise<Extras | null> {
  if (!session.can('comments.view')) return null;
  return askJson<Extras, 'kept_with'>('kept_with', { document_kind: document, document_id: id });
}
