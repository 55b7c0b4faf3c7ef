import { askJson } from '#lib/platform/command.ts';

/** What a depot's vans have left on a day; a customer is told no figures. */
export interface DeliveryRoom {
  has_room: boolean;
  short_of?: 'day_is_over' | 'no_van' | 'stops' | 'weight' | 'volume' | 'units' | null;
  vans?: number;
  stops?: number;
  kilograms?: number;
  litres?: number;
  units?: number;
}

type Lines = { product_id: string; quantity: number }[];

export const deliveryRoom = (warehouseId: string, day: string, lines: Lines) =>
  askJson<DeliveryRoom, 'delivery_room'>('delivery_room', {
    warehouse_id: warehouseId,
    requested_on: day,
    lines,
  });

export const myDeliveryRoom = (day: string, lines: Lines) =>
  askJson<DeliveryRoom, 'my_delivery_room'>('my_delivery_room', { requested_on: day, lines });
