"""What the commands of `eval` do: find their input, ask the panel, show what came of it."""
