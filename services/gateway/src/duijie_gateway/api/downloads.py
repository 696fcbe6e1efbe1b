"""Files that are handed out: which, in which language, under which name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from duijie_shared.posting.columns import FileKind, Language
from duijie_shared.sheets import FileFormat
from duijie_shared.sheets.delivery import MEDIA_TYPES, content_disposition
from fastapi import Path, Query, Response
from fastapi.responses import StreamingResponse

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import httpx

Kind = Annotated[FileKind, Path(description="What the file holds")]
Format = Annotated[FileFormat, Query(description="xlsx, or csv in UTF-8 with a byte order mark")]
Lang = Annotated[Language, Query(description="Of titles and explanations")]


def file_answer(description: str, *formats: FileFormat) -> dict[int | str, dict[str, Any]]:
    """`responses=` of a route that answers with a file."""
    schema = {"type": "string", "contentMediaType": "application/octet-stream"}
    content = {MEDIA_TYPES[name].partition(";")[0]: {"schema": schema} for name in formats}
    named = {"Content-Disposition": {"schema": {"type": "string"}, "description": "RFC 6266, RFC 8187"}}
    return {200: {"description": description, "content": content, "headers": named}}


def named(name: str, plain: str, format_: FileFormat) -> dict[str, str]:
    """The header that names a file."""
    return {"Content-Disposition": content_disposition(f"{name}.{format_}", f"{plain}.{format_}")}


async def passed_on(response: httpx.Response, headers: dict[str, str]) -> Response:
    """An open answer of catalog's, as it comes: the file piece by piece, or a refusal."""
    media_type = response.headers.get("content-type")
    if response.status_code != 200:
        body = await response.aread()
        await response.aclose()
        return Response(body, response.status_code, media_type=media_type)
    return StreamingResponse(_pieces(response), headers=headers, media_type=media_type)


async def _pieces(response: httpx.Response) -> AsyncIterator[bytes]:
    try:
        async for piece in response.aiter_bytes():
            yield piece
    finally:
        await response.aclose()
