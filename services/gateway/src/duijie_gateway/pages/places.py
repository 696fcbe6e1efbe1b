"""Names of places as people read them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from duijie_shared.geography import counties

if TYPE_CHECKING:
    from duijie_gateway.pages.messages import Text

PROVINCES_EN = {
    "11": "Beijing", "12": "Tianjin", "13": "Hebei", "14": "Shanxi", "15": "Inner Mongolia", "21": "Liaoning",
    "22": "Jilin", "23": "Heilongjiang", "31": "Shanghai", "32": "Jiangsu", "33": "Zhejiang", "34": "Anhui",
    "35": "Fujian", "36": "Jiangxi", "37": "Shandong", "41": "Henan", "42": "Hubei", "43": "Hunan",
    "44": "Guangdong", "45": "Guangxi", "46": "Hainan", "50": "Chongqing", "51": "Sichuan", "52": "Guizhou",
    "53": "Yunnan", "54": "Xizang", "61": "Shaanxi", "62": "Gansu", "63": "Qinghai", "64": "Ningxia",
    "65": "Xinjiang",
}  # fmt: skip
"""Official English names of the provinces, by the first two digits of their codes."""


@cache
def _provinces_zh() -> dict[str, str]:
    return {county.code[:2]: county.province for county in counties()}


def province_name(code: str, text: Text) -> str:
    """The province of a code of any level; the code itself where it is unknown."""
    zh = _provinces_zh().get(code[:2], code)
    return text.pick(zh, PROVINCES_EN.get(code[:2], zh))


def place_name(code: str | None, text: Text) -> str:
    """A county with its province: 云南省屏边县, or Pingbian Xian, Yunnan."""
    if code is None:
        return text("unknown_place")
    if code not in counties():
        return code
    county = counties().get(code)
    province = province_name(code, text)
    if text.language == "en":
        return f"{county.name_en}, {province}"
    # In a municipality the province is the city; naming it twice says nothing.
    return f"{province}{county.name_zh}" if county.province != county.name_zh else county.name_zh
