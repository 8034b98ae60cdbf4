"""Chat templates of our own writing, after the formats that model cards publish, and their rendering."""
