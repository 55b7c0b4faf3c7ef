-- Family 08, delivery.

grant execute on function
  private.sees_trip, private.drives_trip, private.delivers_order, private.waits_for_a_van, private.is_load_confirmed, private.counted_for_the_other_side, private.is_ready_to_offload,
  private.what_keeps_trip_open, private.normal_plate, private.has_routes, private.order_of_photo,
  private.is_vehicle_checked, private.has_checklist, private.is_vehicle_check_missing, private.takes_a_code
to authenticated;

select private.let_edit('public.vehicles', 'trips.view', 'trips.edit', '{}',
  'registration', 'name', 'home_warehouse_id', 'capacity_kg', 'capacity_l', 'capacity_units', 'skills', 'shift_start', 'shift_end', 'cost_fixed', 'cost_per_hour', 'cost_per_km', 'is_active');
select private.let_edit('public.variance_codes', 'variances.view', 'settings.manage', '{code}', 'name', 'needs_person', 'is_breakage', 'is_active');
select private.let_edit('public.failure_reasons', 'trips.view', 'settings.manage', '{}', 'name', 'needs_note', 'is_active');
select private.let_edit('public.vehicle_check_items', 'trips.view', 'settings.manage', '{}', 'name', 'place', 'must_be_in_order', 'is_active');
select private.let_edit('public.drivers', 'trips.view', 'trips.edit', '{}', 'membership_id', 'name', 'phone', 'licence_number', 'is_active');

grant select on public.trips, public.trip_stops, public.trip_goods, public.loads, public.load_items, public.offload_documents, public.offload_items to authenticated;
create policy select_readers on public.trips for select to authenticated
using (
  tenant_id = (select private.tenant_id('trips.view'))
  and ((select private.is_unscoped()) or private.sees_trip(id, driver_id, warehouse_id))
);
create policy select_readers on public.trip_stops for select to authenticated
using (
  tenant_id = (select private.tenant_id('trips.view'))
  and ((select private.is_unscoped()) or exists (select from public.trips t where t.tenant_id = trip_stops.tenant_id and t.id = trip_id))
);
create policy select_readers on public.trip_goods for select to authenticated
using (
  tenant_id = (select private.tenant_id('trips.view'))
  and ((select private.is_unscoped()) or exists (select from public.trips t where t.tenant_id = trip_goods.tenant_id and t.id = trip_id))
);
create policy select_readers on public.loads for select to authenticated
using (
  tenant_id = (select private.tenant_id('trips.view'))
  and ((select private.is_unscoped()) or exists (select from public.trips t where t.tenant_id = loads.tenant_id and t.id = trip_id))
);
create policy select_readers on public.load_items for select to authenticated
using (
  tenant_id = (select private.tenant_id('trips.view'))
  and ((select private.is_unscoped()) or exists (select from public.loads l where l.tenant_id = load_items.tenant_id and l.id = load_id))
);
create policy select_readers on public.offload_documents for select to authenticated
using (
  tenant_id = (select private.tenant_id('trips.view'))
  and ((select private.is_unscoped()) or exists (select from public.trips t where t.tenant_id = offload_documents.tenant_id and t.id = trip_id))
);
create policy select_readers on public.offload_items for select to authenticated
using (
  tenant_id = (select private.tenant_id('trips.view'))
  and ((select private.is_unscoped()) or exists (select from public.offload_documents d where d.tenant_id = offload_items.tenant_id and d.id = offload_id))
);

grant select on public.planning_sessions, public.planning_vehicles, public.planning_orders, public.planning_runs, public.planning_changes to authenticated;
create policy select_readers on public.planning_sessions for select to authenticated
using (
  tenant_id = (select private.tenant_id('trips.view'))
  and ((select private.is_unscoped()) or private.sees_trip(null, null, warehouse_id))
);
create policy select_readers on public.planning_vehicles for select to authenticated
using (
  tenant_id = (select private.tenant_id('trips.view'))
  and ((select private.is_unscoped()) or exists (select from public.planning_sessions p where p.tenant_id = planning_vehicles.tenant_id and p.id = planning_session_id))
);
create policy select_readers on public.planning_orders for select to authenticated
using (
  tenant_id = (select private.tenant_id('trips.view'))
  and ((select private.is_unscoped()) or exists (select from public.planning_sessions p where p.tenant_id = planning_orders.tenant_id and p.id = planning_session_id))
);
create policy select_readers on public.planning_runs for select to authenticated
using (
  tenant_id = (select private.tenant_id('trips.view'))
  and ((select private.is_unscoped()) or exists (select from public.planning_sessions p where p.tenant_id = planning_runs.tenant_id and p.id = planning_session_id))
);
create policy select_readers on public.planning_changes for select to authenticated
using (
  tenant_id = (select private.tenant_id('trips.view'))
  and ((select private.is_unscoped()) or exists (select from public.planning_sessions p where p.tenant_id = planning_changes.tenant_id and p.id = planning_session_id))
);

grant select on public.vehicle_checks to authenticated;
create policy select_readers on public.vehicle_checks for select to authenticated
using (
  tenant_id = (select private.tenant_id('trips.view'))
  and ((select private.is_unscoped()) or exists (select from public.trips t where t.tenant_id = vehicle_checks.tenant_id and t.id = trip_id))
);

grant select on public.delivery_code_tries to authenticated;
create policy select_readers on public.delivery_code_tries for select to authenticated
using (
  tenant_id = (select private.tenant_id('trips.view'))
  and ((select private.is_unscoped()) or exists (select from public.trips t where t.tenant_id = delivery_code_tries.tenant_id and t.id = trip_id))
);

grant select on public.vehicle_positions to authenticated;
create policy select_readers on public.vehicle_positions for select to authenticated
using (
  tenant_id = (select private.tenant_id('trips.view'))
  and ((select private.is_unscoped()) or exists (select from public.trips t where t.tenant_id = vehicle_positions.tenant_id and t.id = trip_id))
);

grant select on public.delivery_proofs to authenticated;
create policy select_readers on public.delivery_proofs for select to authenticated
using (
  tenant_id = (select private.tenant_id('orders.view'))
  and ((select private.is_unscoped()) or exists (select from public.orders o where o.tenant_id = delivery_proofs.tenant_id and o.id = order_id))
);

grant select on public.variances to authenticated;
create policy select_readers on public.variances for select to authenticated
using (
  tenant_id = (select private.tenant_id('variances.view'))
  and ((select private.is_unscoped()) or exists (select from public.trips t where t.tenant_id = variances.tenant_id and t.id = trip_id))
);

-- Photos: one folder per company.
create policy mzigo_insert_proofs on storage.objects for insert to authenticated
with check (bucket_id = 'proofs' and (storage.foldername(name))[1] = (select private.tenant_id('deliveries.record'))::text);
create policy mzigo_select_proofs on storage.objects for select to authenticated
using (
  bucket_id = 'proofs' and (storage.foldername(name))[1] = (select private.tenant_id('orders.view'))::text
  -- Whoever is limited sees the photos of the deliveries he sees, and his own, which come before the proof.
  and ((select private.is_unscoped()) or owner_id = (select auth.uid())::text
    or exists (select from public.orders o where o.tenant_id = (select private.tenant_id('orders.view')) and o.id = private.order_of_photo(o.tenant_id, objects.name)))
);
-- Photos of defects lie beside those of deliveries.
create policy mzigo_select_defects on storage.objects for select to authenticated
using (
  bucket_id = 'proofs' and (storage.foldername(name))[1] = (select private.tenant_id('trips.view'))::text
  and exists (select from public.vehicle_checks c where c.tenant_id = (select private.tenant_id('trips.view')) and c.photo_path = objects.name)
);
