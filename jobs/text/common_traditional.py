"""The traditional characters that rules' own words are written with, as simplified ones: a table of some hundred, where
OpenCC's (``chinese_script``) has thousands and takes its time to load."""

from __future__ import annotations

_PAIRS = (
    "為为個个語语對对無无會会沒没幫帮請请問问題题這这類类種种說说話话實实時时訪访瀏浏覽览權权畫画圖图訂订發发給给應应處处"
    "現现違违協协創创編编寫写繪绘聽听預预測测電电還还學学習习開开與与於于復复辦办夠够譯译滿满執执參参論论議议評评價价繼继續续"
    "並并將将從从後后關关據据過过進进們们達达斷断僅仅儘尽管管讓让點点條条項项步步須须該该當当來来隨随則则雖虽據据須须讓让屬属"
    "機机器器輸输動动務务戶户號号碼码單单數数據据產产業业師师長长國国樣样幾几誰谁裡里嗎吗還还錯错誤误證证書书頁页網网詢询"
)
_TABLE = str.maketrans(_PAIRS[::2], _PAIRS[1::2])


def simplified(text: str) -> str:
    """The text with the traditional characters of the table as simplified ones, character by character."""
    return text.translate(_TABLE)
