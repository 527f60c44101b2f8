"""What comes in: submissions become tools, persona files become personas.

Everything here was written by somebody else. It is checked in full before anything is called, and all
problems of a document are reported at once.
"""

from __future__ import annotations

from panel.intake.schema import submission_schema
from panel.intake.submission import Intake, load_tool, read_submission, submission_of, tool_of

__all__ = ["Intake", "load_tool", "read_submission", "submission_of", "submission_schema", "tool_of"]
