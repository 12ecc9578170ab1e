"""Proposal sets keep each box with the source it came from."""

from __future__ import annotations

import numpy as np

from rgbt_dualatt_ros.core.proposals import ProposalSet, ProposalSource


def test_sets_join_in_order() -> None:
    local = ProposalSet.of(np.ones((2, 4), np.float32), ProposalSource.LOCAL)
    both = local + ProposalSet.of(np.zeros((3, 4), np.float32), ProposalSource.GLOBAL)
    assert len(both) == 5
    np.testing.assert_array_equal(both.source, [0, 0, 1, 1, 1])
    np.testing.assert_array_equal(both.boxes[:, 0], [1, 1, 0, 0, 0])


def test_an_empty_set_changes_nothing() -> None:
    some = ProposalSet.of(np.ones((2, 4), np.float32), ProposalSource.GLOBAL)
    none = ProposalSet.of(np.empty((0, 4), np.float32), ProposalSource.LOCAL)
    np.testing.assert_array_equal((none + some).source, some.source)
