"""Makes the picture in the README from a running demo: `python tests/browser/picture.py GATEWAY KEY`."""

from __future__ import annotations

import argparse
from pathlib import Path

from playwright.sync_api import sync_playwright

PICTURE = Path(__file__).resolve().parents[2] / "docs" / "images" / "page.png"
CHROMIUM = "/usr/bin/chromium"


def main() -> None:
    """Log in, filter by apples, and keep what a member of staff sees."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("gateway")
    parser.add_argument("key")
    arguments = parser.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1200, "height": 900}, locale="zh-CN")
        page.goto(f"{arguments.gateway.rstrip('/')}/?lang=zh")
        page.fill("input[name=key]", arguments.key)
        with page.expect_navigation():
            page.keyboard.press("Enter")
        page.goto(f"{arguments.gateway.rstrip('/')}/?lang=zh&product=apple")
        page.screenshot(path=PICTURE)
        browser.close()


if __name__ == "__main__":
    main()
