/** A day of so many jobs on a plane, the same one every time, as the text of a request. */
export function scatteredRequest(jobs: number): string {
  let state = 2024;
  const whole = (below: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return Math.floor((state / 4294967296) * below);
  };
  const points = Array.from({ length: jobs + 1 }, () => [whole(10000), whole(10000)] as const);
  const durations = points.map(([x, y]) =>
    points.map(([a, b]) => Math.round(Math.hypot(x - a, y - b) / 5)),
  );
  const vehicles = Math.ceil(jobs / 12);
  return JSON.stringify({
    vehicles: Array.from({ length: vehicles }, (_, v) => ({
      id: v + 1,
      start_index: 0,
      end_index: 0,
      capacity: [75],
      time_window: [0, 36000],
    })),
    jobs: Array.from({ length: jobs }, (_, j) => ({
      id: j + 1,
      location_index: j + 1,
      delivery: [1 + whole(9)],
      service: 300,
      ...(whole(2) === 0 && { time_windows: [[3600 * whole(7), 3600 * 9]] }),
    })),
    matrices: { car: { durations } },
  });
}
