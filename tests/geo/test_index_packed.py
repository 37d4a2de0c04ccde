"""Arrays in little memory answer as the arrays they were made of."""

import hypothesis.strategies as st
import numpy as np
from hypothesis import given

from geo.index.packed import Flags, Runs


@given(st.lists(st.integers(-3, 3), max_size=40), st.data())
def test_runs_are_the_numbers(numbers, data):
    array = np.array(sorted(numbers), dtype=np.int64)
    at = np.array(data.draw(st.lists(st.integers(0, max(len(array) - 1, 0)), max_size=len(array))), np.int64)
    assert Runs.of(array)[at].tolist() == array[at].tolist()


def test_runs_need_no_order():
    assert Runs.of(np.array([5, 5, 2, 2, 9]))[np.arange(5)].tolist() == [5, 5, 2, 2, 9]
    assert Runs.of(np.array([5, 5, 2, 2, 9])).begin.tolist() == [0, 2, 4]


@given(st.lists(st.booleans(), max_size=40))
def test_flags_are_the_truths(truths):
    array = np.array(truths, dtype=bool)
    flags = Flags.of(array)
    assert flags[np.arange(len(array))].tolist() == truths
    assert len(flags.octets) == -(-len(array) // 8)
