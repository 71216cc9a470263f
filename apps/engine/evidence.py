"""How far the claim of a method is shown here: its mechanism in a small world, real tasks, a hosted model."""

from dataclasses import dataclass

NOT_YET = "not yet"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What shows a claim, step by step; "" where nothing does yet.

    mechanism is the file of tests, from the project's root, that try the claim with a simulated model, in a twin world
    where it must fail, and without the method's distinctive part. scripted and hosted say in a sentence what was found
    on real tasks: with edits that a script drew, which shows the search and not what a model makes of the prompts, and
    with a hosted model.
    """

    mechanism: str = ""
    scripted: str = ""
    hosted: str = ""

    @property
    def steps(self) -> tuple[tuple[str, str], ...]:
        """What is shown and by what, in the words for people."""
        told = (
            ("mechanism", self.mechanism),
            ("real tasks, edits by a script", self.scripted),
            ("real tasks, edits by a hosted model", self.hosted),
        )
        return tuple((step, by or NOT_YET) for step, by in told)
