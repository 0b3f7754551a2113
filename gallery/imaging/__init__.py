"""Pictures: bytes to facts, bytes to thumbnails. Pillow and the standard library only."""
