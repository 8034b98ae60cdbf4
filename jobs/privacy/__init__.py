"""Finds personal data in Chinese and English text and replaces it. Presidio is imported at an Analyzer's first use."""
