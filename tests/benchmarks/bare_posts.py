"""The least that a post can cost: FastAPI, one INSERT, one commit. Run by `post_latency.py`; it judges nothing."""

from __future__ import annotations

import json
import os
from typing import Any

import uvicorn
from fastapi import FastAPI, Response
from sqlalchemy import create_engine, text

engine = create_engine(os.environ["DUIJIE_DATABASE_URL"], pool_size=20, max_overflow=0)
INSERT = text("INSERT INTO bare_posts (body) VALUES (CAST(:body AS jsonb)) RETURNING id")
app = FastAPI()


@app.get("/healthz")
def healthz() -> dict[str, bool]:
    """It serves."""
    return {"ok": True}


@app.post("/orders/offers")
def post(fields: dict[str, Any]) -> Response:
    """Read the body, store it, answer with it."""
    with engine.begin() as connection:
        id_ = connection.execute(INSERT, {"body": json.dumps(fields)}).scalar()
    return Response(json.dumps({"id": id_, **fields}), 201, media_type="application/json")


if __name__ == "__main__":
    uvicorn.run(app, port=int(os.environ["DUIJIE_PORT"]), log_config=None, access_log=False)
