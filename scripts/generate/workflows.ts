import type { Catalogue, Machine } from './catalogue.ts';
import { isConsequence, rpcOf, terminalStates } from './commands.ts';
import { code, page, table } from './markdown.ts';

const SEPARATION: Record<string, string> = {
  created_by: 'entered',
  edited_by: 'changed',
  submitted_by: 'submitted',
};

function diagram(machine: Machine): string {
  return [
    '```mermaid',
    'stateDiagram-v2',
    `  [*] --> ${machine.initial}`,
    ...machine.transitions.map((step) => `  ${step.from} --> ${step.to}: ${step.command}`),
    ...terminalStates(machine).map((state) => `  ${state} --> [*]`),
    '```',
  ].join('\n');
}

function separation(columns: string[] | null): string {
  if (columns === null) return '';
  return `who ${columns.map((column) => SEPARATION[column] ?? column).join(' or ')} it may not`;
}

function section(catalogue: Catalogue, machine: Machine): string {
  const rows = machine.transitions.map((step) => [
    code(step.from),
    code(step.command),
    code(step.to),
    code(rpcOf(catalogue, machine, step)) + (isConsequence(machine, step) ? ' (follows)' : ''),
    code(step.permission),
    separation(step.separate_from),
    code(step.event),
  ]);
  const inPlace = machine.in_place.map((step) => [
    code(step.command),
    step.states.map(code).join(', '),
    code(rpcOf(catalogue, machine, step)),
    code(step.permission),
  ]);
  return [
    `## ${machine.name}`,
    `Table ${code(machine.table)}.`,
    diagram(machine),
    table(['From', 'Command', 'To', 'RPC', 'Permission', 'Separation of duties', 'Event'], rows),
    ...(inPlace.length === 0
      ? []
      : ['Commands that keep the state:', table(['Command', 'In', 'RPC', 'Permission'], inPlace)]),
  ].join('\n\n');
}

/** `docs/workflows.md`: one diagram and one table per state machine. */
export function renderWorkflows(catalogue: Catalogue): string {
  return page(
    '# Workflows',
    `Every document with a life has a state machine. The edges are rows of \`private.transitions\`; one guard checks every
write, whoever makes it. A company can switch an edge off, ask another permission, add a condition or ask several
approvers (\`workflow_definitions\`); it cannot add an edge.`,
    `Every step also emits \`<machine>.status_changed\` and \`workflow.transition_executed\`. Steps marked "follows" are
taken by the system as a consequence of the command named there.`,
    ...catalogue.machines.map((machine) => section(catalogue, machine)),
  );
}
