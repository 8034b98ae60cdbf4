"""Numbers and accounts that belong to a person: rules, and what tells them from numbers that belong to nobody."""
