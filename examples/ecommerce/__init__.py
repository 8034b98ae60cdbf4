"""The e-commerce customer-service example: seeded raw logs, templates, and a score against what was spoilt."""
