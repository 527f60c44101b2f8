"""The formats a scorecard is shown in, one module each.

A renderer receives a finished value and nothing else: it reads no file, calls no model and counts no
vote. Every string it is given is untrusted and is made inert for its own sink.
"""
