import type { SubjectName } from '#lib/documents.ts';
import type { Filter } from '#lib/platform/filters.ts';
import { ownFieldFilters } from './own_fields.ts';
import { tagFilter } from './tags.ts';

/** The filters of every list of subjects: by tag, and by the fields of a company's own. */
export const keptFilters = (name: SubjectName): Filter[] => [tagFilter, ...ownFieldFilters(name)];
