"""``python data_health_check.py --dataset your_dataset.json``; see ``jobs/tools/health.py``."""

import sys

from jobs.tools.health import main

if __name__ == "__main__":
    sys.exit(main())
