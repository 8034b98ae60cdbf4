"""Worked examples: outsiders that make raw input and judge output; product code never imports them."""
