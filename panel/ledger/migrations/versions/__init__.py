"""The migrations themselves, one file each, in the order of their numbers."""
