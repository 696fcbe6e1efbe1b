"""Templates of import files, to download and fill in. The same bytes every time, so cacheable by ETag."""

from __future__ import annotations

import asyncio
import hashlib
from functools import cache

from duijie_shared.posting.columns import KIND_TITLES, FileKind, Language
from duijie_shared.sheets import FileFormat, template
from duijie_shared.sheets.delivery import MEDIA_TYPES
from fastapi import APIRouter, Response

from duijie_gateway.api.deps import Reader
from duijie_gateway.api.described import READING, refusals
from duijie_gateway.api.downloads import Format, Kind, Lang, file_answer, named
from duijie_gateway.api.reference.caching import RELEASED, IfNoneMatch

router = APIRouter(prefix="/v1/templates", tags=["templates"])

_NAMES = {"zh": "{}-导入模板", "en": "Duijie import template - {}"}


@router.get(
    "/{kind}",
    summary="A template to fill in and import",
    response_class=Response,
    responses={
        **file_answer("The template", "xlsx", "csv"),
        304: {"description": "Nothing has changed"},
        **refusals(*READING),
    },
)
async def one(
    _caller: Reader,
    kind: Kind,
    lang: Lang = "zh",
    format: Format = "xlsx",  # noqa: A002 - the word for it
    if_none_match: IfNoneMatch = None,
) -> Response:
    """With drop-down lists, an example row that is not imported, and explanations of every column (XLSX)."""
    body, etag = await asyncio.to_thread(_template, kind, lang, format)
    headers = {"ETag": etag, "Cache-Control": RELEASED}
    held = {tag.strip().removeprefix("W/") for tag in (if_none_match or "").split(",")}
    if etag in held or "*" in held:
        return Response(status_code=304, headers=headers)
    name = _NAMES[lang].format(KIND_TITLES[kind][0 if lang == "zh" else 1].lower())
    headers |= named(name, f"duijie-{kind}-template", format)
    return Response(body, headers=headers, media_type=MEDIA_TYPES[format])


@cache
def _template(kind: FileKind, lang: Language, format_: FileFormat) -> tuple[bytes, str]:
    """The file and its ETag; sixteen in all."""
    body = template(kind, lang, format_)
    return body, f'"{hashlib.sha256(body).hexdigest()[:32]}"'
