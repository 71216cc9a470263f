"""A process of its own that drives a run which asks a model; to be killed. Prints the archive when the run has ended.

python -m tests.rounds.asker URL CANDIDATES     starts a run; with a run in the home already, goes on with that
"""

import sys
from pathlib import Path

import django


def main() -> None:
    url, candidates = sys.argv[1], int(sys.argv[2])
    django.setup()
    from django.conf import settings

    from apps.engine import registry
    from apps.llm.models import LanguageModel
    from apps.llm.services import catalogue
    from apps.records.archive import archive_digest
    from apps.records.models import Run
    from apps.rounds.loop import Loop
    from tests.rounds import questions, world

    registry.get = lambda name: questions.RECIPE
    if not LanguageModel.objects.exists():
        columns = {"model": "scripted", "base_url": url, "key_variable": "", "max_tokens": 1000}
        catalogue.put(questions.SYSTEM, catalogue.Description(questions.MODEL, columns, {}))
        catalogue.cast(questions.SYSTEM, None, "mutate", {questions.MODEL: 1.0})
    loop = Loop(Path(settings.EVOWEB_HOME), 2)
    run = Run.objects.order_by("-pk").first()
    if run is None or run.state != "open":
        made = world.project(f"Toy {Run.objects.count()}")
        run = world.begin(loop, made, world.order(questions.METHOD, candidates, parallel=4))
    while run.state == "open":
        if not loop.turn(0.5):
            loop.wait(0.25)
        run.refresh_from_db()
    loop.close()
    print(archive_digest(run))


if __name__ == "__main__":
    main()
