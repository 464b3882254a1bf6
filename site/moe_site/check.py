"""What must be true of built pages: links lead somewhere, nothing comes from elsewhere, the first page is light."""

import re
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

FIRST = 1_500_000  # bytes of the first page with all that it loads
FETCHED = re.compile(
    r"<(?:script|img|iframe|source|video|audio|embed)\b[^>]*?\ssrc=[\"']((?:https?:)?//[^\"']+)", re.I
)
STYLES = re.compile(
    r"<link\b(?=[^>]*\brel=[\"'](?:stylesheet|preload|icon|preconnect|dns-prefetch))[^>]*?\bhref=[\"']((?:https?:)?//[^\"']+)",
    re.I,
)
IN_CSS = re.compile(r"(?:url\(\s*[\"']?|@import\s+[\"'])((?:https?:)?//[^\"')]+)", re.I)
ATTRIBUTES = re.compile(r"\s(id|name|href|src)=[\"']([^\"']*)[\"']")


@cache
def attributes(page: Path) -> tuple[frozenset[str], tuple[str, ...]]:
    "The anchors of a page, and where its links lead."
    text = re.sub(
        r"<script\b[^>]*>.*?</script>",
        lambda s: s[0].partition(">")[0] + ">",
        page.read_text("utf8"),
        flags=re.S,
    )
    tags = [found for tag in re.findall(r"<[a-zA-Z][^>]*>", text) for found in ATTRIBUTES.findall(tag)]
    anchors = frozenset(unquote(value) for kind, value in tags if kind in ("id", "name"))
    return anchors, tuple(dict.fromkeys(value for kind, value in tags if kind in ("href", "src")))


def dead(html: Path) -> list[str]:
    "Links that lead nowhere within the site."
    found = []
    for page in sorted(html.rglob("*.html")):
        for link in attributes(page)[1]:
            parts = urlsplit(link.replace("&amp;", "&"))
            if parts.scheme or parts.netloc:
                continue
            target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            if target.is_dir():
                target /= "index.html"
            if not target.exists():
                found.append(f"{page.relative_to(html)}: no page {link}")
            elif (
                parts.fragment
                and target.suffix == ".html"
                and unquote(parts.fragment) not in attributes(target)[0]
            ):
                found.append(f"{page.relative_to(html)}: no place {link}")
    return found


def fetched(html: Path) -> list[str]:
    "Scripts, styles, fonts and pictures that a page would ask the network for."
    found = []
    for path in sorted(html.rglob("*")):
        if path.suffix in (".html", ".css"):
            text = path.read_text("utf8")
            for pattern in (IN_CSS,) if path.suffix == ".css" else (FETCHED, STYLES):
                found += [
                    f"{path.relative_to(html)}: asks for {address}" for address in pattern.findall(text)
                ]
    return found


def external(html: Path) -> list[str]:
    "Links to elsewhere: listed, never fetched."
    pages = html.rglob("*.html")
    return sorted({link for page in pages for link in attributes(page)[1] if link.startswith("http")})


def weight(page: Path) -> int:
    "Bytes of a page with the scripts, styles and pictures that it loads, and the fonts that these name."
    loaded = {page}
    for tag in re.findall(r"<(?:script|img|link)\b[^>]*>", page.read_text("utf8")):
        found = re.search(r"\s(?:src|href)=[\"']([^\"':]+)[\"']", tag)
        if found and not re.search(r"rel=[\"'](?:next|prev|index|search|canonical)", tag):
            loaded.add((page.parent / urlsplit(found[1]).path).resolve())
    for style in [path for path in loaded if path.suffix == ".css"]:
        named = re.findall(r"url\([\"']?([^\"')]+\.woff2)", style.read_text("utf8"))
        loaded |= {(style.parent / name).resolve() for name in named}
    return sum(path.stat().st_size for path in loaded if path.is_file())


def complaints(html: Path) -> list[str]:
    "All that is wrong with the built pages."
    found = dead(html) + fetched(html)
    if (heavy := weight(html / "index.html")) > FIRST:
        found.append(f"index.html: {heavy:,} bytes with what it loads: needs at most {FIRST:,}")
    return found
