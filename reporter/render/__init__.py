"""A Document or findings into HTML, PDF, JSON and text. Never looks at a packet."""
