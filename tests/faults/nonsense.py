"""Ledger entries, spoiled: what bits, editors, other programs and enemies can make of a document's bytes."""

import json
import random
from collections.abc import Callable
from typing import Any

from tasks.documents import canonical

Spoil = Callable[[bytes, random.Random], bytes]
_VALUES: tuple[Any, ...] = (
    None, True, -1, 0, 1.0, 1e308, 10**400, "", "x" * 10_000, [], {}, [[]], "2024-01-01", "\x00", "\u202e",
)  # fmt: skip


def spoiled(data: bytes, draw: random.Random) -> tuple[str, bytes]:
    """Other bytes than `data`, and the name of what made them."""
    while True:
        way = draw.choice(WAYS)
        made = way(data, draw)
        if made != data:
            return way.__name__, made


def some_bits(data: bytes, draw: random.Random) -> bytes:
    """One to eight of them."""
    made = bytearray(data)
    for _ in range(draw.randint(1, 8)):
        made[draw.randrange(len(made))] ^= 1 << draw.randrange(8)
    return bytes(made)


def cut_off(data: bytes, draw: random.Random) -> bytes:
    """Shorter, at either end."""
    place = draw.randrange(len(data))
    return draw.choice((data[:place], data[place:]))


def more_after(data: bytes, draw: random.Random) -> bytes:
    """The document, and something else."""
    return data + draw.choice((b" ", b"\n", b"\x00", b"{}", data))


def fields_swapped(data: bytes, draw: random.Random) -> bytes:
    """Two values of the entry or of its body, each in the other's place."""
    document, inside = _part(data, draw)
    one, other = draw.sample(sorted(inside), 2)
    inside[one], inside[other] = inside[other], inside[one]
    return canonical(document)


def field_gone(data: bytes, draw: random.Random) -> bytes:
    """One value less."""
    document, inside = _part(data, draw)
    del inside[draw.choice(sorted(inside))]
    return canonical(document)


def another_value(data: bytes, draw: random.Random) -> bytes:
    """A value of another type, or far too large."""
    document, inside = _part(data, draw)
    inside[draw.choice(sorted(inside))] = draw.choice(_VALUES)
    return canonical(document)


def as_text(data: bytes, draw: random.Random) -> bytes:
    """A number as text, or with a decimal point: a lenient reader takes it for the same."""
    document, inside = _part(data, draw)
    numbers = sorted(key for key, value in inside.items() if isinstance(value, int)) or ["schema"]
    key = draw.choice(numbers)
    inside[key] = draw.choice((str, float))(inside.get(key, 1))
    return canonical(document)


def key_twice(data: bytes, draw: random.Random) -> bytes:
    """Two values for one name: readers differ in which they take."""
    key = draw.choice((b"number", b"model", b"actor", b"previous"))
    return data.replace(b"{\n", b'{\n  "%s": null,\n' % key, 1)


def otherwise_written(data: bytes, draw: random.Random) -> bytes:
    """The same content in other bytes."""
    return json.dumps(json.loads(data), indent=draw.choice((None, 1, 4))).encode()


def digits(data: bytes, draw: random.Random) -> bytes:
    """A number of so many digits that reading it would take long."""
    return data.replace(b'"number": ', b'"number": ' + b"9" * draw.choice((30, 5_000)), 1)


def depth(data: bytes, draw: random.Random) -> bytes:
    """Brackets in brackets, alone or as a value."""
    deep = draw.choice((b"[", b'{"a":')) * draw.choice((500, 50_000))
    return draw.choice((deep, data.replace(b'"actor": ', b'"actor": ' + deep, 1)))


def letters(data: bytes, draw: random.Random) -> bytes:
    """What is no Unicode, or half a character."""
    wrong = draw.choice((b"\xff\xfe", b"\xed\xa0\x80", b"\\ud800", b"\xc0\x80", b"\\u0000", b"\xef\xbb\xbf"))
    place = draw.choice((0, data.index(b'"actor": "') + 10))
    return data[:place] + wrong + data[place:]


def _part(data: bytes, draw: random.Random) -> tuple[dict[str, Any], dict[str, Any]]:
    """The document, and of it the entry's own fields or the body's."""
    document = json.loads(data)
    return document, draw.choice((document, document["body"]))


WAYS: tuple[Spoil, ...] = (
    some_bits, cut_off, more_after, fields_swapped, field_gone, another_value, as_text, key_twice,
    otherwise_written, digits, depth, letters,
)  # fmt: skip
