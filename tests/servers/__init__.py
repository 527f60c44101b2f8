"""Servers to be wrong in every way: wires in memory, a fault server of our own, and foreign ones to start."""
