"""Django's YAML fixtures, written so that people can read and compare them.

What is at its default is left out, and so is who edited it; long texts are
blocks, lists of names stand on one line. A fixture that is loaded and dumped
again gives the same bytes.
Registered as the format "yaml" in SERIALIZATION_MODULES.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import yaml
from django.core.serializers.pyyaml import Deserializer, DjangoSafeDumper
from django.core.serializers.pyyaml import Serializer as YamlSerializer
from django.db import models
from modeltranslation.translator import translator

from wizard.tree.numerals import write_number

__all__ = ["Deserializer", "Serializer"]


class Serializer(YamlSerializer):
    """Leaves out defaults, and the columns that only mirror a translation."""

    _current: dict[str, Any]

    def handle_field(self, obj: models.Model, field: Any) -> None:
        if field.name == "edited_at":
            return
        value = field.value_from_object(obj)
        if value in (None, "") or (field.has_default() and value == field.get_default()):
            return
        if field.name in _mirrored(type(obj)):
            return
        super().handle_field(obj, field)

    def handle_fk_field(self, obj: models.Model, field: Any) -> None:
        if field.name != "edited_by" and getattr(obj, field.attname) is not None:
            super().handle_fk_field(obj, field)

    def handle_m2m_field(self, obj: models.Model, field: Any) -> None:
        super().handle_m2m_field(obj, field)
        if not self._current.get(field.name, True):
            del self._current[field.name]

    def end_serialization(self) -> None:
        yaml.dump(
            self.objects,
            self.stream,
            Dumper=_Dumper,
            allow_unicode=True,
            sort_keys=False,
            width=1_000_000,
        )


class _Dumper(DjangoSafeDumper):
    """Blocks for long texts, one line for a list of plain names."""


def _text(dumper: _Dumper, text: str) -> yaml.Node:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _list(dumper: _Dumper, items: Iterable[Any]) -> yaml.Node:
    flat = all(isinstance(item, str | int) for item in items)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=flat)


def _decimal(dumper: _Dumper, number: Decimal) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:str", write_number(number))


_Dumper.add_representer(str, _text)
_Dumper.add_representer(list, _list)
_Dumper.add_representer(tuple, _list)
_Dumper.add_representer(Decimal, _decimal)


def _mirrored(model: type[models.Model]) -> set[str]:
    if model not in translator.get_registered_models():
        return set()
    return set(translator.get_options_for_model(model).all_fields)
