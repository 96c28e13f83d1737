"""What the documents say: their code blocks, the commands in them, and the names they use."""

import re
import shlex
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted(
    path.relative_to(ROOT).as_posix()
    for pattern in ("*.md", "docs/*.md", "hsi_inr_tf/pretrained/*/README.md", "tfds_builders/*/README.md")
    for path in ROOT.glob(pattern)
)
COMPILED_ONLY = "<!-- compiled only"  # stands before a block of Python that needs what a test has not
_FENCE = re.compile(r"^( *)```(\w*)[^\n]*\n(.*?)^\1```", re.M | re.S)
_SPAN = re.compile(r"(?<!`)`([^`]+)`(?!`)")
_COMMAND = re.compile(r"\bhsi-inr +(?=\w)|(?:\bpython )?\bscripts/(?=\w+\.py)")


@dataclass(frozen=True)
class Block:
    """A fenced code block: its language, its text, and whether it may only be compiled."""

    language: str
    text: str
    compiled_only: bool


@dataclass(frozen=True)
class Line:
    """A command as it is written: `name` of the subcommand and its `arguments`."""

    name: str
    arguments: tuple[str, ...]


@cache
def text(document: str) -> str:
    return (ROOT / document).read_text()


@cache
def blocks(document: str) -> tuple[Block, ...]:
    found = []
    for match in _FENCE.finditer(text(document)):
        before = text(document)[: match.start()].rstrip().splitlines()
        marked = bool(before) and before[-1].startswith(COMPILED_ONLY)
        found.append(Block(match[2], match[3], marked))
    return tuple(found)


@cache
def spans(document: str) -> tuple[str, ...]:
    """What stands between backticks outside blocks, with line ends as spaces."""
    return tuple(" ".join(span.split()) for span in _SPAN.findall(_FENCE.sub("\n", text(document))))


def shell_lines(document: str) -> list[str]:
    """The lines of shell blocks, with those that end in a backslash joined to the next."""
    return _lines([block.text for block in blocks(document) if block.language == "sh"])


def indented_lines(document: str) -> list[str]:
    """The lines of blocks that are marked by four spaces."""
    outside = _FENCE.sub("\n", text(document)).replace("\\\n", " ")
    return [line.strip() for line in outside.splitlines() if line.startswith("    ")]


def _lines(blocks: list[str]) -> list[str]:
    return [line for one in blocks for line in one.replace("\\\n", " ").splitlines() if line.strip()]


def commands(document: str, inline: bool = True) -> list[Line]:
    """Every `hsi-inr NAME ..` and `scripts/NAME.py ..` in shell blocks and, with `inline`, elsewhere."""
    found = []
    elsewhere = [*indented_lines(document), *spans(document)] if inline else []
    for piece in shell_lines(document) + elsewhere:
        for match in _COMMAND.finditer(piece):
            lexer = shlex.shlex(piece[match.end() :], posix=True, punctuation_chars=";|&")
            lexer.whitespace_split = True
            words = []
            for word in lexer:
                if set(word) <= set(";|&"):
                    break
                words.append(word)
            name = words[0].removesuffix(".py").replace("_", "-") if words else ""
            if name and name.islower():
                found.append(Line(name, tuple(words[1:])))
    return found
