"""Audits: does something decide that says nothing about the tool?

    trials = pair_up(golden, named_audits(["hype"]), path)
    answers = await ask_panel(questions(golden, trials), roster)
    report = measure_audits(golden, trials, answers, {"hype": 0.03})

Each audit puts the same case to the same persona twice, as it stands and with one thing changed, and counts
what the change did. `catalogue` names the audits, `changes` makes the changed cases, `pairing` lays out what
is asked, `measuring` counts, `judging` holds the counts to thresholds.
"""
