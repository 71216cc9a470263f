"""The line of every key is found, whatever way it is written."""

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from apps.projects.toml_lines import line_of, locate

TEXT = '''\
# comment
name = "x" # = [
"quoted key".part = 1

[a.b]
text = """
[not.a.table]
key = 1
"""
after = [
  1,  # one
  { inner = 2 },
]

[[task]]
id = 1
[[task]]
id = 2
[task.more]
deep = 3
'''


def test_every_kind_of_key_has_its_line():
    lines = locate(TEXT)
    assert lines["name",] == 2
    assert lines["quoted key", "part"] == 3
    assert lines["a", "b"] == 5
    assert lines["a", "b", "text"] == 6
    assert lines["a", "b", "after"] == 10
    assert lines["task", 0, "id"] == 16
    assert lines["task", 1, "id"] == 18
    assert lines["task", 1, "more", "deep"] == 20
    assert ("not", "a", "table") not in lines


def test_what_is_not_there_takes_the_line_around_it():
    lines = locate(TEXT)
    assert line_of(lines, ("task", 1, "input")) == 17
    assert line_of(lines, ("nowhere",)) is None


KEYS = st.text("abc", min_size=1, max_size=3)


@given(
    st.dictionaries(KEYS, st.dictionaries(KEYS, st.sampled_from(["1", '"x"', "[\n1,\n]", '"""\n[k]\n"""'])), max_size=4)
)
def test_every_key_of_a_document_is_found_on_a_line_that_holds_it(tables):
    text = "\n".join(
        f"[{name}]\n" + "\n".join(f"{key} = {value}" for key, value in keys.items()) for name, keys in tables.items()
    )
    lines, split = locate(text), text.split("\n")
    for name, keys in tomllib.loads(text).items():
        assert split[lines[name,] - 1] == f"[{name}]"
        for key in keys:
            assert split[lines[name, key] - 1].startswith(f"{key} = ")
