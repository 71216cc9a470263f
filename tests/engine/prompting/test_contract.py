"""Contracts as replies carry them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.engine.contracts.validity import complaint
from apps.engine.effects import Contract
from apps.engine.prompting.contract import contract_of

TASKS = ("add two", "sort", "SQL")
WANTED = Contract("sorting first helps", "task sort failed", ("sort",), ("SQL",), {"sort": 0.7, "add two": 0.5})


@pytest.mark.parametrize(
    "reply",
    [
        """I sort.
```python
x = {"a": 1}
```
```json contract
{"hypothesis": "sorting first helps", "evidence": "task sort failed", "predicted_fixes": ["sort", "unknown"],
 "at_risk": ["sql"], "probabilities": {"sort": 0.7, "add two": "50%", "SQL": 1.5, "unknown": 0.1}}
```""",
        '{"edit": {}, "contract": {"Hypothesis": "sorting first helps", "evidence": "task sort failed", '
        '"fixes": "sort", '
        '"at risk": "SQL", "probabilities": {"sort": 0.7, "add two": 0.5}}}',
        """**Hypothesis:** sorting first helps
- Evidence: task sort failed
Predicted fixes: sort
Tasks at risk: `SQL`
Probabilities: sort: 0.7, add two = 50 %""",
    ],
)
def test_a_contract_is_read_in_whatever_shape(reply):
    assert contract_of(reply, TASKS) == WANTED


def test_a_reply_without_a_contract_claims_nothing():
    assert contract_of("<<<<<<< SEARCH\nx\n=======\ny\n>>>>>>> REPLACE", TASKS) == Contract()


@pytest.mark.parametrize("told", ["Probabilities: a{}b", '{{"probabilities": "a{}b"}}'])
def test_a_row_of_blanks_is_no_work(told):  # or else it takes hours
    assert contract_of(told.format(" " * 19_000), TASKS) == Contract()


@given(
    st.one_of(
        st.text(),
        st.recursive(
            st.one_of(st.none(), st.booleans(), st.floats(), st.integers(), st.text(max_size=5)),
            lambda inner: st.one_of(
                st.lists(inner, max_size=3),
                st.dictionaries(
                    st.sampled_from(["hypothesis", "fixes", "at_risk", "probabilities", "sort", "contract"]), inner
                ),
            ),
        ).map(str),
    )
)
def test_whatever_a_reply_claims_may_stand(reply):
    assert complaint(contract_of(reply.replace("'", '"'), TASKS), TASKS) == ""
