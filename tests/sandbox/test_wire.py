"""Frames and values: nothing that hostile bytes say makes our side fall over."""

import json
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.sandbox.inside import values, wire


def _frames(data: bytes, max_body: int = 1_000) -> list[wire.Frame]:
    reader = wire.Reader(max_body)
    reader.feed(data)
    found = []
    while frame := reader.next():
        found.append(frame)
    return found


@given(st.lists(st.binary(max_size=50), max_size=5), st.integers(1, 7))
def test_frames_survive_being_cut_anywhere(parts, step):
    data = wire.encode({"a": 1}, *parts) + wire.encode({"b": [2]})
    reader, found = wire.Reader(1_000), []
    for start in range(0, len(data), step):
        reader.feed(data[start : start + step])
        while frame := reader.next():
            found.append(frame)
    assert found == [({"a": 1}, parts), ({"b": [2]}, [])]


@pytest.mark.parametrize(
    "data",
    [
        struct.pack(">II", 2, 0xFFFFFFFF) + b"{}",
        struct.pack(">II", 0xFFFFFFFF, 0),
        struct.pack(">II", 2, 0) + b"[]",
        struct.pack(">II", 2, 0) + b"{}",
        struct.pack(">II", 3, 0) + b"\xff\xff\xff",
        struct.pack(">II", 13, 3) + b'{"parts":[2]}' + b"abc",
        struct.pack(">II", 16, 0) + b'{"parts":[-1,1]}',
        struct.pack(">II", 100_000, 0) + b"[" * 100_000,
    ],
)
def test_broken_frames(data):
    with pytest.raises(wire.BrokenFrame):
        _frames(data)


@given(st.binary(max_size=200))
def test_any_bytes_are_frames_or_broken(data):
    try:
        _frames(data)
    except wire.BrokenFrame:
        return


@given(
    st.binary(max_size=300) | st.text(alphabet='[]{}",:0123456789eE+-.\\ud8abtrufalsn ', max_size=60).map(str.encode)
)
def test_any_bytes_are_an_answer_or_no_data(data):
    try:
        value = values.decode(data)
    except values.NotData:
        return
    json.dumps(value, allow_nan=False, ensure_ascii=False).encode()


ANSWERS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


@given(ANSWERS)
def test_answers_survive(value):
    assert values.decode(values.encode(value)) == value


@pytest.mark.parametrize(
    "text", [b"NaN", b"-Infinity", b"1e999", b"[1e400]", b'"\\ud800"', b"[" * 100_000, b"1" * 5_000, b""]
)
def test_what_is_no_data(text):
    with pytest.raises(values.NotData):
        values.decode(text)
