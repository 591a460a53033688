"""Inside Wireshark, without Lua: a profile, capture interfaces of ours, and live explanation."""
