"""Names of benchmarks and the cross-dataset rule.

Proves: every spelling, and for each two sets whether they may be used together. The table of which
sets share videos is written out here a second time.
"""

from __future__ import annotations

import pytest

from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.datasets.benchmark_kinds import (
    KINDS,
    BenchmarkKind,
    BenchmarkName,
    check_disjoint,
)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("gtot", "GTOT"),
        ("GTOT-50", None),
        ("RGBT_234", "RGBT234"),
        ("RGB-T 210", "RGBT210"),
        ("lasher", "LasHeR/test"),
        ("LasHeR/Train", "LasHeR/train"),
        ("lasher/all", "LasHeR"),
        ("VOT-RGBT2019", "VOT-RGBT2019"),
        ("vot_rgbt_2020", "VOT-RGBT2020"),
        ("lasot", "LaSOT"),
        ("VTUAV/TEST_st", "VTUAV/test_ST"),
    ],
)
def test_names_in_any_spelling(text: str, name: str | None) -> None:
    if name is None:
        with pytest.raises(ConfigError, match="did you mean gtot"):
            BenchmarkName.parse(text)
    else:
        assert str(BenchmarkName.parse(text)) == name


def test_a_split_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(
        ConfigError, match=r"LasHeR has no split 'val'; choose all or train or test"
    ):
        BenchmarkName.parse("lasher/val")
    with pytest.raises(ConfigError, match=r"GTOT has no split 'test'; choose all"):
        BenchmarkName.parse("gtot/test")


SHARED = [
    {"rgbt210", "rgbt234", "vot-rgbt2019", "vot-rgbt2020"},
    {"gtot"},
    {"lasher/all", "lasher/train"},
    {"lasher/all", "lasher/test"},
    {"lasot", "lasot/train"},
    {"lasot", "lasot/test"},
    {"vtuav/all", "vtuav/train", "vtuav/train_ST"},
    {"vtuav/all", "vtuav/train", "vtuav/train_LT"},
    {"vtuav/all", "vtuav/test", "vtuav/test_ST"},
    {"otb"},
]
NAMES = sorted(set().union(*SHARED))


@pytest.mark.parametrize("training", NAMES)
def test_which_sets_share_videos(training: str) -> None:
    for test in NAMES:
        if any({training, test} <= group for group in SHARED):
            with pytest.raises(ConfigError, match="uses the same videos"):
                check_disjoint([training], test)
        else:
            check_disjoint([training], test)


def test_the_rule_of_the_paper() -> None:
    check_disjoint(["gtot", "lasot"], "rgbt234")
    check_disjoint(["rgbt234"], "gtot")
    with pytest.raises(
        ConfigError, match=r"training on RGBT210 and testing on RGBT234 .*both are of RGBT234"
    ):
        check_disjoint(["gtot", "rgbt210"], "rgbt234")
    check_disjoint([], "gtot")


def test_folders_of_anybody_are_not_compared() -> None:
    check_disjoint(["folder"], "folder")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.key)
def test_every_kind_is_found_by_its_name(kind: BenchmarkKind) -> None:
    for split in ("all", *(each.name for each in kind.splits)):
        found = BenchmarkName.parse(f"{kind.name}/{split}")
        assert (found.kind, found.split) == (kind, split)
