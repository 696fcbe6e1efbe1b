"""The pages as a browser without script gets them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import httpx
import pytest
from duijie_shared.events.matches import Reasons
from duijie_shared.events.parties import PartySnapshot
from gateway_records import a_match, a_plan, an_id, an_order
from gateway_served import ADMIN_KEY, Gateway

pytestmark = pytest.mark.database

NASTY = "<script>alert(1)</script>\"'{{1117*1117}}"


class Outline(HTMLParser):
    """The tags of a page, and those that a strict content policy or a screen reader would trip over."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note one tag."""
        self.tags.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of every tag of this name."""
        return [attrs for name, attrs in self.tags if name == tag]


@pytest.fixture
def browser(gateway: Gateway) -> Iterator[httpx.Client]:
    """Logged in by the form, as staff, in Chinese."""
    with gateway.client(None, follow_redirects=True, headers={"Accept": "text/html"}) as client:
        form = client.get("/")
        assert form.url.path == "/login"
        csrf = re.search(r'name="csrf" value="([^"]+)"', form.text)
        assert csrf is not None
        page = client.post("/login", data={"key": f" {ADMIN_KEY.secret} ", "csrf": csrf[1]})
        assert (page.status_code, page.url.path) == (200, "/")
        yield client


@pytest.fixture
def gateway(gateway: Gateway) -> Gateway:
    """A small market, whose names and reasons are hostile."""
    gateway.project(
        an_order("offer"),
        an_order("demand"),
        a_match(1, reasons=Reasons(zh=(NASTY, "数量合适"), en=(NASTY, "The quantity fits"))),
        a_match(
            2, product="apple", market="apple", offer_county="370783", designations=(), kind="alternative"
        ),
        a_plan(),
    )
    return gateway


def test_the_list_says_what_staff_decide_by(browser: httpx.Client) -> None:
    """Product, places, the mark with its words, prices, score, reasons and totals."""
    page = browser.get("/").text
    for words in (
        "马铃薯",
        "云南省",
        "上海市",
        "★",
        "原国家级贫困县",
        "3.13",
        "2.90",
        "78.25",
        "数量合适",
        "12.5 吨",
    ):
        assert words in page, words
    assert "5,000 <small>元</small>" in page
    english = browser.get("/", params={"lang": "en"}).text
    for words in (
        "Potato",
        "Yunnan",
        "Shanghai",
        "Former national poverty county",
        "The quantity fits",
        "12.5 t",
    ):
        assert words in english, words
    assert "The quantity fits" in browser.get("/").text, "the language is remembered"
    assert "数量合适" in browser.get("/", params={"lang": "zh"}).text


def test_hostile_text_stays_text(browser: httpx.Client, gateway: Gateway) -> None:
    """In names, reasons and whatever the address holds."""
    party = PartySnapshot(
        party_id=an_id("producer"), version=1, row_key="x", name=NASTY, kind="producer", county=None
    )
    gateway.project(party)
    for page in (
        browser.get("/"),
        browser.get(f"/matches/{an_id('match', 1)}"),
        browser.get("/", params={"product": NASTY}),
        browser.get("/", params={"min_score": NASTY[:10], "kind": "<x>"}),
        browser.get("/", params={"lang": NASTY[:9]}),
        browser.get(f"/{NASTY}"),
    ):
        assert "<script>alert" not in page.text
        assert "1247689" not in page.text
        assert {attrs.get("src") for attrs in Outline(page.text).all("script")} <= {"/static/live.js"}
    assert "&lt;script&gt;" in browser.get(f"/matches/{an_id('match', 1)}").text


def test_pages_keep_their_own_content_policy(browser: httpx.Client) -> None:
    """No inline style or script, nothing from elsewhere; every asset is there."""
    for path in ("/", f"/matches/{an_id('match', 1)}", "/docs", "/login", "/nothing"):
        page = browser.get(path)
        assert "unsafe" not in page.headers["content-security-policy"]
        for tag, attrs in Outline(page.text).tags:
            assert "style" not in attrs, (path, tag)
            assert not [name for name in attrs if name.startswith("on")], (path, tag)
            assert tag != "style"
            for link in (attrs.get("src"), attrs.get("href")):
                assert link is None or link.startswith(("/", "#")), (path, link)
                if link is not None and link.startswith("/static/"):
                    asset = browser.get(link)
                    assert asset.status_code == 200
                    assert asset.headers["cache-control"] == "no-cache"


def test_pages_can_be_read_without_seeing_them(browser: httpx.Client) -> None:
    """Language, title, a way past the head, a label for every field, headers for every cell, words beside marks."""
    for path in ("/", f"/matches/{an_id('match', 1)}", "/docs", "/login"):
        outline = Outline(browser.get(path).text)
        assert outline.all("html")[0]["lang"] == "zh-Hans"
        assert len(outline.all("h1")) == 1
        assert len(outline.all("main")) == 1
        first = outline.all("a")[0]
        assert (first["class"], first["href"]) == ("skip", "#main")
        labels = {attrs["for"] for attrs in outline.all("label")}
        fields = [*outline.all("input"), *outline.all("select")]
        assert {attrs["id"] for attrs in fields if attrs.get("type") != "hidden"} <= labels
        assert all("scope" in attrs for attrs in outline.all("th"))
        assert len(outline.all("caption")) == len(outline.all("table"))
        pictures = [attrs for attrs in outline.all("svg") if attrs.get("aria-hidden") != "true"]
        assert all(attrs.get("aria-label") for attrs in pictures)
        ids = [attrs["id"] for _, attrs in outline.tags if "id" in attrs]
        assert len(ids) == len(set(ids))


def test_filters_narrow_the_page_and_are_kept_in_its_form(browser: httpx.Client) -> None:
    """An empty field is no condition; what cannot be understood is none either, or is refused in words."""
    everything = {"product": "", "county": "", "kind": "", "min_score": ""}
    assert "共 2 条" in browser.get("/", params=everything).text
    assert "共 2 条" in browser.get("/", params={"min_score": "many", "kind": "best"}).text
    for params, field in (
        ({"product": "potato"}, "product"),
        ({"county": "530000"}, "county"),
        ({"kind": "plan"}, "kind"),
        ({"designation": "any"}, "designation"),
    ):
        page = browser.get("/", params=params)
        assert "共 1 条" in page.text
        (value,) = params.values()
        if field == "designation":
            assert any("checked" in attrs for attrs in Outline(page.text).all("input"))
        else:
            chosen = [attrs["value"] for attrs in Outline(page.text).all("option") if "selected" in attrs]
            assert value in chosen
    assert "没有符合条件的撮合" in browser.get("/", params={"min_score": "99"}).text
    refused = browser.get("/", params={"product": "nothing"})
    assert refused.status_code == 422
    assert "没有产品" in refused.text


def test_the_list_goes_on_on_the_next_page(browser: httpx.Client, gateway: Gateway) -> None:
    """With the same filter, numbered on, and a way back."""
    gateway.project(*(a_match(number, score=float(number)) for number in range(10, 40)))
    first = browser.get("/", params={"kind": "plan"})
    link = next(a["href"] for a in Outline(first.text).all("a") if a.get("rel") == "next")
    assert link is not None
    second = browser.get(link)
    assert '<td role="cell" class="rank">26</td>' in second.text
    assert len(re.findall(r'<th scope="row" role="rowheader"', second.text)) == 31 - 25
    assert any(a["href"] == "/?kind=plan" for a in Outline(second.text).all("a"))


def test_a_party_reads_its_own_matches_without_names(browser: httpx.Client, gateway: Gateway) -> None:
    """The same page, coarse, without who the other side is and without the market's welfare."""
    gateway.project(
        PartySnapshot(
            party_id=an_id("buyer"), version=1, row_key="b", name="某某优选", kind="buyer", county=None
        )
    )
    assert "某某优选" in browser.get("/").text
    key = gateway.key("producer", an_id("producer"))
    with gateway.client(key) as party:
        page = party.get("/").text
    assert "某某优选" not in page
    assert "方案总收益" not in page
    assert "1,955 km" in page


def test_forms_of_other_sites_are_refused(browser: httpx.Client, gateway: Gateway) -> None:
    """Log-in and log-out need the token of a page of ours, in the same browser."""
    assert browser.post("/logout", data={}).url.path == "/login"
    assert browser.get("/").url.path == "/", "still logged in"
    foreign = browser.post("/logout", headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.status_code == 403
    with gateway.client(None, follow_redirects=True) as other:
        token = re.search(r'name="csrf" value="([^"]+)"', other.get("/login").text)
        assert token is not None
        form = {"key": ADMIN_KEY.secret, "csrf": token[1]}
        assert other.post("/login", data=form | {"csrf": token[1][:-1]}).status_code == 403
        assert other.post("/login", data={"key": ADMIN_KEY.secret}).status_code == 403
        wrong = other.post("/login", data=form | {"key": "dj_" + "A" * 43})
        assert wrong.status_code == 401
        assert "A" * 43 not in wrong.text
        assert other.post("/login", data=form).url.path == "/"
    with gateway.client(None, follow_redirects=True) as thief:
        assert thief.post("/login", data=form).status_code == 403


def test_log_out_ends_the_session(browser: httpx.Client) -> None:
    """The button of the page; what the cookie was is worth nothing then."""
    kept = dict(browser.cookies)
    token = re.search(r'name="csrf" value="([^"]+)"', browser.get("/").text)
    assert token is not None
    assert browser.post("/logout", data={"csrf": token[1]}).url.path == "/login"
    assert browser.get("/").url.path == "/login"
    browser.cookies.update(kept)
    assert browser.get("/").url.path == "/login"
