import type { Relation } from './catalogue.ts';
import { Refused } from './refusals.ts';

/** What a request says of relations, columns and functions that are not there, in PostgREST's words. */

export function noRelation(schema: string, name: string): Refused {
  const message = `Could not find the table '${schema}.${name}' in the schema cache`;
  return new Refused(404, { code: 'PGRST205', details: null, hint: null, message });
}

/** In PostgreSQL's words, before it has to be asked. */
export function noColumn({ name }: Relation, column: string): Refused {
  const message = `column ${name}.${column} does not exist`;
  return new Refused(400, { code: '42703', details: null, hint: null, message });
}

/** A column that is to be written. */
export function noTarget({ name }: Relation, column: string): Refused {
  const message = `Could not find the '${column}' column of '${name}' in the schema cache`;
  return new Refused(400, { code: 'PGRST204', details: null, hint: null, message });
}

export function notEmbedded(name: string): Refused {
  return new Refused(400, {
    code: 'PGRST108',
    details: null,
    hint: `Verify that '${name}' is included in the 'select' query parameter.`,
    message: `'${name}' is not an embedded resource in this request`,
  });
}

export function badBody(message = 'Empty or invalid json'): Refused {
  return new Refused(400, { code: 'PGRST102', details: null, hint: null, message });
}
