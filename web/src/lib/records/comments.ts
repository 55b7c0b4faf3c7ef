import type { SubjectName } from '#lib/documents.ts';
import { command } from '#lib/platform/command.ts';
import { signedUrl, storeFile } from '#lib/platform/storage.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { m } from '#lib/words.ts';

/** The document that something is said about, or a file is added to. */
export interface Subject {
  document: SubjectName;
  id: string;
}

/** @param mentions accounts of colleagues, who are told by e-mail */
export function addComment({ document, id }: Subject, text: string, mentions: string[]) {
  return command('add_comment', { document_kind: document, document_id: id, text, mentions });
}

export function changeComment(id: string, text: string, mentions: string[], version: number) {
  return command('change_comment', { comment_id: id, text, mentions, expected_version: version });
}

export function removeComment(id: string, version: number) {
  return command('remove_comment', { comment_id: id, expected_version: version });
}

const BUCKET = 'attachments';

/** What can be added; storage looks at the first bytes, too. */
export const FILE_TYPES = ['image/jpeg', 'image/png', 'image/webp', 'application/pdf'];
const MOST_BYTES = 10 * 1024 * 1024;

/** Why a file cannot be added, before it is sent; empty when it can. */
export function fileProblem({ type, size }: Pick<File, 'type' | 'size'>): string {
  if (!FILE_TYPES.includes(type)) return m.only_pictures_jpeg_png_webp_and_pdf();
  if (size === 0) return m.the_file_is_empty();
  return size > MOST_BYTES ? m.the_file_is_larger_than_10_mb() : '';
}

/**
 * Stores a file in the folder of the company and adds it to the document.
 * @throws PortalError
 */
export async function addFile({ document, id }: Subject, file: File) {
  const path = await storeFile(BUCKET, file);
  const name = file.name.slice(-200);
  return command('add_attachment', { document_kind: document, document_id: id, path, name });
}

/** Takes a file off its document and out of storage. */
export async function removeFile(id: string) {
  const removed = await command('remove_attachment', { attachment_id: id });
  await supabase.storage.from(BUCKET).remove([removed.path]);
  return removed;
}

/** An address of a file that works for an hour. @throws PortalError */
export function fileUrl(path: string): Promise<string> {
  return signedUrl(BUCKET, path);
}
