from hypothesis import settings

# The first example of a test pays for imports and tables, and the machine is shared: time says nothing here.
settings.register_profile("similarity", deadline=None)
settings.load_profile("similarity")
