"""Rendering a page in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Query, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from duijie_gateway.pages.messages import LANGUAGES, Text, language_of
from duijie_gateway.pages.views import money

LANGUAGE_COOKIE = "duijie_language"
_YEAR_SECONDS = 365 * 24 * 3600


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("duijie_gateway.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["money"] = money
    return environment


@dataclass(frozen=True)
class Page:
    """How this reader's pages are written. `asked` is the language named in the address, to be remembered."""

    text: Text
    other_language: str
    switch: str
    asked: bool
    secure: bool

    def render(self, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
        """The page."""
        html = (
            _environment()
            .get_template(template)
            .render(
                t=self.text,
                lang=self.text.language,
                other_language=self.other_language,
                switch=self.switch,
                **values,
            )
        )
        response = HTMLResponse(html, status_code=status)
        if self.asked:
            response.set_cookie(
                LANGUAGE_COOKIE,
                self.text.language,
                max_age=_YEAR_SECONDS,
                httponly=True,
                samesite="strict",
                secure=self.secure,
            )
        return response


def page_of(request: Request, lang: Annotated[str | None, Query(max_length=10)] = None) -> Page:
    """The reader's page: language by `?lang=`, else the cookie, else the browser, else Chinese."""
    language = language_of(lang, request.cookies.get(LANGUAGE_COOKIE), request.headers.get("accept-language"))
    other = LANGUAGES[1 - LANGUAGES.index(language)]
    query = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]
    # A form's answer has no address of its own to come back to.
    path = request.url.path if request.method == "GET" else "/login"
    return Page(
        text=Text(language),
        other_language="zh-Hans" if other == "zh" else "en",
        switch=f"{path}?{urlencode([*query, ('lang', other)])}",
        asked=lang == language,
        secure=request.app.state.services.settings.secure_cookies,
    )
