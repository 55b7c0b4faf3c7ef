-- Family 01, platform: what policies, defaults and computed fields call.

grant execute on function private.uuid_v7 to authenticated, service_role;
-- Columns and indexes made with them are worked out as whoever writes the row.
grant execute on function private.compile_rule, private.reference_key to authenticated;
-- Commands are served once per key.
grant execute on function private.begin_command, private.end_command to authenticated;
-- Lists are counted as whoever looks at them.
grant execute on function private.list_condition to authenticated;
