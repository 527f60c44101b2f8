"""The JSON Schema of a comparison; `panel.render.json.render_json` writes the comparison itself."""

from __future__ import annotations

from typing import Any

from panel.comparison import Comparison
from panel.value import published


def comparison_schema() -> dict[str, Any]:
    """Describe what `render_json` writes for a comparison, as JSON Schema draft 2020-12."""
    return published("comparison", Comparison.model_json_schema(by_alias=True, mode="serialization"))
