-- Family 01, platform: what policies, defaults and computed fields call.

grant execute on function private.uuid_v7 to authenticated, service_role;
-- Commands are served once per key.
grant execute on function private.begin_command, private.end_command to authenticated;
