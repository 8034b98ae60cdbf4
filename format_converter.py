"""``python format_converter.py --input raw_data.csv --format alpaca``; see ``jobs/tools/convert.py``."""

import sys

from jobs.tools.convert import main

if __name__ == "__main__":
    sys.exit(main())
