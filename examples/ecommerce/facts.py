"""What is true in one scene: product, order, places, dates, sums. Patterns name these facts as ``$name``."""

from __future__ import annotations

import random
from typing import Any

from examples.ecommerce.grammar import load_yaml

_WORDS = load_yaml("facts.yaml")


def draw_facts(rng: random.Random, category: dict[str, Any], product: str, language: str) -> dict[str, str]:
    """Facts of one scene about ``product`` of ``category`` (its look, spec, bad, advice), in "zh" or "en"."""
    facts = _sums(rng)
    facts["product"] = product
    facts["look"] = rng.choice(category["look"])
    facts["spec"], facts["spec2"] = rng.sample(category["spec"], 2)
    facts["bad"] = rng.choice(category["bad"])
    facts["adq"], facts["ada"] = rng.choice(category["advice"])
    facts |= _chinese(rng, product) if language == "zh" else _english(rng)
    return facts


def _sums(rng: random.Random) -> dict[str, str]:
    price = rng.randint(29, 3999)
    diff = rng.randint(5, max(6, price // 4))
    low, high = sorted(rng.sample(range(2, 16), 2))
    numbers = {
        "price": price,
        "price2": price - diff,
        "diff": diff,
        "coupon_amt": rng.choice((5, 8, 10, 15, 18, 20, 25, 30, 40, 50, 60, 66, 80, 88, 100)),
        "yun": rng.randint(3, 38),
        "points": rng.randint(80, 9800),
        "num": rng.randint(16, 320),
        "dim": rng.randint(18, 120),
        "dim2": rng.randint(8, 75),
        "kg": rng.randint(2, 48),
        "qty": rng.randint(2, 9),
        "hours": rng.choice((2, 4, 6, 12, 24, 36, 48, 72)),
        "term": rng.randint(2, 23),
        "tax": rng.randint(11, 460),
        "days": rng.randint(low, high),
    }
    facts = {name: str(value) for name, value in numbers.items()}
    facts["amt"] = facts["coupon_amt"]
    return facts


def _chinese(rng: random.Random, product: str) -> dict[str, str]:
    words = _WORDS["zh"]
    month, day = rng.randint(1, 11), rng.randint(1, 22)
    later = day + rng.randint(2, 6)
    courier = rng.choice(words["couriers"])
    pay, pay2 = rng.sample(words["payments"], 2)
    device, device2 = rng.sample(words["devices"], 2)
    form = rng.choice(("{}月{}号", "{}月{}日", "{}.{}"))
    brand = rng.choice(words["brands"])
    return {
        "item": rng.choice((f"{brand}{product}", f"{brand}的{product}", f"{brand}牌{product}", product)),
        "shop": rng.choice(words["brands"]) + rng.choice(("旗舰店", "官方店", "专营店", "生活馆", "小铺")),
        "city": rng.choice(words["cities"]),
        "city2": rng.choice(words["hubs"]),
        "courier": courier,
        "order": rng.choice(("DD", "E", "TB", "NO", "M")) + f"2026{month:02d}{day:02d}{rng.randint(10**5, 10**6 - 1)}",
        "parcel": rng.choice(("SF", "YT", "ZT", "JT", "DP")) + str(rng.randint(10**12, 10**13 - 1)),
        "date": form.format(month, day),
        "date2": form.format(month, later),
        "time": rng.choice(words["times"]),
        "rel": rng.choice(words["relatives"]),
        "fest": rng.choice(words["festivals"]),
        "pay": pay,
        "pay2": pay2,
        "place": rng.choice(words["places"]),
        "level": rng.choice(words["levels"]),
        "device": device,
        "device2": device2,
        "country": rng.choice(words["countries"]),
        "note": rng.choice(words["notes"]),
        "title": rng.choice(words["brands"]) + rng.choice(words["titles"]),
        "coupon": f"满{rng.choice((99, 129, 199, 299, 399, 499, 599))}减{rng.choice((10, 20, 30, 40, 50, 60))}",
    }


def _english(rng: random.Random) -> dict[str, str]:
    words = _WORDS["en"]
    month, day = rng.choice(words["months"]), rng.randint(1, 20)
    pay, pay2 = rng.sample(words["payments"], 2)
    city, city2 = rng.sample(words["cities"], 2)
    return {
        "city": city,
        "city2": rng.choice((rng.choice(words["hubs"]), city2)),
        "country": rng.choice(words["countries"]),
        "rel": rng.choice(words["relatives"]),
        "fest": rng.choice(words["festivals"]),
        "pay": pay,
        "pay2": pay2,
        "device": rng.choice(words["devices"]),
        "place": rng.choice(words["places"]),
        "note": rng.choice(words["notes"]),
        "date": f"{month} {day}",
        "date2": f"{month} {day + rng.randint(3, 9)}",
        "order": f"GM-{rng.randint(10**5, 10**6 - 1)}",
    }
