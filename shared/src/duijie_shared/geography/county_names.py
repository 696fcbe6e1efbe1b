"""How people shorten the names of counties."""

from __future__ import annotations

import re

_PEOPLES = (
    "蒙古|回|藏|维吾尔|苗|彝|壮|布依|朝鲜|满|侗|瑶|白|土家|哈尼|哈萨克|傣|黎|傈僳|佤|畲|拉祜|水|东乡|纳西|景颇|柯尔克孜|土|达斡尔|仫佬|羌|"
    "布朗|撒拉|毛南|仡佬|锡伯|塔吉克|怒|鄂温克|德昂|保安|裕固|独龙|鄂伦春|普米"
)
_WHOLE = re.compile(
    rf"(?P<short>.{{2,}}?)(?:(?P<own>(?:(?:{_PEOPLES})族?)*族?自治|各族自治)(?P<kind>[县旗])|[县区市旗]|特区|林区|新区)"
)


def short_names(name: str) -> tuple[str, ...]:
    """A county's name as people shorten it: 威宁, 威宁县 and 威宁自治县; none where one character would be left (赵县)."""
    match = _WHOLE.fullmatch(name)
    if match is None:
        return ()
    short = match["short"]
    return (short, short + match["kind"], f"{short}自治{match['kind']}") if match["own"] else (short,)
