"""Numbers of customer service that belong to nobody: what a rule must leave alone."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from random import Random

from bench.privacy.phone_values import digits, mobile
from bench.privacy.values import id_card

_MODELS = (
    "iPhone 15 Pro Max 256GB|小米14 Ultra|华为Mate60Pro|ThinkPad X1 2023|RTX4090|GT-I9300|E5-2680v4|LG27GP950|ZTE A2024"
    "|红米Note12"
)
_WORDS = (
    "一千三百八十万零五百",
    "一三五七九，二四六八十",
    "三点一四一五九二六五三五八九七九",
    "二〇二四年十一月二十二日",
    "一二三四五六七，上山打老虎",
)
_CODE = (
    "x = [1, 3, 8, 0, 0, 1, 3, 8]|for (i=0;i<13800;i++)|std::vector<int> a{15, 20, 24}|git@github.com:a/b.git"
    "|icon@2x.png|rgb(138,001,380)|0x13800138000abc"
)
_PRODUCTS = (
    "微信支付成功|微信小程序V8.0.32|QQ音乐会员30天|支付宝红包200元|微信版本8.0.16.2040|QQ飞车2024赛季|支付宝扣了1299元"
    "|微信转账50000元"
)
_PLATES = "全新X20000|最新A12345款|阿里云A10000套餐|云A套餐|川崎Z900|苏宁A88888活动"
_BIRTHDAYS = "生日快乐！2024年5月3日见|生产日期2023年11月5日|出生证明怎么开|生日礼物5月3日送到|保质期至2025-05-03"


def makers(draw: Random, areas: list[str]) -> dict[str, Callable[[], str]]:
    """By kind, a function that draws one number with the words that tell what it is."""
    r, f, one_of = draw.randint, draw.uniform, draw.choice

    def d(count: int, first: str = "0123456789") -> str:
        return digits(draw, count, first)

    def date() -> str:
        mark = one_of("-/.")
        return f"{r(2015, 2026)}{mark}{r(1, 12):02d}{mark}{r(1, 28):02d} 发货"

    def wrong_id() -> str:
        right = id_card(draw, areas)
        return right[:17] + one_of([c for c in "0123456789X" if c != right[17]])

    def sku() -> str:
        return one_of(["货号", "型号", "SKU：", "商品编号", "款号 "]) + one_of(["", "A", "HW-", "XM"]) + d(r(6, 13))

    def order() -> str:
        said = one_of(["订单号", "订单", "订单编号：", "单号是"])
        return said + one_of([d(18), d(19), d(16), mobile(draw), d(15)])

    def version() -> str:
        said = one_of(["版本", "v", "version ", "升级到", "系统"])
        return f"{said}{r(1, 30)}.{r(0, 20)}.{r(0, 20)}.{r(0, 9)}"

    def timestamp() -> str:
        seconds, thousandths = r(1_500_000_000, 1_800_000_000), r(1_500_000_000_000, 1_800_000_000_000)
        return one_of([f"时间戳{seconds}", f"ts={thousandths}", str(thousandths)])

    price = ["元", ".00元", "块钱", ".5元", "万元", " RMB", "%"]
    return {
        "price": lambda: d(r(1, 8), "123456789") + one_of(price),
        "quantity": lambda: d(r(1, 9), "123456789") + one_of(["个", "件", "台", "人", "积分", "次", "克"]),
        "sku": sku,
        "order": order,
        "date": date,
        "time": lambda: f"{r(0, 23):02d}:{r(0, 59):02d}:{r(0, 59):02d}",
        "version": version,
        "ratio": lambda: f"{r(1, 30)}:{r(1, 30)}，{r(1, 9)}/{r(10, 99)}",
        "model": lambda: one_of(_MODELS.split("|")),
        "coordinates": lambda: f"{f(70, 135):.6f},{f(18, 53):.6f}",
        "timestamp": timestamp,
        "isbn": lambda: one_of(["ISBN 978", "978-7-"]) + d(10),
        "ean": lambda: one_of(["条码", "条形码：", "EAN "]) + d(13, "6"),
        "decimal": lambda: f"{r(0, 9)}.{d(r(8, 18))}",
        "wrong_id": wrong_id,
        "hash": lambda: f"{draw.getrandbits(128):032x}",
        "uuid": lambda: str(uuid.UUID(int=draw.getrandbits(128), version=4)),
        "long": lambda: d(one_of([20, 22, 24, 28]), "123456789"),
        "short": lambda: one_of(["验证码", "尾号", "取件码 "]) + d(one_of([4, 6])),
        "years": lambda: f"{r(1990, 2020)}-{r(2021, 2030)}年",
        "pages": lambda: f"第{r(1, 300)}页，共{r(300, 999)}页",
        "words": lambda: one_of(_WORDS),
        "code": lambda: one_of(_CODE.split("|")),
        "products": lambda: one_of(_PRODUCTS.split("|")),
        "sizes": lambda: f"尺寸{r(10, 300)}*{r(10, 300)}*{r(10, 300)}mm，重{r(100, 9000)}g",
        "scores": lambda: " ".join(str(r(10, 19)) for _ in range(r(5, 9))),
        "plates": lambda: one_of(_PLATES.split("|")),
        "birthdays": lambda: one_of(_BIRTHDAYS.split("|")),
        "link": lambda: f"https://item.example.com/{d(12, '6')}.html?id={d(12, '6')}&spm=a21bo.{d(7)}",
    }
