"""The pages' routes: log in, the prioritised list, one match, log out."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Annotated, Any, cast, get_args
from urllib.parse import urlencode

from duijie_shared.events.base import MatchKind
from duijie_shared.service.errors import not_found
from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from duijie_gateway.api.cursors import bound, open_cursor
from duijie_gateway.api.deps import SESSION_COOKIE, ObjectId, ServicesDep, find_caller, services_of
from duijie_gateway.api.match_filters import designation_named, listed, read_filter
from duijie_gateway.api.matches import item_of, place_from, place_of
from duijie_gateway.api.session import Shown, log_in, log_out, own_page_only
from duijie_gateway.domain.access import Caller
from duijie_gateway.domain.keys import digest
from duijie_gateway.domain.signing import ForgedError
from duijie_gateway.limiting import too_many
from duijie_gateway.pages.choices import choices_of
from duijie_gateway.pages.templates import Page, page_of
from duijie_gateway.pages.views import MatchView, view_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duijie_gateway.api.deps import Services
    from duijie_gateway.repository.matches import Match

router = APIRouter(include_in_schema=False)

PAGE_SIZE = 25
FORM_COOKIE = "duijie_form"


class LogInFirstError(Exception):
    """The page needs a session; the reader is sent to the log-in page."""


async def visitor(request: Request) -> Caller:
    """Who reads the page. Raises `LogInFirstError` without a session."""
    caller = await find_caller(request)
    if caller is None:
        raise LogInFirstError
    if not await services_of(request).limiter.admits_key(str(caller.key_id)):
        raise too_many()
    return caller


Visitor = Annotated[Caller, Depends(visitor)]
PageDep = Annotated[Page, Depends(page_of)]


@router.get("/")
async def matches_page(
    request: Request,
    services: ServicesDep,
    caller: Visitor,
    page: PageDep,
    product: Annotated[str, Query(max_length=100)] = "",
    county: Annotated[str, Query(max_length=6)] = "",
    designation: Annotated[str, Query(max_length=40)] = "",
    min_score: Annotated[str, Query(max_length=10)] = "",
    kind: Annotated[str, Query(max_length=20)] = "",
    cursor: Annotated[str | None, Query(max_length=1000)] = None,
    rank: Annotated[int, Query(ge=1, le=10_000_000)] = 1,
) -> Response:
    """The prioritised list. A field of the form that is empty, or no number or kind, is no condition."""
    least = _score(min_score)
    found_kind = cast("MatchKind | None", kind if kind in get_args(MatchKind) else None)
    given = {
        "product": product,
        "county": county,
        "designation": designation,
        "min_score": min_score if least is not None else "",
        "kind": found_kind or "",
    }
    chosen = {name: value for name, value in given.items() if value}
    wanted = listed(
        read_filter(
            product=product or None,
            county=county or None,
            designation=await designation_named(services, designation or None),
            min_score=least,
            kind=found_kind,
        )
    )
    bound_to = bound(caller, "page", wanted.key())
    after = place_from(open_cursor(services.cursors, cursor, bound_to))
    # Read before the list: whatever changes while it is read is told on the stream.
    _, head = await services.matches.feed_bounds()
    found = await services.matches.page(caller.scope, wanted, limit=PAGE_SIZE + 1, after=after)
    shown = found[:PAGE_SIZE]
    more = len(found) > PAGE_SIZE
    next_page = None
    if more:
        token = services.cursors.sign(place_of(shown[-1]), bound_to=bound_to)
        next_page = "/?" + urlencode({**chosen, "cursor": token, "rank": rank + PAGE_SIZE})
    return page.render(
        "matches.html",
        caller=caller,
        csrf=_csrf(services, request),
        matches=await views(services, caller, shown, page),
        first_rank=rank,
        count=await services.matches.count(caller.scope, wanted),
        totals=await services.plans.totals(caller.scope),
        chosen=chosen,
        choices=choices_of(await services.matches.places(caller.scope), page.text),
        next_page=next_page,
        first_page="/?" + urlencode(chosen) if cursor else None,
        stream="/v1/matches/stream?" + urlencode({**chosen, "after": head}),
    )


@router.get("/matches/{id}")
async def match_page(
    request: Request, services: ServicesDep, caller: Visitor, page: PageDep, id_: ObjectId
) -> Response:
    """One match with everything that explains it."""
    match = await services.matches.one(caller.scope, id_)
    if match is None:
        raise not_found()
    (view,) = await views(services, caller, [match], page)
    return page.render("match.html", caller=caller, csrf=_csrf(services, request), match=view)


@router.get("/login")
async def login_page(request: Request, services: ServicesDep, page: PageDep) -> Response:
    """The log-in form."""
    return _login_form(request, services, page)


@router.post("/login")
async def login(
    request: Request,
    services: ServicesDep,
    page: PageDep,
    name: Annotated[str, Form(max_length=200)] = "",
    key: Annotated[str, Form(max_length=200)] = "",
    csrf: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Start a session, or show the form again with what was wrong. Beside a name, `key` is the password."""
    own_page_only(request.headers)
    cookie = request.cookies.get(FORM_COOKIE)
    if cookie is None or not _is_ours(services, csrf, cookie):
        return _login_form(request, services, page, error="form_stale", status=403)
    response = RedirectResponse("/", status_code=303)
    name = name.strip()
    shown = Shown(name=name, password=key) if name else Shown(key.strip())
    if await log_in(request, services, shown, response) is None:
        if name:
            return _login_form(request, services, page, error="password_refused", status=401)
        return _login_form(request, services, page, error="key_refused", status=401)
    response.delete_cookie(FORM_COOKIE)
    return response


@router.post("/logout")
async def logout(
    request: Request, services: ServicesDep, csrf: Annotated[str, Form(max_length=200)] = ""
) -> Response:
    """End the session."""
    own_page_only(request.headers)
    response = RedirectResponse("/login", status_code=303)
    if _is_ours(services, csrf, _session_digest(request)):
        await log_out(services, request, response)
    return response


async def views(services: Services, caller: Caller, matches: Sequence[Match], page: Page) -> list[MatchView]:
    """Matches as the page shows them; only staff see who the parties are."""
    names: dict[Any, str] = {}
    if caller.operator:
        parties = {p for m in matches for p in (m.record.offer_party, m.record.demand_party)}
        names = dict(await services.plans.names(parties))
    lists = (code for match in matches for code in match.record.tilt.designations)
    titles = await services.county_lists.titles(lists, page.text.language)
    return [
        view_of(
            item_of(match, caller),
            page.text,
            {
                side: names[party]
                for side, party in (
                    ("offer", match.record.offer_party),
                    ("demand", match.record.demand_party),
                )
                if party in names
            },
            titles,
        )
        for match in matches
    ]


def _login_form(
    request: Request, services: Services, page: Page, *, error: str | None = None, status: int = 200
) -> Response:
    cookie = request.cookies.get(FORM_COOKIE) or secrets.token_urlsafe(16)
    token = services.forms.sign("form", bound_to=cookie)
    response = page.render("login.html", status=status, csrf=token, error=error)
    response.set_cookie(
        FORM_COOKIE, cookie, httponly=True, samesite="strict", secure=services.settings.secure_cookies
    )
    return response


def _csrf(services: Services, request: Request) -> str:
    return services.forms.sign("form", bound_to=_session_digest(request))


def _session_digest(request: Request) -> str:
    return digest(request.cookies.get(SESSION_COOKIE, ""))


def _is_ours(services: Services, token: str, bound_to: str) -> bool:
    try:
        return services.forms.open(token, bound_to=bound_to) == "form"
    except ForgedError:
        return False


def _score(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if abs(value) < 1e6 else None
