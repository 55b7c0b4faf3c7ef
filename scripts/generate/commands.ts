import type { Catalogue, Machine, Transition } from './catalogue.ts';

/** Steps that follow from a command given to another document, or from the clock. */
const CONSEQUENCES: Record<string, string> = {
  'order.dispatch': 'dispatch_trip',
  'order.start_delivery': 'start_trip',
  'order.sell': 'sell_from_van',
  'import.finish_check': 'work_import',
  'import.finish': 'work_import',
  'import.take_back': 'work_import',
  'import.finish_undo': 'work_import',
  'import.keep': 'work_import',
  'depot_shift.open': 'post_stock_count',
  'depot_shift.cancel': 'cancel_stock_count',
  'depot_shift.finish': 'post_stock_count',
  'depot_shift.resume': 'cancel_stock_count',
  'invoice.pay': 'allocate_payment',
  'invoice.pay_part': 'allocate_payment',
  'invoice.reopen': 'cancel_payment',
  'invoice.reopen_part': 'cancel_payment',
  'invoice.reopen_late': 'cancel_payment',
  'contract.end': 'run_maintenance',
  'proposal.expire': 'run_maintenance',
  'proposal.supersede': 'send_proposal',
  'invoice.mark_overdue': 'run_maintenance',
  'planning_session.complete': 'record_planning_result',
  'planning_session.fail': 'record_planning_failure',
  'return.credit': 'issue_credit_note',
  'payment.confirm': 'confirm_statement_line',
  'statement_line.unmatch': 'unreconcile_payment',
};

/** The RPC that takes a step; fails when there is none, so that no edge is unreachable unnoticed. */
export function rpcOf(
  catalogue: Catalogue,
  machine: Machine,
  transition: Pick<Transition, 'command'>,
): string {
  const known = new Set(catalogue.rpcs.map((rpc) => rpc.name));
  const step = `${machine.name}.${transition.command}`;
  const candidates = [
    CONSEQUENCES[step],
    `${transition.command}_${machine.name}`,
    transition.command,
  ];
  const found = candidates.find((name) => name !== undefined && known.has(name));
  if (found === undefined) throw new Error(`No RPC takes the step ${step}.`);
  return found;
}

/** Whether the step is a consequence of a command that is given to something else. */
export function isConsequence(machine: Machine, transition: Transition): boolean {
  return `${machine.name}.${transition.command}` in CONSEQUENCES;
}

/** States that nothing leads out of. */
export function terminalStates(machine: Machine): string[] {
  return machine.states.filter((state) => !machine.transitions.some((step) => step.from === state));
}
