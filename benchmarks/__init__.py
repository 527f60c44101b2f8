"""How fast and how small the program is, measured on the machine at hand (see README.md)."""
