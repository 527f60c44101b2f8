"""A review panel for AI and developer tools: four personas, one scorecard."""
