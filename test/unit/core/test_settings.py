"""The mechanism of settings: names, types, ranges, misspelt names; ours are in test_config.py."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.core.settings import build, part, setting, values_of, walk


@dataclass(frozen=True, slots=True)
class Engine:
    """A group."""

    power_kw: float = setting(50.0, "Power.", 0.0, 1000.0, unit="kW")
    cylinders: int = setting(4, "Cylinders.", 1, 16)


@dataclass(frozen=True, slots=True)
class Paint:
    """A group whose name is left out."""

    color: str = setting("red", "Colour.", choices=("red", "green"), runtime=True)
    glossy: bool = setting(True, "It shines.")


@dataclass(frozen=True, slots=True)
class Car:
    """All of it."""

    engine: Engine = part(Engine)
    paint: Paint = part(Paint, inline=True)
    stripes: tuple[float, ...] = setting((), "Places of stripes.", 0.0, 1.0)


def test_names_come_in_order_of_declaration_and_inline_groups_have_none() -> None:
    names = [each.name for each in walk(Car)]
    assert names == ["engine.power_kw", "engine.cylinders", "color", "glossy", "stripes"]


def test_what_is_not_given_keeps_its_default() -> None:
    car = build(Car, {"engine.cylinders": 6})
    assert car == Car(engine=Engine(cylinders=6))


def test_nested_and_dotted_names_are_the_same() -> None:
    nested = build(Car, {"engine": {"cylinders": 6, "power_kw": 70}, "color": "green"})
    dotted = {"engine.cylinders": 6, "engine.power_kw": 70.0, "color": "green"}
    assert nested == build(Car, dotted)


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        pytest.param("engine.cylindres", "engine.cylinders", id="letters swapped"),
        pytest.param("cylinders", "engine.cylinders", id="group forgotten"),
        pytest.param("colour", "color", id="British"),
        pytest.param("motor.power_kw", "engine.power_kw", id="wrong group"),
    ],
)
def test_a_misspelt_name_is_refused_with_the_nearest(name: str, nearest: str) -> None:
    with pytest.raises(ConfigError, match=f"no setting {name}; did you mean {nearest}"):
        build(Car, {name: 1})


def test_a_name_like_no_other_gets_no_hint() -> None:
    with pytest.raises(ConfigError, match=r"no setting zzzzzz$"):
        build(Car, {"zzzzzz": 1})


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        pytest.param("engine.power_kw", 1000.1, r"must lie in 0 \.\. 1000 kW", id="too large"),
        pytest.param("engine.power_kw", float("nan"), "must be a number", id="NaN"),
        pytest.param("engine.power_kw", True, "must be a number", id="bool for a float"),
        pytest.param("engine.power_kw", "fast", "must be a number; got 'fast'", id="words"),
        pytest.param("engine.cylinders", 0, "must lie in", id="below"),
        pytest.param("engine.cylinders", 4.0, "must be a whole number", id="float for an int"),
        pytest.param("engine.cylinders", True, "must be a whole number", id="bool for an int"),
        pytest.param("glossy", 1, "must be true or false", id="number for a bool"),
        pytest.param("color", "blue", "one of red, green; got 'blue'", id="no such choice"),
        pytest.param("color", 3, "must be text", id="number for a text"),
        pytest.param("stripes", "0.5", "list of numbers", id="text for a list"),
        pytest.param("stripes", 0.5, "list of numbers", id="number for a list"),
        pytest.param("stripes", [0.5, "x"], "list of numbers", id="word in a list"),
        pytest.param("stripes", [0.5, 1.5], "must lie in", id="one of a list too large"),
    ],
)
def test_wrong_values_are_refused_with_name_and_value(
    name: str, value: object, reason: str
) -> None:
    with pytest.raises(ConfigError, match=reason) as caught:
        build(Car, {name: value}, source="my.yaml")
    assert str(caught.value).startswith(f"my.yaml: {name} ")


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        pytest.param(5, 5.0, id="whole number"),
        pytest.param("5e-5", 5e-5, id="YAML 1.1 reads 5e-5 as a text"),
        pytest.param(0.0, 0.0, id="lower end"),
        pytest.param(1000, 1000.0, id="upper end"),
    ],
)
def test_numbers_written_otherwise_are_understood(value: object, meant: float) -> None:
    found = build(Car, {"engine.power_kw": value}).engine.power_kw
    assert found == meant
    assert isinstance(found, float)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        pytest.param("engine.cylinders", "8", 8, id="int"),
        pytest.param("engine.power_kw", "1e2", 100.0, id="float"),
        pytest.param("glossy", "False", False, id="bool"),
        pytest.param("color", "green", "green", id="text"),
        pytest.param("stripes", "0.5, 1", (0.5, 1.0), id="list"),
        pytest.param("stripes", "", (), id="empty list"),
    ],
)
def test_values_are_read_from_command_line_texts(name: str, text: str, value: object) -> None:
    known = {each.name: each for each in walk(Car)}
    assert known[name].parse(text) == value


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("engine.cylinders", "four", id="words for an int"),
        pytest.param("engine.cylinders", "--4", id="two signs"),
        pytest.param("engine.cylinders", "4.5", id="float for an int"),
        pytest.param("engine.cylinders", "-2", id="below the range"),
        pytest.param("glossy", "yes", id="yes for a bool"),
    ],
)
def test_wrong_command_line_texts_are_refused(name: str, text: str) -> None:
    known = {each.name: each for each in walk(Car)}
    with pytest.raises(ConfigError, match=name):
        known[name].parse(text)


@given(
    power=st.floats(0, 1000),
    cylinders=st.integers(1, 16),
    color=st.sampled_from(["red", "green"]),
    stripes=st.lists(st.floats(0, 1), max_size=4),
)
def test_values_and_config_are_the_same(
    power: float, cylinders: int, color: str, stripes: list[float]
) -> None:
    car = Car(Engine(power, cylinders), Paint(color), tuple(stripes))
    assert build(Car, values_of(car)) == car


def test_ranges_are_written_for_people() -> None:
    @dataclass(frozen=True, slots=True)
    class Some:
        """Ranges of all kinds."""

        seed: int = setting(0, "Seed.", 0, 2**31 - 1)
        share: float = setting(0.5, "Share.", 0.0, 0.999)
        side: str = setting("", "Side.", choices=("", "left"))
        free: float = setting(0.0, "Free.")

    texts = [each.range_text for each in walk(Some)]
    assert texts == ["0 .. 2147483647", "0 .. 0.999", '"" | left', ""]


@dataclass(frozen=True, slots=True)
class Fleet:
    """A setting that names a set of others."""

    trim: str = setting(
        "plain",
        "Set of values.",
        presets={"plain": {}, "sport": {"car.engine.power_kw": 200, "car.color": "green"}},
    )
    car: Car = part(Car)


def test_a_preset_takes_the_place_of_defaults_only() -> None:
    fleet = build(Fleet, {"trim": "sport", "car.color": "red"})
    assert fleet.car.engine == Engine(power_kw=200.0)
    assert fleet.car.paint == Paint(color="red")
    assert build(Fleet, {}) == Fleet()


def test_the_names_of_presets_are_the_choices() -> None:
    with pytest.raises(ConfigError, match="trim must be one of plain, sport"):
        build(Fleet, {"trim": "sprot"})


def test_the_values_of_a_preset_need_no_preset() -> None:
    fleet = build(Fleet, {"trim": "sport"})
    assert build(Fleet, {**values_of(fleet), "trim": "plain"}).car == fleet.car
