"""Normalisation, language and quality of text: plain functions over strings."""
