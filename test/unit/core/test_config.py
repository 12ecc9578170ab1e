"""The settings that we have: every one is explained, and its default obeys its own range."""

from __future__ import annotations

import pytest

from rgbt_dualatt_ros.core.config import Config
from rgbt_dualatt_ros.core.settings import Setting, walk

SETTINGS = [pytest.param(each, id=each.name) for each in walk(Config)]


@pytest.mark.parametrize("each", SETTINGS)
def test_default_is_allowed_and_explained(each: Setting) -> None:
    assert each.check(each.default) == each.default
    assert each.declaration.text.endswith("."), "the text is one sentence"


@pytest.mark.parametrize("each", SETTINGS)
def test_numbers_have_a_range(each: Setting) -> None:
    if each.kind in ("int", "float"):
        assert each.declaration.low is not None
        assert each.declaration.high is not None


def test_names_are_unique_and_settable_from_a_command_line() -> None:
    names = [each.name for each in walk(Config)]
    assert len(names) == len(set(names))
    assert all(name.replace(".", "").replace("_", "").isalnum() for name in names)


def test_units_stand_in_the_name_or_the_declaration() -> None:
    for each in walk(Config):
        for suffix, unit in (("_ms", "ms"), ("_s", "s"), ("_hz", "Hz")):
            if each.name.endswith(suffix):
                assert each.declaration.unit == unit, each.name
