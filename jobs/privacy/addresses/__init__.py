"""Postal addresses in Chinese text."""
