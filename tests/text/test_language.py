"""Which language a text is in, by scripts and by the words that sentences are held together by."""

from __future__ import annotations

import pytest

from jobs.text.language import language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("您好，iPhone 15 Pro 有货吗？", "zh"),
        ("請問信用卡要怎麼申請？", "zh"),
        ("The loquat is known as níspero in Spanish, nêspera in Portuguese and biwa (ビワ) in Japanese.", "en"),
        ("Eva Nilsson, accountant, phone 555 1234, lives at 22 Eriksbo Västergärde, Askim in the south.", "en"),
        ("Layla Gairbekov, Accountant, Eriksbo, Suite, Askim, Sweden, Phone, Website, Address, Job.", "en"),
        ("Sur la plateforme, plusieurs manières d'accéder à ces fonctionnalités sont conçues.", "other"),
        ("Die Geschichte Londons beginnt mit der Gründung durch die Römer im ersten Jahrhundert.", "other"),
        ("Kediler mutlu olduklarında mırlarlar çünkü bu onların iletişim kurma biçimidir bence.", "other"),
        ("まずお湯を沸かして、コーヒーの粉をフィルターに入れます。", "other"),
        ("12345 !!!", "unknown"),
    ],
)
def test_the_language_of_a_text(text: str, language: str) -> None:
    assert language_of(text) == language
