"""A tree as one document, JSON or YAML: the declared shape of an edition.

`read` undoes `write`. A document comes from people, so all that is wrong with
it is told at once, each with its place; it holds plain data and nothing else.
"""

import datetime as dt
import json
import re
import types
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal, get_args, get_origin

import msgspec
import yaml

from wizard.tree import content

try:
    from yaml import CSafeDumper as SafeDumper
    from yaml import CSafeLoader as SafeLoader
except ImportError:  # PyYAML without libyaml reads the same, more slowly
    from yaml import SafeDumper, SafeLoader  # type: ignore[assignment]

LARGEST = 3_000_000
"""So many bytes a document may have. The largest tree today has a third of that."""

_DEEPEST = 20
_LONG = 80


class Form(StrEnum):
    JSON = "json"
    YAML = "yaml"


class Flaw(StrEnum):
    """What can be wrong with a document. `wording.FLAWS` has the sentence for each."""

    TOO_LARGE = "too-large"
    ENCODING = "encoding"
    NOTHING = "nothing"
    SYNTAX = "syntax"
    ALIAS = "alias"
    TAG = "tag"
    TOO_DEEP = "too-deep"
    REPEATED = "repeated"
    UNKNOWN = "unknown"
    MISSING = "missing"
    CHARACTER = "character"
    VERSION = "version"
    SLUG = "slug"
    ONE_OF = "one-of"
    EMPTY = "empty"
    NOT_A_TEXT = "not-a-text"
    NOT_A_NUMBER = "not-a-number"
    NOT_A_DATE = "not-a-date"
    NOT_YES_OR_NO = "not-yes-or-no"
    NOT_A_LIST = "not-a-list"
    NOT_A_GROUP = "not-a-group"


@dataclass(frozen=True, slots=True)
class DocumentFault:
    """`place` is a path like `questions[3].choices[0].label.en`, `named` the slugs on it."""

    flaw: Flaw
    place: str = ""
    named: tuple[str, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict, hash=False)


class UnreadableDocumentError(Exception):
    """`faults` holds everything that is wrong, as far as it could be read."""

    def __init__(self, faults: Iterable[DocumentFault]) -> None:
        self.faults = tuple(faults)
        super().__init__(f"{len(self.faults)} faults")


def write(tree: content.Tree, form: Form) -> str:
    """The document of `tree`, for people to read and compare."""
    data = _plain(tree)
    if form is Form.JSON:
        return json.dumps(data, ensure_ascii=False, indent=2) + "\n"
    document: str = yaml.dump(
        data, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=1_000_000
    )
    return document


def read(document: str | bytes) -> content.Tree:
    """The tree of a document, JSON or YAML. Raises UnreadableDocumentError."""
    text = _decoded(document)
    if not text.strip():
        raise UnreadableDocumentError([DocumentFault(Flaw.NOTHING)])
    strict = text.lstrip()[0] in "{["
    data = _read_json(text) if strict else _read_yaml(text)
    if faults := list(_faults(data, content.Tree, _Place(strict))):
        raise UnreadableDocumentError(faults)
    return msgspec.convert(data, content.Tree, strict=strict)


def _plain(value: Any) -> Any:
    """Plain data of a part. What is at its default is left out, empty texts, too."""
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if not isinstance(value, msgspec.Struct):
        return msgspec.to_builtins(value)
    brief = value.__struct_config__.omit_defaults
    held = {f.encode_name: (f, getattr(value, f.name)) for f in msgspec.structs.fields(value)}
    return {
        name: _plain(item)
        for name, (f, item) in held.items()
        if not (brief and item == _default(f))
    }


def _default(declared: msgspec.structs.FieldInfo) -> Any:
    factory = declared.default_factory
    return declared.default if factory is msgspec.NODEFAULT else factory()


class _Dumper(SafeDumper):
    """Blocks for long texts, one line for a short list; every text is written out in full."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _write_text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    long = "\n" in text or len(text) > _LONG
    style = None
    if long and _fits_a_block(text):
        style = "|"
    elif "\n" in text or not text.isprintable():
        style = '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _fits_a_block(text: str) -> bool:
    """Whether all of `text` survives in a block: spaces at the ends of lines would not."""
    lines = text.split("\n")
    return all(line.isprintable() and line == line.rstrip() for line in lines) and not (
        text[:1].isspace() or text.endswith("\n")
    )


def _write_list(dumper: _Dumper, items: Iterable[Any]) -> yaml.SequenceNode:
    texts = [item for item in items if isinstance(item, str)]
    short = texts == items and sum(map(len, texts)) <= _LONG
    return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=short)


_Dumper.add_representer(str, _write_text)
_Dumper.add_representer(list, _write_list)


# From bytes to plain data


class _Group(dict[str, Any]):
    """The fields of an object, and which of their names stood there more than once."""

    def __init__(self, pairs: Iterable[tuple[str, Any]]) -> None:
        pairs = list(pairs)
        super().__init__(pairs)
        self.repeated = [name for name, n in Counter(name for name, _ in pairs).items() if n > 1]


def _decoded(document: str | bytes) -> str:
    if isinstance(document, str):
        document = document.encode(errors="surrogatepass")
    if len(document) > LARGEST:
        details = {"largest": LARGEST // 1_000_000}
        raise UnreadableDocumentError([DocumentFault(Flaw.TOO_LARGE, details=details)])
    try:
        text = document.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableDocumentError([DocumentFault(Flaw.ENCODING)]) from None
    if "\0" in text:
        # So looks UTF-16.
        raise UnreadableDocumentError([DocumentFault(Flaw.ENCODING)])
    return text


def _read_json(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_Group, parse_float=Decimal, parse_constant=str)
    except json.JSONDecodeError as exc:
        raise _broken(Flaw.SYNTAX, exc.lineno, exc.colno, exc.msg) from None
    except RecursionError:
        raise UnreadableDocumentError([DocumentFault(Flaw.TOO_DEEP)]) from None
    except ValueError:
        # A number of thousands of digits.
        raise UnreadableDocumentError([DocumentFault(Flaw.NOT_A_NUMBER)]) from None


def _read_yaml(text: str) -> Any:
    """Plain data in which every scalar is a text: `no` and 110 mean what the shape says."""
    events: Iterator[Any] = yaml.parse(text, Loader=SafeLoader)
    try:
        data = None
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                if data is not None:
                    raise _broken_at(event, Flaw.SYNTAX, "a second document")
                data = _node(next(events), events, depth=0)
    except yaml.reader.ReaderError as exc:
        before = text[: _first_unprintable(text)]
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        raise _broken(Flaw.SYNTAX, line, column, exc.reason) from None
    except yaml.MarkedYAMLError as exc:
        mark = exc.problem_mark or exc.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise _broken(Flaw.SYNTAX, line, column, exc.problem or exc.context or "") from None
    if data is None:
        raise UnreadableDocumentError([DocumentFault(Flaw.NOTHING)])
    return data


def _node(event: Any, events: Iterator[Any], depth: int) -> Any:
    """What begins with `event`, taken from `events` to its end."""
    if isinstance(event, yaml.AliasEvent) or event.anchor:
        raise _broken_at(event, Flaw.ALIAS)
    if event.tag:
        raise _broken_at(event, Flaw.TAG)
    if depth > _DEEPEST:
        raise _broken_at(event, Flaw.TOO_DEEP)
    if isinstance(event, yaml.ScalarEvent):
        return event.value
    if isinstance(event, yaml.SequenceStartEvent):
        items = iter(lambda: next(events), None)
        return [_node(item, events, depth + 1) for item in _until(items, yaml.SequenceEndEvent)]
    return _Group(_pairs(events, depth))


def _pairs(events: Iterator[Any], depth: int) -> Iterator[tuple[str, Any]]:
    for event in _until(events, yaml.MappingEndEvent):
        name = _node(event, events, depth + 1)
        if not isinstance(name, str):
            raise _broken_at(event, Flaw.SYNTAX, "the name of a field is not a text")
        yield name, _node(next(events), events, depth + 1)


def _until(events: Iterator[Any], end: type[yaml.Event]) -> Iterator[Any]:
    for event in events:
        if isinstance(event, end):
            return
        yield event


def _first_unprintable(text: str) -> int:
    found = yaml.reader.Reader.NON_PRINTABLE.search(text)
    return found.start() if found else 0


def _broken_at(event: yaml.Event, flaw: Flaw, error: str = "") -> UnreadableDocumentError:
    mark: Any = event.start_mark
    return _broken(flaw, mark.line + 1, mark.column + 1, error)


def _broken(flaw: Flaw, line: int, column: int, error: str = "") -> UnreadableDocumentError:
    details = {"line": line, "column": column, "error": error}
    return UnreadableDocumentError([DocumentFault(flaw, details=details)])


# From plain data to what is wrong with it


@dataclass(frozen=True, slots=True)
class _Place:
    """Where we are in the data; `strict` if its numbers and truth values have a type."""

    strict: bool
    path: str = ""
    named: tuple[str, ...] = ()

    def field(self, name: str) -> "_Place":
        return _Place(self.strict, f"{self.path}.{name}".lstrip("."), self.named)

    def item(self, number: int, item: Any) -> "_Place":
        slug = item.get("slug") if isinstance(item, dict) else None
        named = (*self.named, slug) if isinstance(slug, str) else self.named
        return _Place(self.strict, f"{self.path}[{number}]", named)

    def fault(self, flaw: Flaw, **details: Any) -> DocumentFault:
        return DocumentFault(flaw, self.path, self.named, details)


def _faults(value: Any, kind: Any, here: _Place) -> Iterator[DocumentFault]:
    """Everything in `value` that keeps it from being of the declared type `kind`."""
    if types.NoneType in get_args(kind):
        if value is None:
            return
        kind = next(arg for arg in get_args(kind) if arg is not types.NoneType)
    bare = get_args(kind)[0] if get_origin(kind) is Annotated else kind
    if isinstance(bare, type) and issubclass(bare, msgspec.Struct):
        yield from _group_faults(value, bare, here)
    elif get_origin(bare) is tuple:
        yield from _list_faults(value, kind, bare, here)
    elif get_origin(bare) is dict:
        yield from _map_faults(value, bare, here)
    else:
        yield from _leaf_faults(value, kind, bare, here)


def _group_faults(
    value: Any, struct: type[msgspec.Struct], here: _Place
) -> Iterator[DocumentFault]:
    if not isinstance(value, _Group):
        yield here.fault(Flaw.NOT_A_GROUP)
        return
    fields = {f.encode_name: f for f in msgspec.structs.fields(struct)}
    for name in value.repeated:
        yield here.fault(Flaw.REPEATED, name=name)
    for name in value:
        if name not in fields:
            yield here.fault(Flaw.UNKNOWN, name=name, allowed=", ".join(fields))
    for name, declared in fields.items():
        if name in value:
            yield from _faults(value[name], declared.type, here.field(name))
        elif declared.required:
            yield here.fault(Flaw.MISSING, name=name)


def _list_faults(value: Any, kind: Any, bare: Any, here: _Place) -> Iterator[DocumentFault]:
    if not isinstance(value, list):
        yield here.fault(Flaw.NOT_A_LIST)
        return
    if not value and not _fits([], kind, here):
        yield here.fault(Flaw.EMPTY)
    for number, item in enumerate(value):
        yield from _faults(item, get_args(bare)[0], here.item(number, item))


def _map_faults(value: Any, bare: Any, here: _Place) -> Iterator[DocumentFault]:
    if not isinstance(value, _Group):
        yield here.fault(Flaw.NOT_A_GROUP)
        return
    of_names, of_values = get_args(bare)
    for name in value.repeated:
        yield here.fault(Flaw.REPEATED, name=name)
    for name, item in value.items():
        yield from _faults(name, of_names, here.field(name))
        yield from _faults(item, of_values, here.field(name))


def _leaf_faults(value: Any, kind: Any, bare: Any, here: _Place) -> Iterator[DocumentFault]:
    if isinstance(value, str) and _UNSTORABLE.search(value):
        yield here.fault(Flaw.CHARACTER)
    elif not _fits(value, kind, here):
        yield _misfit(value, bare, here)


_UNSTORABLE = re.compile(r"[\0\ud800-\udfff]")
"""Characters that no database takes."""


def _fits(value: Any, kind: Any, here: _Place) -> bool:
    try:
        fit = msgspec.convert(value, kind, strict=here.strict)
    except msgspec.ValidationError:
        return False
    return not isinstance(fit, Decimal) or fit.is_finite()


_MISFITS: dict[Any, Flaw] = {
    bool: Flaw.NOT_YES_OR_NO,
    int: Flaw.NOT_A_NUMBER,
    Decimal: Flaw.NOT_A_NUMBER,
    dt.date: Flaw.NOT_A_DATE,
    Literal[1]: Flaw.VERSION,
}


def _misfit(value: Any, bare: Any, here: _Place) -> DocumentFault:
    if isinstance(bare, type) and issubclass(bare, StrEnum):
        return here.fault(Flaw.ONE_OF, allowed=", ".join(bare))
    if bare is str:
        return here.fault(Flaw.SLUG if isinstance(value, str) else Flaw.NOT_A_TEXT)
    return here.fault(_MISFITS[bare])
