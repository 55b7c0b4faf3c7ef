import type { Enums } from '#lib/database.types.ts';
import { toPortalError } from '#lib/errors.ts';
import { askJson, ask, command, newKey } from '#lib/platform/command.ts';
import { label } from '#lib/platform/label.ts';
import { having, type ListQuery, readPage } from '#lib/platform/list.ts';
import { answerOf, rows } from '#lib/platform/read.ts';
import { session } from '#lib/platform/session.svelte.ts';
import type { Sheet as Export } from '#lib/platform/spreadsheet.ts';
import { signedUrl, storageStatus } from '#lib/platform/storage.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { documentList, enteredFilter } from '#lib/workflow/list.ts';
import type { Looks } from '#lib/workflow/workflow.ts';
import type { Field, Mapping, StagedRow } from './reading.ts';
import { m } from '#lib/words.ts';

export type Policy = Enums<'import_policy'>;
export type ListedImport = Awaited<ReturnType<typeof listImports>>['rows'][number];
export type ImportRecord = NonNullable<Awaited<ReturnType<typeof readImport>>>;

/** What can be imported into, by the caller. */
export interface ImportForm {
  target: string;
  /** The list that shows what is made. */
  page: string;
  /** Field by which a record is known again; null: none. */
  key_field: string | null;
  /** Field whose rows of one value make one record; null: each row makes one. */
  grouped_by: string | null;
  takes_updates: boolean;
  fields: Field[];
}

/** How many rows are in which state. */
export type Progress = Partial<Record<Enums<'import_row_status'>, number>>;

export const importCommands = {
  run: {
    label: m.import_the_rows(),
    variant: 'primary',
    done: m.the_import_runs_in_the_background(),
  },
  check: { label: m.check_again(), done: m.the_rows_are_checked_in_the_background() },
  stop: { label: m.stop(), done: m.it_stops_after_the_rows_that_are() },
  undo: {
    label: m.undo_the_import(),
    variant: 'danger',
    done: m.what_was_imported_is_taken_back_in(),
    asks: {
      title: m.undo_this_import(),
      text: m.what_it_made_is_deleted_what_it(),
      reason: 'none',
    },
  },
  discard: {
    label: m.set_aside(),
    done: m.the_import_was_set_aside(),
    asks: { title: m.set_this_import_aside(), text: m.nothing_of_it_was_written(), reason: 'none' },
  },
} satisfies Looks<'import'>;

export function importForms(): Promise<ImportForm[]> {
  return askJson<ImportForm[], 'import_forms'>('import_forms', {});
}

export const IMPORTS = documentList('import', {
  filters: [
    enteredFilter(m.begun()),
    { name: 'file_name', label: m.file(), kind: 'text', more: true },
    { name: 'rows_bad', label: m.refused_rows(), kind: 'number', more: true },
  ],
});

export function listImports(list: ListQuery) {
  return readPage(IMPORTS, list, (relations) =>
    supabase
      .from('imports')
      .select(
        having(
          'id,number,status,target,file_name,rows_total,rows_bad,rows_done,created_at',
          relations,
        ),
      ),
  );
}

export function readImport(id: string) {
  return answerOf(supabase.from('imports').select('*,allowed_commands').eq('id', id).maybeSingle());
}

export function progressOf(id: string): Promise<Progress> {
  return askJson<Progress, 'import_progress'>('import_progress', { import_id: id });
}

/** Rows that cannot be imported, with their sentence, by their line. */
function badRows(id: string, from: number, to: number) {
  return rows(
    supabase
      .from('import_rows')
      .select('line,cells,values,error_key,error_details,import_problem')
      .eq('import_id', id)
      .eq('status', 'bad')
      .order('line')
      .range(from, to),
  );
}
export type BadRow = Awaited<ReturnType<typeof badRows>>[number];

/** The first of them, for the page. */
export function firstBadRows(id: string, count: number): Promise<BadRow[]> {
  return badRows(id, 0, count - 1);
}

/** What is wrong with a row: the fields concerned, then the sentence. */
export function problemOf({ error_details: details, import_problem: sentence }: BadRow): string {
  const fields = Object.entries((details ?? {}) as Record<string, unknown>)
    .filter(([, value]) => ['string', 'number'].includes(typeof value))
    .map(([field, value]) => `${label(field)}: ${String(value)}`);
  return [...fields, sentence ?? ''].filter(Boolean).join('. ');
}

const CHUNK = 500;
/** The column that a corrected file may still have: no field is called like it. */
export const PROBLEM_COLUMN = m.what_is_wrong();

/** The rows that cannot be imported under the headers of their file, to be corrected and sent again. */
export async function correctionSheet({
  id,
  headers,
}: Pick<ImportRecord, 'id' | 'headers'>): Promise<Export> {
  const bad: BadRow[] = [];
  for (let from = 0; ; from += CHUNK) {
    const found = await badRows(id, from, from + CHUNK - 1);
    bad.push(...found);
    if (found.length < CHUNK) break;
  }
  return {
    head: [...headers, PROBLEM_COLUMN],
    rows: bad.map((row) => [...headers.map((_, at) => row.cells[at] ?? ''), problemOf(row)]),
  };
}

export function rememberedMapping(target: string, headers: string[]): Promise<Mapping | null> {
  return ask('remembered_mapping', { target, headers }) as Promise<Mapping | null>;
}

export interface Upload {
  form: ImportForm;
  file: File;
  format: string;
  headers: string[];
  mapping: Mapping;
  rows: StagedRow[];
  policy: Policy;
  isWhole: boolean;
}

/** Rows that are sent at once. */
const STAGED_AT_ONCE = 2000;
const BUCKET = 'imports';
const MOST_BYTES = 10 * 1024 * 1024;
const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

/** Why a file cannot be taken, before it is read; empty when it can. */
export function fileProblem({ size }: Pick<File, 'size'>): string {
  if (size === 0) return m.the_file_is_empty();
  return size > MOST_BYTES ? m.the_file_is_larger_than_10_mb_split() : '';
}

/** An address of the file of an import that works for an hour. @throws PortalError */
export function importedFile(path: string): Promise<string> {
  return signedUrl(BUCKET, path);
}

/**
 * Keeps the file, sends its rows in and has them checked.
 * @param told how many rows have been sent
 * @throws PortalError
 */
export async function sendImport(upload: Upload, told: (sent: number) => void) {
  const { form, file, format, headers, mapping, policy, isWhole } = upload;
  const path = `${session.tenant?.id}/${newKey()}`;
  const { error } = await supabase.storage
    .from(BUCKET)
    .upload(path, file, { contentType: format.startsWith('XLSX') ? XLSX : 'text/csv' });
  if (error) throw toPortalError(error, storageStatus(error));
  const { id } = await command('create_import', {
    target: form.target,
    file_name: file.name.slice(-200),
    format,
    headers,
    mapping,
    path,
    on_duplicate: policy,
    is_whole: isWhole,
  });
  for (let from = 0; from < upload.rows.length; from += STAGED_AT_ONCE) {
    const part = upload.rows.slice(from, from + STAGED_AT_ONCE);
    await command('stage_import_rows', { import_id: id, rows: part as never });
    told(from + part.length);
  }
  await command('check_import', { import_id: id });
  return id;
}
