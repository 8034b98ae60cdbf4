"""Invented names: one person stays one person, in every form in which a dialogue names them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.privacy.surrogates import is_surrogate
from jobs.privacy.surrogates.people import People, belongs_to_invented, surname_of
from jobs.privacy.surrogates.word_lists import COMMON_SURNAMES, GIVEN_FIRST, GIVEN_SECOND

SALT = b"a salt for tests, and for them only"
SURNAMES = st.sampled_from(["王", "李", "欧阳", "司马", "陈", "覃", "郜"])
GIVEN = st.text("小明大伟芳丽国强静敏", min_size=1, max_size=2)


def people(*names: str, scope: str = "dialogue 7") -> People:
    return People(SALT, scope, names)


def test_one_person_in_every_form() -> None:
    row = people("王小明", "王", "小王", "小明", "李")
    full = row.surrogate("王小明")
    assert len(full) == 3 and full[0] not in "王李"
    assert row.surrogate("王") == full[0]
    assert row.surrogate("小王") == f"小{full[0]}"
    assert row.surrogate("小明") == full[1:]
    assert row.surrogate("李") not in (full[0], "王", "李")


@given(SURNAMES, GIVEN)
def test_forms_agree_and_nothing_of_the_name_is_left(surname: str, given_name: str) -> None:
    name = surname + given_name
    made = people(name, surname).surrogate(name)
    assert made.startswith(people(name, surname).surrogate(surname))
    assert not set(made) & set(name)
    assert is_surrogate("PERSON", made)
    assert len(surname_of(made)) == len(surname)


@given(st.lists(SURNAMES, min_size=1, max_size=5, unique=True), st.permutations(range(5)))
def test_rows_of_one_dialogue_agree_without_asking(surnames: list[str], order: list[int]) -> None:
    """Each row names one person, and so does the row that names all, but for a name that stands there itself."""
    together = people(*surnames)
    for surname in surnames:
        alone = people(surname).surrogate(surname)
        if surname in COMMON_SURNAMES and alone not in surnames:
            assert together.surrogate(surname) == alone


@given(st.lists(st.builds(str.__add__, SURNAMES, GIVEN), min_size=2, max_size=6, unique=True))
def test_two_people_stay_two(names: list[str]) -> None:
    row = people(*names)
    made = [row.surrogate(name) for name in names]
    assert len(set(made)) == len(names)
    assert not set(made) & set(names)


def test_dialogues_do_not_share_names() -> None:
    assert len({people("王小明", scope=f"dialogue {i}").surrogate("王小明") for i in range(20)}) > 15


@pytest.mark.parametrize(
    ("name", "titles"),
    [
        ("John Smith", ()),
        ("Mr. Smith", ("Mr",)),
        ("MARY ANN O'Neill", ()),
        ("约翰·史密斯", ()),
        ("老李", ()),
        ("阿芳", ()),
    ],
)
def test_other_forms(name: str, titles: tuple[str, ...]) -> None:
    made = people(name).surrogate(name)
    assert is_surrogate("PERSON", made) or name[0] in "老阿"
    assert made != name and all(title in made for title in titles)
    assert made.count("·") == name.count("·") and made.count(" ") == name.count(" ")
    if name[:4] == "MARY":
        assert made.split()[0].isupper()


def test_a_part_of_a_latin_name_is_the_same_person() -> None:
    row = people("John Smith", "Smith")
    assert row.surrogate("John Smith").split()[1] == row.surrogate("Mr. Smith").split()[1]


def test_real_names_are_not_taken_for_invented_ones() -> None:
    for name in ("王小明", "李娜", "张伟", "欧阳修", "小王", "John Smith", "约翰·史密斯", "王", ""):
        assert not is_surrogate("PERSON", name), name


def test_a_surname_belongs_to_the_invented_name_beside_it() -> None:
    invented = {f"李{GIVEN_FIRST[0]}{GIVEN_SECOND[0]}"}
    assert belongs_to_invented("李", invented) and belongs_to_invented("小李", invented)
    assert not belongs_to_invented("王", invented)
