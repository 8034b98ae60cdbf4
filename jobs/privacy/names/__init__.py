"""Names of people in Chinese text, in Chinese, foreign and Latin letters."""
