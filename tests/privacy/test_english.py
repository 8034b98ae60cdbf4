"""Names, addresses and places in English text."""

from __future__ import annotations

import pytest

from jobs.privacy.analyzer import Analyzer
from jobs.privacy.english.words import classes_of, is_place

ANALYZER = Analyzer(languages=("en",))
ON_REQUEST = Analyzer(("LOCATION", "ORGANIZATION", "DOMAIN_NAME"), languages=("en",))


def found(text: str, entity: str, analyzer: Analyzer = ANALYZER) -> list[str]:
    return [text[s.start : s.end] for s in analyzer.analyze(text) if s.entity == entity]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Natalia sold clips to Kenneth Brown.", ["Natalia", "Kenneth Brown"]),
        ("Yesterday I met Szabina J. Gelencsér at work", ["Szabina J. Gelencsér"]),
        ("My brother Zorblaxius lives here", ["Zorblaxius"]),
        ("this was written by María de la Cruz.", ["María de la Cruz"]),
        ("Maria's mother called", ["Maria"]),
        ("J. K. Rowling wrote it", ["J. K. Rowling"]),
        ("please cancel the booking under the name fermina bellow", ["fermina bellow"]),
        ("follow up with patricia desrosiers tomorrow", ["patricia desrosiers"]),
        ("Fermina Bellow", ["Fermina Bellow"]),
        ("Will Smith will May come?", ["Will Smith"]),
        ("my name is jean-luc moreau and i wait", ["jean-luc moreau"]),
        ("booking under the name delgado, two adults", ["delgado"]),
        ("it was john smith who picked it up", ["john smith"]),
        ("cancel the table for mark davies at 7", ["mark davies"]),
        ("please text dave that i am late", ["dave"]),
        ("Please text dave that I am late. Thanks", ["dave"]),
        ("mr. burke and dr wells called", ["burke", "wells"]),
        ("safford", ["safford"]),
        ("hi vinicio, any news?", ["vinicio"]),
        ("my gf jess pays", ["jess"]),
        ("Cheers,\nsteve", ["steve"]),
        ("hello, this is rose from accounts", ["rose"]),
        ("My name's May Lin.", ["May Lin"]),
        ("Name on the card: ROBERT T. HENDERSON", ["ROBERT T. HENDERSON"]),
        ("Patient: Arjun K. Menon", ["Arjun K. Menon"]),
        ("From: Nikolai Petrov\nTo: Paris", ["Nikolai Petrov"]),
        ("Copy my accountant, Tendai Moyo?", ["Tendai Moyo"]),
        ("Hi, it's Mark, you know me. @Grace is here", ["Mark", "Grace"]),
        ("Rose here again", ["Rose"]),
        ("客服Michael Wong你好", ["Michael Wong"]),
    ],
)
def test_names_in_running_text(text: str, names: list[str]) -> None:
    assert found(text, "PERSON") == names


@pytest.mark.parametrize(
    "text",
    [
        "Victoria Falls and Lake Victoria are in Africa",
        "The Hawkins, Richardson and Santana Orchestra",
        "I moved to Florence in May, and will return on Monday",
        "What is the capital of Jordan?",
        "Please Cancel My Order. Thanks",
        "My IBAN is not here and the ATM ate my card",
        "Chapter 3 of the Python Handbook",
        "class Node(Base): return self.Mark",
        "I AM VERY ANGRY WITH YOUR SERVICE",
        "My Klarna payment failed. Can Ipay with it? Will Klarna refund me?",
        "can you set a reminder for the meeting on friday",
        "my name is spelled wrong, call me asap",
        "the app said that i can have a line per day",
        "we fly to orlando and stay at gail's on st james street",
        "the product name is zorblax. i am rich",
        "This is Urgent, I am Very Disappointed",
        "McDonald's is closed, so is Amy's Baking Company",
        "Does Ikea still make the Billy shelf, or the Pro Max?",
        "From: London\nTo: Paris",
    ],
)
def test_what_is_no_name(text: str) -> None:
    assert found(text, "PERSON") == []


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("I live at 742 Evergreen Terrace, Springfield, IL 62704 now", "742 Evergreen Terrace, Springfield, IL 62704"),
        ("ship to 12B Baker Street, London NW1 6XE please", "12B Baker Street, London NW1 6XE"),
        ("Our office: Via Tasso 129", "Via Tasso 129"),
        ("Wohne in der Hauptstraße 5 seit Jahren", "Hauptstraße 5"),
        ("my address is Dunajska 56", "Dunajska 56"),
        ("write to P.O. Box 1234, Austin, TX 78701", "P.O. Box 1234, Austin, TX 78701"),
        ("PSC 4574, Box 8393\nAPO AA 81998", "PSC 4574, Box 8393\nAPO AA 81998"),
        ("my zip code is 90210", "90210"),
        ("36 rue de Pologne", "36 rue de Pologne"),
        ("i live at 221 baker street", "221 baker street"),
        ("my address is 18 elm grove, bristol bs6 5ad ok", "18 elm grove, bristol bs6 5ad"),
        (
            "We moved to 14/2, 5th Cross, Indiranagar, Bengaluru 560038.",
            "14/2, 5th Cross, Indiranagar, Bengaluru 560038",
        ),
        ("1200 5th Avenue, Suite 300\nNew York, NY 10029 now", "1200 5th Avenue, Suite 300\nNew York, NY 10029"),
        ("at 5 Orchard Close, Bath BA2 4QT please", "5 Orchard Close, Bath BA2 4QT"),
        ("to The Old Rectory, Church Lane, Ludlow SY8 1AA", "The Old Rectory, Church Lane, Ludlow SY8 1AA"),
        (
            "Send to Henry Castillo, 4021 Oak Ridge Drive, Austin, Texas 78704",
            "4021 Oak Ridge Drive, Austin, Texas 78704",
        ),
    ],
)
def test_addresses(text: str, address: str) -> None:
    assert found(text, "ADDRESS") == [address]


@pytest.mark.parametrize(
    "text",
    [
        "During 1971, sales rose by 12 percent",
        "It took 3 days in the drive to the court",
        "Windows 11 and Office 365",
        "She bought 5 Red Apples and 7 Green Pears",
        "Step 4\nChapter 12\nPage 300\n",
        "def f(x): return x[1] + y[2]",
    ],
)
def test_what_is_no_address(text: str) -> None:
    assert found(text, "ADDRESS") == []


def test_places_and_organisations_are_found_on_request_only() -> None:
    text = "I work for Acme Robotics Inc. in Lisbon, see https://www.acme-robotics.com/jobs"
    assert not ANALYZER.analyze(text)
    assert found(text, "LOCATION", ON_REQUEST) == ["Lisbon"]
    assert found(text, "ORGANIZATION", ON_REQUEST) == ["Acme Robotics Inc."]
    assert found(text, "DOMAIN_NAME", ON_REQUEST) == ["https://www.acme-robotics.com/jobs"]


def test_the_lexicon_tells_classes_however_a_word_is_written() -> None:
    assert "G" in classes_of("JOHN")
    assert classes_of("Krisztián") == classes_of("krisztian") != ""
    assert "g" in classes_of("Jean-Luc").lower()
    assert classes_of("Zorblaxsson") == "s", "an ending of surnames"
    assert classes_of("Monday") == "c"
    assert is_place("New Zealand")
    assert not is_place("Kitchen")


@pytest.mark.parametrize(
    "seed", ["A", "Ab ", "John ", "12 ", "Aa.", "a'", "St 1 ", "\n1 A", "Ann, ", "my name is ", "is in A"]
)
def test_no_text_takes_long(seed: str) -> None:
    # Seconds for what takes milliseconds: a square of the length would take hours.
    ANALYZER.analyze(seed * 20_000)
