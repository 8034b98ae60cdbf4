"""The three cleaning steps on single rows: what Spark's stages, the stream and ``gristmill clean`` all call."""
