-- Family 13, registries: search. It runs with the rights of whoever asks, so that he finds what he sees.

grant execute on function public.find_numbers, private.find_numbers, private.number_candidates, private.reference_key, private.customers_meant, private.normal_plate, public.find_vehicles, private.find_vehicles to authenticated;
