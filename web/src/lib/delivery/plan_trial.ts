import type { VroomInput, VroomRoute } from '../../../../solver/mod.ts';

/** What a change of the plan would come to, told before anything is changed. */
export interface Trial {
  cost: number;
  metres: number;
  /** Stops that would be served after the customer's hours. */
  late: number;
}

/** The routes of some vans: places of orders, by the place of the van. */
export type Routes = Map<number, number[]>;

/**
 * What the routes `after` would come to more than those `before`: both are driven by the solver in
 * plan mode. Rests are left out: they change neither way nor cost.
 */
export async function tryOut(problem: VroomInput, before: Routes, after: Routes): Promise<Trial> {
  const [was, would] = await Promise.all([drive(problem, before), drive(problem, after)]);
  return {
    cost: sum(would, (route) => route.cost) - sum(was, (route) => route.cost),
    metres: sum(would, (route) => route.distance ?? 0) - sum(was, (route) => route.distance ?? 0),
    late: sum(would, (route) => route.steps.filter(isLate).length),
  };
}

const isLate = ({ type, violations }: VroomRoute['steps'][number]) =>
  type === 'job' && violations.some(({ cause }) => cause === 'delay');

const sum = (routes: VroomRoute[], figure: (route: VroomRoute) => number) =>
  routes.reduce((total, route) => total + figure(route), 0);

async function drive(problem: VroomInput, routes: Routes): Promise<VroomRoute[]> {
  const vehicles = problem.vehicles.flatMap(({ breaks: _, ...vehicle }) => {
    const stops = routes.get(vehicle.id);
    if (!stops?.length) return [];
    return [{ ...vehicle, steps: stops.map((id) => ({ type: 'job' as const, id })) }];
  });
  if (vehicles.length === 0) return [];
  const { solve } = await import('../../../../solver/mod.ts');
  return (await solve({ ...problem, vehicles, options: { c: true } })).routes;
}
