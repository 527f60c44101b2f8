"""What the commands of `batch` do: ask, show progress, stop in good order, show what came of it."""
