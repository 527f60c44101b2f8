"""Audits: does something decide that says nothing about the tool?

Each audit puts the same case to the same persona twice, as it stands and with one thing changed, and counts
what the change did. `catalogue` names the audits, `changes` makes the changed cases, `pairing` lays out what
is asked, `measuring` counts, `judging` holds the counts to thresholds.
"""
