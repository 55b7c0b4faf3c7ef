import { readPlanningSession } from '#lib/delivery/planning.ts';
import { recordLoad } from '#lib/records/record.ts';

export const load = recordLoad('planning_session', readPlanningSession);
