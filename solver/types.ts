/** VROOM 1.14's JSON, as far as it is read and written here. Units: seconds, metres, [lon, lat]. */

export type LonLat = [number, number];
export type Window = [number, number];

export interface VroomJob {
  id: number;
  description?: string;
  location?: LonLat;
  location_index?: number;
  setup?: number;
  service?: number;
  delivery?: number[];
  pickup?: number[];
  amount?: number[];
  skills?: number[];
  priority?: number;
  time_windows?: Window[];
}

export interface VroomShipmentStep {
  id: number;
  description?: string;
  location?: LonLat;
  location_index?: number;
  setup?: number;
  service?: number;
  time_windows?: Window[];
}

export interface VroomShipment {
  pickup: VroomShipmentStep;
  delivery: VroomShipmentStep;
  amount?: number[];
  skills?: number[];
  priority?: number;
}

export interface VroomBreak {
  id: number;
  time_windows?: Window[];
  service?: number;
  description?: string;
  max_load?: number[];
}

export interface VroomVehicleStep {
  type: 'start' | 'end' | 'job' | 'pickup' | 'delivery' | 'break';
  id?: number;
  service_at?: number;
  service_after?: number;
  service_before?: number;
}

export interface VroomVehicle {
  id: number;
  profile?: string;
  description?: string;
  start?: LonLat;
  start_index?: number;
  end?: LonLat;
  end_index?: number;
  capacity?: number[];
  costs?: { fixed?: number; per_hour?: number; per_km?: number };
  skills?: number[];
  time_window?: Window;
  breaks?: VroomBreak[];
  speed_factor?: number;
  max_tasks?: number;
  max_travel_time?: number;
  max_distance?: number;
  steps?: VroomVehicleStep[];
}

export interface VroomMatrices {
  durations?: number[][];
  distances?: number[][];
  costs?: number[][];
}

export interface VroomInput {
  jobs?: VroomJob[];
  shipments?: VroomShipment[];
  vehicles: VroomVehicle[];
  matrices?: Record<string, VroomMatrices>;
  /** Deprecated by VROOM: the durations of the profile `car`. */
  matrix?: number[][];
  /** vroom-express' options: `g` geometry, `c` plan mode, `l` seconds of budget. */
  options?: { g?: boolean; c?: boolean; l?: number; [other: string]: unknown };
}

export type ViolationCause =
  | 'lead_time'
  | 'delay'
  | 'load'
  | 'max_tasks'
  | 'skills'
  | 'precedence'
  | 'missing_break'
  | 'max_travel_time'
  | 'max_distance'
  | 'max_load';

export interface Violation {
  cause: ViolationCause;
  duration?: number;
}

export interface VroomStep {
  type: 'start' | 'end' | 'job' | 'pickup' | 'delivery' | 'break';
  description?: string;
  location?: LonLat;
  location_index?: number;
  id?: number;
  setup: number;
  service: number;
  waiting_time: number;
  /** Deprecated by VROOM, still written: the id of a task. */
  job?: number;
  load?: number[];
  arrival: number;
  duration: number;
  violations: Violation[];
  distance?: number;
}

export interface VroomRoute {
  vehicle: number;
  cost: number;
  description?: string;
  delivery?: number[];
  amount?: number[];
  pickup?: number[];
  setup: number;
  service: number;
  duration: number;
  waiting_time: number;
  priority: number;
  distance?: number;
  steps: VroomStep[];
  violations: Violation[];
  geometry?: string;
}

export type Reason =
  | 'skills'
  | 'capacity'
  | 'max_tasks'
  | 'unreachable'
  | 'max_distance'
  | 'max_travel_time'
  | 'time window'
  | 'shift'
  | 'no vehicle'
  | 'no room left';

export interface VroomUnassigned {
  id: number;
  type: 'job' | 'pickup' | 'delivery';
  description?: string;
  location?: LonLat;
  location_index?: number;
  /** Absent in plan mode, where a task is left out because no `steps` name it. */
  reason?: Reason;
}

export interface VroomSummary {
  cost: number;
  routes: number;
  unassigned: number;
  delivery?: number[];
  amount?: number[];
  pickup?: number[];
  setup: number;
  service: number;
  duration: number;
  waiting_time: number;
  priority: number;
  distance?: number;
  violations: Violation[];
  computing_times: { loading: number; solving: number; routing?: number };
}

export interface VroomSolution {
  code: 0;
  summary: VroomSummary;
  unassigned: VroomUnassigned[];
  routes: VroomRoute[];
}

export interface VroomFailure {
  code: 1 | 2 | 3 | 4;
  error: string;
}
