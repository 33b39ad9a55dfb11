"""Markdown and stray characters off a text, so that what is left is what is read aloud."""

from __future__ import annotations

import html
import re
import unicodedata

_FENCE = re.compile(r"^ {0,3}(```|~~~)[^\n]*\n.*?(?:^ {0,3}\1[^\n]*$|\Z)", re.M | re.S)
_BLOCK_MARKS = (
    re.compile(r"<!--.*?(?:-->|\Z)", re.S),
    re.compile(r"<(script|style)\b.*?(?:</\1\s*>|\Z)", re.S | re.I),
    re.compile(r"^ {0,3}(?:(?:[-*_][ \t]*){3,}|=+[ \t]*)$", re.M),  # rules and underlines of headings
    re.compile(r"^ {0,3}\[[^\]\n]+\]:[ \t]*\S+.*$", re.M),  # link definitions
    re.compile(
        r"^[ \t]*\|?[ \t]*:?-{3,}:?[ \t]*(?:\|[ \t]*:?-{3,}:?[ \t]*)*\|?[ \t]*$", re.M
    ),  # table rulers
)
_LINE = re.compile(
    r"^[ \t]*(?:>[ \t]?)*"
    r"(?P<item>[-*+•][ \t]+(?:\[[ xX]\][ \t]+)?|\d{1,3}[.)][ \t]+(?=\S))?(?P<heading>#{1,6}[ \t]+)?"
)
_INLINE = (
    (re.compile(r"!\[([^\]\n]*)\]\([^)\n]*\)"), r"\1"),
    (re.compile(r"\[([^\]\n]+)\](?:\([^)\n]*\)|\[[^\]\n]*\])"), r"\1"),
    (re.compile(r"<(https?://[^>\s]+|[^>\s@]+@[^>\s@]+)>"), r"\1"),
    (re.compile(r"<br\s*/?>", re.I), "\n\n"),
    (re.compile(r"</?[A-Za-z][^<>\n]*>"), ""),
    (re.compile(r"(?<![\w\\])(\*{1,3}|_{1,3}|~~)(?=\S)(.+?)(?<=[^\s\\])\1(?!\w)", re.S), r"\2"),
    (re.compile(r"(?<=\w)(\*{1,3})(?=\S)([^*\n]+?)\1"), r"\2"),
    (re.compile(r"(`+)([^\n]+?)\1"), r"\2"),
)


def plain(text: str) -> str:
    """The text without Markdown marks, HTML and control characters; words and punctuation stay as written.

    Headings and list items become paragraphs of their own. Code blocks and comments are dropped: nobody reads
    them aloud.

    >>> plain("# Hello\\n**Thank you** for [calling](https://example.com).")
    'Hello\\n\\nThank you for calling.'
    """
    text = _readable_characters(text.replace("\r\n", "\n").replace("\r", "\n"))
    text = _FENCE.sub("", text)
    for mark in _BLOCK_MARKS:
        text = mark.sub("", text)
    lines: list[str] = []
    for line in text.split("\n"):
        match = _LINE.match(line)
        body = line[match.end() :] if match else line
        if match and match["heading"]:
            body = re.sub(r"[ \t]+#+[ \t]*$", "", body)
        apart = bool(match and (match["item"] or match["heading"]))
        if apart and lines and lines[-1]:
            lines.append("")
        lines.append(
            re.sub(r"[ \t]*\|[ \t]*", " ", body).strip(" ") if line.lstrip().startswith("|") else _ended(body)
        )
        if match and match["heading"]:
            lines.append("")
    text = "\n".join(lines)
    for pattern, kept in _INLINE:
        text = pattern.sub(kept, text)
    text = re.sub(r"\\([\\`*_{}\[\]()#+.!|~>-])", r"\1", html.unescape(text))
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _ended(line: str) -> str:
    """The line with its end trimmed, but for the two spaces or backslash of a hard line break."""
    return re.sub(r"(?: {2,}|\\)$", "  ", line) if re.search(r"\S(?: {2,}|\\)$", line) else line.rstrip()


def _readable_characters(text: str) -> str:
    text = re.sub(r"\x1b\[[0-?]*[ -/]*[@-~]", "", text)  # colours and the like, as terminals write them
    kept = (c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cf", "Co", "Cs", "Cn"))
    return (
        "".join(kept)
        .replace("\t", " ")
        .replace("\u2028", "\n")
        .replace("\u2029", "\n\n")
        .replace("\u00a0", " ")
    )
