"""A small data set on disk, and the flow to build it with on the suite's Spark session and Prefect server."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from flows.build import build_dataset
from flows.report import BuildReport
from jobs.lake.layout import Layout
from jobs.lake.versions import history
from jobs.pipeline import STAGES, zone

Chat = dict[str, Any]

# Stages that cost little: enough to order, to reuse and to publish.
FEW = {"collect": None, "split": {"validation": 0.2, "test": 0.1}, "publish": None}
# What no suite may leave out; each expectation more is another query.
CHEAP_SUITE = """
summary:
- {type: expect_column_values_to_be_in_set, kwargs: {column: unaccounted, value_set: [0]}, severity: critical}
rows:
- {type: expect_table_row_count_to_be_between, kwargs: {min_value: 1}, severity: critical}
"""
# Every stage, without the model whose import alone would take longer than the rest of the build.
ALL: dict[str, Any] = dict.fromkeys(STAGES) | {
    "deduplicate_semantic": {"models": {"en": None, "zh": None}},
    "decontaminate": {"protected": [{"name": "exam", "path": "exam.jsonl"}]},
    "split": {"validation": 0.2, "test": 0.2},
}
# Nobody is called so and nothing is reached by these: well-formed, with right check digits where the kind has one.
PERSONAL = {
    "mobile": "13912345678",
    "another mobile": "15087654321",
    "id card": "110105198803071232",
    "bank card": "6222021001112345670",
    "e-mail": "li.xiaoming@example.com",
}
ITEMS = ("羽绒服", "电饭煲", "蓝牙耳机", "儿童书包")
TOPICS = (
    ("请问{}什么时候能发货", "您好，{}会在付款后两天内从仓库发出。"),
    ("我买的{}颜色不对，想换一件", "可以的，请在订单页里申请换货，{}的新货寄出前会通知您。"),
    ("{}能开增值税发票吗", "能开，下单时填写抬头和税号，{}签收后发票会发到您的邮箱。"),
    ("{}坏了保修期是多久", "{}的保修期是一年，人为损坏不在保修范围之内。"),
    ("优惠券买{}的时候用不了", "这张券只能用于自营商品，{}由第三方店铺出售，所以用不了。"),
    ("{}有没有门店可以试一试", "北京和上海的旗舰店里都有{}的样品，营业时间是早上十点到晚上九点。"),
)
LONG = (
    "我上个星期在你们店里买了一台洗碗机，昨天师傅上门安装的时候发现进水管接口和我家的水龙头对不上，师傅说需要另外买一个转接头，"
    "可是页面上写的是免费安装并且包含全部配件，所以我想知道这个转接头的费用应该由谁来承担，另外安装时间能不能改到这个周末"
)
ENGLISH = (
    ("How long does delivery to Norway take?", "Parcels to Norway usually arrive within nine working days."),
    ("Can I pay with two gift cards at once?", "Yes, enter both codes on the payment page, one after the other."),
    ("The zip of my jacket broke after a week.", "We are sorry about that; send us a photo and we will replace it."),
    ("Is the blender dishwasher safe?", "The jug and the lid are, the motor base has to be wiped by hand."),
    ("Where do I find my invoice?", "Open your order and press Download invoice at the bottom of the page."),
    ("Do you ship spare bulbs for the desk lamp?", "We do, look for the part number printed under the lamp's foot."),
)


def chat(question: str, answer: str, **columns: Any) -> Chat:
    """One dialogue of one exchange in the shape of OpenAI's messages; ``columns`` stand beside it."""
    return {"messages": [{"role": "user", "content": question}, {"role": "assistant", "content": answer}], **columns}


def chinese_chats() -> list[Chat]:
    """24 dialogues of which no two say the same."""
    return [chat(question.format(item), answer.format(item)) for question, answer in TOPICS for item in ITEMS]


def personal_chats() -> list[Chat]:
    """Dialogues that hold every value of ``PERSONAL``, in turns, columns and ids alike."""
    return [
        chat(f"我的手机号是{PERSONAL['mobile']}，请尽快联系我", "好的，稍后有专员给您回电话。"),
        chat(f"身份证号{PERSONAL['id card']}，帮我查一下实名认证", "已经为您查到，认证通过了。"),
        chat(f"退款请打到银行卡{PERSONAL['bank card']}", "收到，三个工作日内到账。"),
        chat(f"发票请寄到{PERSONAL['e-mail']}，谢谢", "发票已经寄出，请查收邮件。", agent_note=PERSONAL["mobile"]),
        chat("你们的客服电话打不通怎么办", f"请拨打{PERSONAL['another mobile']}，会有专人接听。"),
        chat("会员积分怎么兑换礼品", "在会员中心里选择礼品，再点兑换就可以。", session_id=PERSONAL["another mobile"]),
    ]


class Mill:
    """One data set's raw files, specification and lake under one folder, and the flow that builds it."""

    def __init__(self, folder: Path, stages: dict[str, Any], name: str = "tiny_shop") -> None:
        self.folder, self.name = folder, name
        self.raw = folder / "raw"
        self.raw.mkdir(parents=True)
        self.layout = Layout((folder / "lake").resolve(), name)
        self.specification = folder / f"{name}.yaml"
        self.values: dict[str, Any] = {
            "name": name,
            "version": "1.0.0",
            "description": "tests' own dialogues of a shop",
            "language": ["zh", "en"],
            "goal": {"capabilities": ["answer what customers ask"]},
            "sources": [{"name": "chats", "kind": "internal", "path": "raw/chats*", "licence": "proprietary"}],
            "stages": stages,
            "exports": [{"format": "chatml"}],
            "lake": {"root": str(self.layout.root)},
        }
        self.specify()

    def specify(self, **values: Any) -> None:
        """Writes the specification with these keys replaced."""
        self.values |= values
        text = yaml.safe_dump(self.values, allow_unicode=True, sort_keys=False)
        self.specification.write_text(text, "utf-8")

    def write_chats(self, chats: list[Chat], name: str = "chats.json") -> Path:
        """A JSON array of dialogues."""
        file = self.raw / name
        file.write_text(json.dumps(chats, ensure_ascii=False, indent=1), "utf-8")
        return file

    def write_suite(self, stage: str, text: str) -> None:
        """A suite of the test's own; the specification names the folder where it wants them."""
        self.suites.mkdir(exist_ok=True)
        (self.suites / f"{stage}.yaml").write_text(text, "utf-8")

    @property
    def suites(self) -> Path:
        """The folder of the test's own suites."""
        return self.folder / "suites"

    def build(self, *settings: str, **options: Any) -> BuildReport:
        """Runs the flow in this process."""
        report: BuildReport = build_dataset(specification=str(self.specification), settings=list(settings), **options)
        return report

    def build_without_spark(self, *settings: str) -> BuildReport:
        """Runs the flow where any stage or gate that has work to do would fail: no such cluster listens."""
        return self.build(*settings, launcher="spark-submit", master="spark://127.0.0.1:1")

    def versions(self) -> dict[str, list[int]]:
        """Stage -> the versions of its table that a stage of ours committed, oldest first."""
        stages = self.values["stages"]
        return {stage: [c.table.version for c in reversed(history(self.table(stage)))] for stage in stages}

    def table(self, stage: str) -> str:
        """The folder of a stage's table."""
        return self.layout.table(stage, zone(stage))

    def released(self) -> list[str]:
        """Released versions, and whatever else lies among them."""
        folder = self.layout.releases
        return sorted(p.name for p in folder.iterdir() if p.is_dir()) if folder.is_dir() else []

    def files_outside_raw(self) -> Iterator[Path]:
        """Every file of the lake that is not in the raw zone."""
        raw = self.layout.root / "raw"
        return (p for p in self.layout.root.rglob("*") if p.is_file() and raw not in p.parents)


def write_everything(mill: Mill) -> None:
    """Three files in three layouts, with all that a stage is there to find."""
    spoilt = [
        chat("包裹丢了怎么赔偿", "抱歉，我无法回答这个问题。"),
        chat("订单什么时候到", "您的订单{order_id}已经发货。"),
        chat("<p>怎么&nbsp;退货</p>", "在订单页里点申请退货,  七天之内都可以。"),
    ]
    similar = [chat(LONG, "转接头由我们承担。"), chat(LONG.replace("昨天", "前天"), "转接头由我们承担。")]
    mill.write_chats([*chinese_chats(), *chinese_chats()[:3], *spoilt, *similar, *personal_chats()])
    lines = [
        json.dumps(chat("怎么注销账号", "在设置里选择账号与安全，再点注销账号。"), ensure_ascii=False),
        f'{{"messages": [{{"role": "user", "content": "我的电话{PERSONAL["mobile"]}',
        json.dumps({"messages": [{"role": "king", "content": f"身份证{PERSONAL['id card']}"}]}, ensure_ascii=False),
        json.dumps(chat("在吗", ""), ensure_ascii=False),
        json.dumps({"phone": PERSONAL["another mobile"]}),
    ]
    (mill.raw / "chats_broken.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    with (mill.raw / "shop_qa.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerows([("query", "reply"), *ENGLISH, ENGLISH[0]])
    fields = {"instruction": "query", "output": "reply"}
    external = {"name": "shop_qa", "kind": "external", "path": "raw/shop_qa.csv", "fields": fields}
    mill.specify(
        sources=[*mill.values["sources"], external | {"licence": "CC-BY-4.0", "expected_volume": 100}],
        acceptance=[{"measure": "rows", "at_least": 20}, {"measure": "english_share", "at_least": 0.1}],
        exports=[{"format": "chatml"}, {"format": "alpaca"}, {"format": "sharegpt"}],
    )


@pytest.fixture(scope="session")
def make_mill(tmp_path_factory: pytest.TempPathFactory, spark: Any, prefect_server: None) -> Callable[[], Mill]:
    """Mills of few stages and cheap gates, each with 14 dialogues of which two are copies."""

    def make() -> Mill:
        mill = Mill(tmp_path_factory.mktemp("small"), dict(FEW))
        chats = chinese_chats()[::2]
        mill.write_chats([*chats, *chats[:2]])
        for stage in FEW:
            mill.write_suite(stage, CHEAP_SUITE)
        mill.specify(gates={"suites": str(mill.suites)})
        return mill

    return make


@pytest.fixture(scope="session")
def whole_mill(tmp_path_factory: pytest.TempPathFactory) -> Mill:
    """Raw files and specification of a data set that meets every stage; nothing is built yet."""
    mill = Mill(tmp_path_factory.mktemp("whole"), dict(ALL))
    write_everything(mill)
    (mill.folder / "exam.jsonl").write_text(json.dumps({"question": ENGLISH[-1][0]}) + "\n", "utf-8")
    return mill


@pytest.fixture(scope="session")
def built(whole_mill: Mill, spark: Any, prefect_server: None) -> tuple[Mill, BuildReport]:
    """The same, built once for all tests that only read."""
    return whole_mill, whole_mill.build()


@pytest.fixture(scope="session")
def personal_values() -> dict[str, str]:
    """Every personal value that the raw files hold, by kind."""
    return PERSONAL
