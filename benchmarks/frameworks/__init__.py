"""The same panel of four in other frameworks: one program each, run by a Python of its own.

The programs import nothing of this project but `common`, which needs only pydantic: each framework brings
its own versions of everything else.
"""
