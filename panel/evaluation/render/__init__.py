"""How results of an evaluation are shown: one sheet of blocks, and one module for each format.

`content` and its siblings turn a result into a `sheet.Sheet`; the formats lay out any sheet and know no
statistics. JSON and JUnit read the result itself.
"""
