-- Family 01, platform: what policies, defaults and computed fields call.

grant execute on function private.uuid_v7 to authenticated, service_role;
