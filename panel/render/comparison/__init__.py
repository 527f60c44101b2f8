"""The formats a comparison is shown in, on the same lines, escapes and page as a scorecard."""
