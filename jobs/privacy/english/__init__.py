"""Personal data in English text."""
