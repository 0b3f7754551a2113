"""Reading transcripts: bytes to typed records. Standard library only: no Django, no Pillow, no clock, no settings."""
