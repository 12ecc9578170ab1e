"""Claims: which variants are run for which rows, none twice."""

from __future__ import annotations

import pytest

from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.evaluation.reproduction.claims import CLAIMS, make_claims, variants_of


def test_all_claims_need_eleven_variants_with_the_network() -> None:
    claims = make_claims((), 3.0, has_global=True)
    assert [claim.name for claim in claims] == [*CLAIMS]
    labels = [variant.label for variant in variants_of(claims)]
    others = [f"both-lambda{weight}" for weight in (1, 2, 4, 5, 6, 7, 8, 9)]
    assert sorted(labels) == sorted(["baseline", "local", "both", *others])


def test_the_row_with_the_settings_weight_is_the_tracker_itself() -> None:
    table, overall = make_claims(("overall", "lambda"), 7.0, has_global=True)
    by_title = {row.title: row.variant for row in table.rows}
    assert by_title["lambda 7"] == overall.rows[0].variant
    assert by_title["lambda 3"].changes == (
        "attention.enabled=true",
        "global_attention.enabled=true",
        "attention.weight=3",
    )


def test_each_part_adds_one_switch() -> None:
    (parts,) = make_claims(("parts",), 3.0, has_global=True)
    switches = [[change.endswith("=true") for change in row.variant.changes] for row in parts.rows]
    assert switches == [[False, False], [True, False], [True, True]]
    assert parts.gains == (("local", "baseline"), ("ours", "local"))


def test_without_the_network_nothing_is_called_ours() -> None:
    claims = make_claims((), 3.0, has_global=False)
    rows = [row for claim in claims for row in claim.rows]
    assert "ours" not in {row.key for row in rows}
    assert all("global_attention.enabled=false" in row.variant.changes for row in rows)
    assert len(variants_of(claims)) == 10
    (parts,) = make_claims(("parts",), 3.0, has_global=False)
    assert parts.gains == (("local", "baseline"),)


def test_an_unknown_claim_is_refused_with_those_there_are() -> None:
    with pytest.raises(ConfigError, match=r"no claim 'speed'; there are lambda, parts"):
        make_claims(("parts", "speed"), 3.0, has_global=True)
