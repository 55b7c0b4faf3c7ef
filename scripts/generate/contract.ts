import { readConfig } from '../../supabase/stack/config.ts';
import { EXPOSED_SCHEMAS, type Catalogue, type ExposedSchema, type Rpc } from './catalogue.ts';
import { rpcOf, terminalStates } from './commands.ts';
import { SQLSTATES } from './sqlstates.ts';

function columns(list: { name: string; type: string }[]): Record<string, string> {
  return Object.fromEntries(list.map((column) => [column.name, column.type]));
}

function returned(rpc: Rpc): string {
  if (rpc.returned_columns.length > 0) {
    return `table(${rpc.returned_columns.map((column) => `${column.name} ${column.type}`).join(', ')})`;
  }
  return rpc.is_set ? `setof ${rpc.returns}` : rpc.returns;
}

function schema(catalogue: Catalogue, name: ExposedSchema) {
  const relations = catalogue.relations.filter((relation) => relation.schema === name);
  const shapes = (isView: boolean) =>
    Object.fromEntries(
      relations
        .filter((relation) => relation.is_view === isView)
        .map((relation) => [relation.name, { columns: columns(relation.columns) }]),
    );
  return {
    tables: shapes(false),
    views: shapes(true),
    rpcs: Object.fromEntries(
      catalogue.rpcs
        .filter((rpc) => rpc.schema === name)
        .map((rpc) => [rpc.name, { args: columns(rpc.args), returns: returned(rpc) }]),
    ),
  };
}

/** `contract.json`: what tools outside this repository rely on, so that they can follow renames. */
export async function renderContract(catalogue: Catalogue): Promise<string> {
  const { functions } = await readConfig();
  const contract = {
    version: 1,
    schemas: Object.fromEntries(EXPOSED_SCHEMAS.map((name) => [name, schema(catalogue, name)])),
    machines: Object.fromEntries(
      catalogue.machines.map((machine) => [
        machine.name,
        {
          table: machine.table,
          initial: machine.initial,
          terminal: terminalStates(machine),
          states: machine.states,
          transitions: machine.transitions.map((step) => ({
            from: step.from,
            command: step.command,
            rpc: rpcOf(catalogue, machine, step),
            to: step.to,
            permission: step.permission,
            event: step.event,
          })),
        },
      ]),
    ),
    roles: Object.fromEntries(
      catalogue.roles.map((role) => [
        role,
        catalogue.role_permissions
          .filter((right) => right.role === role)
          .map((right) => right.permission),
      ]),
    ),
    errors: Object.fromEntries(catalogue.errors.map((error) => [error.key, error.status])),
    sqlstates: Object.fromEntries(SQLSTATES.map((state) => [state.code, state.status])),
    events: catalogue.events,
    queues: catalogue.queues,
    functions: Object.fromEntries(
      Object.keys(functions)
        .sort()
        .map((name) => [name, { verify_jwt: functions[name]?.verify_jwt }]),
    ),
  };
  return JSON.stringify(contract, null, 2);
}
