"""A batch as people and programs read it: a table with a bar for every panel percentage, in five formats."""
