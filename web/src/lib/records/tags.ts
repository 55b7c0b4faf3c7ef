import type { Enums, Tables } from '#lib/database.types.ts';
import type { SubjectName } from '#lib/documents.ts';
import { command } from '#lib/platform/command.ts';
import { type Filter, inUseFilter, anyLike, narrow } from '#lib/platform/filters.ts';
import { choices } from '#lib/platform/label.ts';
import { type ListQuery, type ListShape, readPage } from '#lib/platform/list.ts';
import { answerOf, rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import type { Tone } from '#lib/ui/tone.ts';
import { TAG_COLOUR } from '#lib/choices.ts';
import { m } from '#lib/words.ts';

export type Colour = Enums<'tag_colour'>;
export type TagRow = Tables<'tags'>;
/** A tag as a document wears it. */
export type Tag = Pick<TagRow, 'id' | 'name' | 'colour'>;

/** The colours of the portal that tags have. */
export const TONE: Record<Colour, Tone> = {
  grey: 'neutral',
  blue: 'info',
  teal: 'brand',
  green: 'good',
  amber: 'warn',
  red: 'bad',
};

export const COLOURS = choices(TAG_COLOUR);

export const TAGS: ListShape = {
  table: 'tags',
  sort: 'name',
  sortable: ['name', 'colour', 'created_at'],
  search: { label: m.name(), means: (typed) => [anyLike(typed, 'name')] },
  filters: [inUseFilter, { name: 'colour', label: m.colour(), kind: 'choice', options: COLOURS }],
};

export function listTags(list: ListQuery) {
  return readPage(TAGS, list, () => supabase.from('tags').select('*'));
}

const named = () => supabase.from('tags').select('id,name,colour');

/** Tags that can be given, by name. */
export function findTags(text: string): Promise<Tag[]> {
  let query = named().eq('is_active', true);
  if (text) query = narrow(query, [anyLike(text, 'name')]);
  return rows(query.order('name').limit(20));
}

/** The filter by tag, of every list of documents. */
export const tagFilter: Filter = {
  name: 'tag',
  label: m.tag(),
  kind: 'record',
  column: 'tag_id',
  through: { has: 'record_tags', own: 'id', their: 'document_id' },
  more: true,
  search: async (text) => (await findTags(text)).map((tag) => ({ ...tag, code: '' })),
  find: async (id) => {
    const found = await answerOf(named().eq('id', id).maybeSingle());
    return found && { ...found, code: '' };
  },
};

type TagInput = Pick<TagRow, 'name' | 'colour' | 'is_active'>;

export function createTag(input: TagInput) {
  return answerOf(supabase.from('tags').insert(input));
}

/** Null when somebody else changed it in the meantime. @throws PortalError */
export function changeTag({ id, version }: TagRow, input: TagInput) {
  return answerOf(
    supabase
      .from('tags')
      .update(input)
      .eq('id', id)
      .eq('version', version)
      .select('id')
      .maybeSingle(),
  );
}

/** A tag that a document has already stays as it is. @throws PortalError */
export function addTag(document: SubjectName, id: string, tag: string, key?: string) {
  return command('add_tag', { document_kind: document, document_id: id, tag_id: tag }, key);
}

export function removeTag(document: SubjectName, id: string, tag: string) {
  return command('remove_tag', { document_kind: document, document_id: id, tag_id: tag });
}
