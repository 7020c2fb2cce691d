"""The text that sentence vectors are made of, and the form in which they are stored."""

import numpy as np
import pytest

from builders.vectors import unit_rows
from straitwatch.core.vectors import encoder_text, readable, to_int8

TO_SIMPLIFIED = {ord(one): ord(other) for one, other in zip("彈島艦學", "弹岛舰学", strict=True)}


def random_vectors(rows: int = 200) -> np.ndarray:
    vectors = np.random.default_rng(7).normal(size=(rows, 384)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.mark.parametrize(
    ("title", "lead", "expected"),
    [
        ("Fleet Sails", "", "Fleet Sails"),
        ("Fleet Sails", "It left at dawn.", "Fleet Sails. It left at dawn."),
        ("", "It left at dawn.", "It left at dawn."),
        (" Fleet Sails ", " It left. ", "Fleet Sails. It left."),
        ("Fleet Sails", "x" * 300, "Fleet Sails. " + "x" * 200),
        ("飛彈落在島上", "", "飛弹落在岛上"),
        ("島にミサイルが落ちた", "學", "島にミサイルが落ちた. 學"),
        ("ｶﾞ島", "", "ｶﾞ島"),
    ],
)
def test_text_is_title_and_lead_in_one_script_of_chinese(
    title: str, lead: str, expected: str
) -> None:
    assert encoder_text(title, lead, TO_SIMPLIFIED) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a\x00b", "a\ufffdb"), ("a\ud83db", "a\ufffdb"), ("\t ", ""), ("x" * 500, "x" * 400)],
)
def test_text_becomes_readable_for_any_encoder(text: str, expected: str) -> None:
    assert readable(text) == expected
    assert readable(text).encode().decode() == expected


def test_rounding_changes_cosines_by_less_than_a_hundredth() -> None:
    vectors = random_vectors()

    rounded = unit_rows([row.tobytes() for row in to_int8(vectors)])

    assert np.abs(rounded @ rounded.T - vectors @ vectors.T).max() < 0.01


def test_number_that_is_too_large_is_cut_and_keeps_its_sign() -> None:
    assert to_int8(np.array([[1.0, -1.0]], dtype=np.float32)).tolist() == [[127, -127]]


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_vector_that_is_not_finite_becomes_zeros(number: float) -> None:
    assert not to_int8(np.array([[0.1, number]], dtype=np.float32)).any()
