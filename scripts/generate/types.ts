import type { Catalogue, Column, Relation, Rpc } from './catalogue.ts';

const SCALARS: Record<string, string> = {
  boolean: 'boolean',
  smallint: 'number',
  integer: 'number',
  bigint: 'number',
  numeric: 'number',
  jsonb: 'Json',
  void: 'undefined',
};

/** The TypeScript type of what PostgREST answers for a PostgreSQL type. */
function toType(catalogue: Catalogue, type: string): string {
  if (type.endsWith('[]')) return `${toType(catalogue, type.slice(0, -2))}[]`;
  const bare = type.replace(/\(.*\)/, '');
  if (catalogue.enums.some((item) => item.name === bare)) {
    return `Database['public']['Enums']['${bare}']`;
  }
  const relation = catalogue.relations.find((item) => item.name === bare && !item.is_view);
  if (relation) return `Database['${relation.schema}']['Tables']['${bare}']['Row']`;
  // Dates, times, uuids and the like travel as text.
  return SCALARS[bare] ?? 'string';
}

function property(name: string, type: string, isOptional: boolean): string {
  return `${name}${isOptional ? '?' : ''}: ${type};`;
}

function object(properties: string[]): string {
  return properties.length === 0 ? 'Record<never, never>' : `{ ${properties.join(' ')} }`;
}

function row(catalogue: Catalogue, relation: Relation): string {
  const fields = relation.columns.map((column) =>
    property(column.name, typed(catalogue, column, relation.is_view), false),
  );
  const computed = relation.computed.map((field) =>
    property(field.name, `${toType(catalogue, field.type)} | null`, false),
  );
  return object([...fields, ...computed]);
}

function typed(catalogue: Catalogue, column: Column, isView: boolean): string {
  const type = toType(catalogue, column.type);
  return column.is_nullable || isView ? `${type} | null` : type;
}

/** What signed-in people may write themselves; everything else is written by commands. */
function writable(catalogue: Catalogue, columns: Column[], isInsert: boolean): string {
  return object(
    columns.map((column) =>
      property(
        column.name,
        typed(catalogue, column, false),
        !isInsert || column.has_default || column.is_nullable,
      ),
    ),
  );
}

function relationships(relation: Relation): string {
  const items = relation.foreign_keys.map(
    (key) => `{
      foreignKeyName: '${key.name}';
      columns: ${JSON.stringify(key.columns)};
      isOneToOne: ${key.is_one_to_one};
      referencedRelation: '${key.target}';
      referencedColumns: ${JSON.stringify(key.target_columns)};
    }`,
  );
  return `[${items.join(', ')}]`;
}

/** What `select('*')` leaves out. */
function computedFields({ computed }: Relation): string {
  const names = computed.map((field) => `'${field.name}'`);
  return `ComputedFields: ${names.length === 0 ? 'never' : names.join(' | ')};`;
}

/** Line comments of ours must not end the comment they stand in. */
function comment(text: string): string {
  return text === '' ? '' : `/** ${text.replaceAll('*/', '* /')} */\n`;
}

function tableType(catalogue: Catalogue, relation: Relation): string {
  const insertable = relation.columns.filter((column) => column.is_insertable);
  const updatable = relation.columns.filter((column) => column.is_updatable);
  return `${comment(relation.comment)}${relation.name}: {
    Row: ${row(catalogue, relation)};
    Insert: ${writable(catalogue, insertable, true)};
    Update: ${writable(catalogue, updatable, false)};
    Relationships: ${relationships(relation)};
    ${computedFields(relation)}
  };`;
}

function viewType(catalogue: Catalogue, relation: Relation): string {
  return `${comment(relation.comment)}${relation.name}: {
    Row: ${row(catalogue, relation)};
    Relationships: ${relationships(relation)};
    ${computedFields(relation)}
  };`;
}

function rpcType(catalogue: Catalogue, rpc: Rpc): string {
  const args = rpc.args.map((arg) =>
    property(
      arg.name,
      toType(catalogue, arg.type) + (arg.is_optional ? ' | null' : ''),
      arg.is_optional,
    ),
  );
  const single =
    rpc.returned_columns.length > 0
      ? object(
          rpc.returned_columns.map((column) =>
            property(column.name, toType(catalogue, column.type), false),
          ),
        )
      : toType(catalogue, rpc.returns);
  return `${comment(rpc.comment)}${rpc.name}: {
    Args: ${rpc.args.length === 0 ? 'never' : object(args)};
    Returns: ${rpc.is_set ? `(${single})[]` : single};
  };`;
}

/** `web/src/lib/database.types.ts`, in the shape that `createClient<Database>()` expects. */
export function renderTypes(catalogue: Catalogue): string {
  const schemas = [...new Set(['public', ...catalogue.relations.map((item) => item.schema)])];
  const bodies = schemas.map((schema) => {
    const relations = catalogue.relations.filter((item) => item.schema === schema);
    const section = (items: string[]) =>
      items.length === 0 ? 'Record<never, never>' : `{ ${items.join('\n')} }`;
    const enums = schema === 'public' ? catalogue.enums : [];
    return `${schema}: {
      Tables: ${section(relations.filter((item) => !item.is_view).map((item) => tableType(catalogue, item)))};
      Views: ${section(relations.filter((item) => item.is_view).map((item) => viewType(catalogue, item)))};
      Functions: ${section(catalogue.rpcs.filter((item) => item.schema === schema).map((item) => rpcType(catalogue, item)))};
      Enums: ${section(enums.map((item) => `${item.name}: ${item.labels.map((label) => `'${label}'`).join(' | ')};`))};
      CompositeTypes: Record<never, never>;
    };`;
  });
  return `// Generated by npm run generate from the database. Edit the migrations, not this file.

export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[];

export interface Database { ${bodies.join('\n')} }

/** A row as \`select('*')\` answers it; computed fields are asked for by name. */
export type Tables<Name extends keyof Database['public']['Tables']> = Omit<
  Database['public']['Tables'][Name]['Row'],
  Database['public']['Tables'][Name]['ComputedFields']
>;
export type Views<Name extends keyof Database['public']['Views']> =
  Database['public']['Views'][Name]['Row'];
export type Enums<Name extends keyof Database['public']['Enums']> =
  Database['public']['Enums'][Name];
`;
}
