"""The first page in a real browser: log in, read, filter, switch language, by keyboard alone, on a telephone."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

if TYPE_CHECKING:
    from local_stack import RunningStack

pytestmark = [pytest.mark.browser, pytest.mark.stack]

OpenPage = Callable[..., Page]
LogIn = Callable[[Page], Page]


def rows(page: Page) -> int:
    """How many matches the page shows."""
    return page.locator("tbody tr").count()


def test_a_key_logs_in_and_the_list_is_read(open_page: OpenPage, log_in: LogIn) -> None:
    """Matches with their reasons, score parts, designation marks with words, and totals."""
    page = log_in(open_page())
    expect(page.get_by_role("heading", level=1)).to_have_text("优先撮合清单")
    assert rows(page) > 5
    first = page.get_by_role("row").nth(1)
    expect(first.get_by_role("rowheader")).to_contain_text(re.compile("吨|公斤"))
    expect(first.locator(".reasons li").first).not_to_be_empty()
    expect(first.get_by_role("img")).to_have_attribute("aria-label", re.compile("得分构成"))
    assert page.locator("rect.part").first.evaluate("part => part.getBoundingClientRect().width") > 0
    marks = page.locator("td .star")
    assert marks.count() > 0
    expect(marks.first).to_contain_text("★")
    expect(marks.first).to_contain_text("贫困县")
    for total in page.locator(".totals dd").all_inner_texts():
        assert re.match(r"[\d,.]+", total)


def test_a_wrong_key_is_told_so(open_page: OpenPage) -> None:
    """In words that a screen reader reads out, without what was typed."""
    page = open_page(expecting="401")
    page.goto("/login")
    page.get_by_label("密钥").fill("dj_" + "A" * 43)
    page.locator("main button[type=submit]").click()
    expect(page.get_by_role("alert")).to_have_text("密钥无效或已被撤销。")
    expect(page.get_by_label("密钥")).to_have_value("")


def test_a_name_and_password_log_in(open_page: OpenPage, market: RunningStack) -> None:
    """A wrong password is told in words first."""
    market.duijie("users", "create", "王小明", stdin="eleven blue tractors\n")
    page = open_page(expecting="401")
    page.goto("/login")
    for password in ("twelve blue tractors", "eleven blue tractors"):
        page.get_by_label("名称").fill("王小明")
        page.get_by_label("口令").fill(password)
        page.locator("main button[type=submit]").click()
        if password.startswith("twelve"):
            expect(page.get_by_role("alert")).to_have_text("名称或口令不正确。")
    expect(page).to_have_url("/")


def test_filters_narrow_the_list(open_page: OpenPage, log_in: LogIn) -> None:
    """By product with both its names, by province, by designation and by score, together and cleared."""
    page = log_in(open_page())
    everything = page.locator(".count").inner_text()
    page.get_by_label("产品").select_option("potato")
    expect(page.get_by_label("产品").locator("option:checked")).to_have_text(re.compile("马铃薯.*Potato"))
    page.get_by_role("button", name="筛选").click()
    assert rows(page) > 0
    assert set(page.locator("th.what > a").all_inner_texts()) == {"马铃薯"}
    page.get_by_label("只看名录县").check()
    page.get_by_role("button", name="筛选").click()
    assert page.locator("tbody tr").count() == page.locator("tbody tr:has(td .star)").count()
    page.get_by_label("供应地").select_option(index=1)
    page.get_by_label("最低得分").fill("0")
    page.get_by_role("button", name="筛选").click()
    expect(page.get_by_label("产品")).to_have_value("potato")
    page.get_by_role("link", name="清除").click()
    expect(page.locator(".count")).to_have_text(everything)


def test_the_language_is_switched_and_remembered(open_page: OpenPage, log_in: LogIn) -> None:
    """On the page as it stands, with its filter; and a browser that prefers English starts in it."""
    page = log_in(open_page())
    page.goto("/?kind=plan")
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Prioritised matches")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_label("Kind")).to_have_value("plan")
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Prioritised matches")
    page.get_by_role("link", name="中文").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("优先撮合清单")
    english = open_page(locale="en-GB")
    english.goto("/")
    expect(english.get_by_role("heading", level=1)).to_have_text("Staff log-in")


def test_a_match_explains_itself(open_page: OpenPage, log_in: LogIn) -> None:
    """Its parts add up to its score, with prices, both sides and versions."""
    page = log_in(open_page())
    score = page.locator("td.score .score-number").first.inner_text()
    page.locator("th.what > a").first.click()
    points = [float(text) for text in page.locator(".parts tbody td:last-child").all_inner_texts()]
    assert f"{sum(points):.2f}" == score
    expect(page.locator(".parts tfoot td")).to_have_text(score)
    expect(page.locator(".numbers")).to_contain_text("到货成本")
    page.get_by_role("link", name="返回清单").click()
    expect(page).to_have_url("/")


def test_everything_is_reached_by_keyboard(open_page: OpenPage, staff_key: str) -> None:
    """From the log-in to a filtered list and a match's details, with the focus always seen."""
    page = open_page()
    page.goto("/")
    expect(page.get_by_label("名称")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_label("密钥")).to_be_focused()
    page.keyboard.type(staff_key)
    page.keyboard.press("Enter")
    expect(page).to_have_url("/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="跳到主要内容")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    tab_to(page, "#product")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    tab_to(page, "form.filters button")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("product="))
    tab_to(page, "th.what > a")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="理由")).to_be_visible()


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the first element of `selector` has the focus; each stop on the way shows it."""
    for _ in range(60):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        shown = focused.evaluate("e => getComputedStyle(e).outlineStyle")
        assert shown != "none", focused.evaluate("e => e.outerHTML")
        if focused.evaluate("(e, selector) => e === document.querySelector(selector)", selector):
            return
    raise AssertionError(f"{selector} is not reached by Tab")


@pytest.mark.parametrize("locale", ["zh-CN", "en-GB"])
def test_the_page_is_readable_on_a_telephone(open_page: OpenPage, log_in: LogIn, locale: str) -> None:
    """At 360 px nothing runs out of the side, and every match still has its parts."""
    page = log_in(open_page(locale=locale, width=360, height=740))
    for path in ("/", None, "/docs"):
        if path is None:
            page.goto("/")
            page.locator("th.what > a").first.click()
        else:
            page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, page.url
    page.goto("/")
    first = page.get_by_role("row").nth(1)
    for part in (".what", ".way", ".prices", ".score", ".reasons"):
        expect(first.locator(part)).to_be_visible()


def test_without_script_everything_but_the_notice_works(open_page: OpenPage, log_in: LogIn) -> None:
    """The page is made by the server."""
    page = log_in(open_page(java_script_enabled=False))
    page.get_by_label("类别").select_option("plan")
    page.get_by_role("button", name="筛选").click()
    expect(page).to_have_url(re.compile("kind=plan"))
    assert page.locator(".badge-plan").count() > 0


def test_news_are_noticed_on_the_open_page(open_page: OpenPage, log_in: LogIn, market: RunningStack) -> None:
    """An order is withdrawn elsewhere; the open page says that something changed, and shows it when asked."""
    page = log_in(open_page())
    expect(page.get_by_role("status").get_by_role("link")).to_have_count(0)
    offer = page.evaluate("fetch('/v1/matches?limit=1').then(answer => answer.json())")["items"][0]["offer"]
    withdraw(market, offer)
    notice = page.get_by_role("status").get_by_role("link")
    expect(notice).to_contain_text(re.compile(r"有 \d+ 条新变化"))
    notice.click()
    expect(page.get_by_role("status").get_by_role("link")).to_have_count(0)
    assert offer not in page.evaluate("fetch('/v1/matches?limit=200').then(answer => answer.text())")


def withdraw(market: RunningStack, offer: str) -> None:
    """Withdraw an offer with its own party's key."""
    with market.client() as staff:
        posted = staff.get(f"/v1/offers/{offer}").json()
        party = staff.get(f"/v1/parties/{posted['party']}").json()["row_key"]
    with market.client(market.key("producer", party)) as owner:
        done = owner.delete(f"/v1/offers/{offer}", headers={"If-Match": f'"{posted["version"]}"'})
        assert done.status_code == 200, done.text


def test_log_out_shuts_the_page(open_page: OpenPage, log_in: LogIn) -> None:
    """The back button shows nothing that was there."""
    page = log_in(open_page())
    page.get_by_role("button", name="退出").click()
    expect(page).to_have_url("/login")
    page.go_back()
    expect(page.get_by_label("密钥")).to_be_visible()
