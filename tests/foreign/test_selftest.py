"""What the check of another engine's folder says: by the command, with everything that a person needs to go on."""

import io
import shutil
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from apps.log.models import Event
from apps.projects.models import Project
from apps.projects.package import PackageError, Told, read_package
from apps.projects.protocol import protocol
from apps.rounds.selftest import Laboratory, check, self_test
from apps.sandbox.probe import require
from apps.sandbox.runtime import prepare
from tests.foreign import gepa_style, openevolve_style, shinka_style
from tests.foreign.cases import text
from tests.foreign.conftest import write

PROGRAM = {"initial_program.py": openevolve_style.PROGRAM}


@pytest.fixture
def said(pool, home):
    """The facts of a folder, or its problems, one a line."""

    def tried(folder, told=None):
        package = read_package(folder, told=told or Told())
        runtime = prepare(package.settings.packages, home, package.settings.preload)
        try:
            return self_test(Laboratory(package, runtime, pool))
        except PackageError as error:
            return str(error)

    return tried


def openevolve(place, body, **files):
    return write(place / "task", {**PROGRAM, "evaluator.py": openevolve_style.evaluator(body), **files})


GOOD = text("""
    def evaluate(program_path):
        return {"combined_score": load(program_path).search()}
    """)


def test_a_sound_folder_has_a_seed_score_and_its_notes(tmp_path, said):
    facts = said(openevolve(tmp_path, GOOD, **{"config.yaml": "log_level: INFO\n"}))
    assert (facts.seed_score, facts.repeatable, facts.tasks) == (3.0, True, 1)
    assert any("log_level" in note for note in facts.notes)


def test_all_packages_that_are_missing_are_named_at_once_with_their_versions(tmp_path, said):
    folder = openevolve(
        tmp_path, "import numpy as np\nimport sklearn.svm\nfrom helper import x\n" + GOOD, **{"helper.py": "x = 1\n"}
    )
    told = said(folder)
    assert told.startswith("evaluator.py:")
    assert "ModuleNotFoundError: No module named 'numpy'" in told
    assert 'packages = ["numpy==2.4.6", "scikit-learn==VERSION"] under [sandbox] of evoweb.toml' in told
    assert "--package numpy==2.4.6 --package scikit-learn==VERSION" in told
    assert "network" not in told


def test_an_evaluator_that_asks_a_model_itself_is_told_that_there_is_no_network(tmp_path, said):
    told = said(openevolve(tmp_path, "from openai import OpenAI\n" + GOOD))
    assert "--package openai==VERSION" in told
    assert "an evaluation has no network" in told
    assert "a project with [model]" in told


def test_a_missing_package_that_the_evaluator_swallowed_is_named_too(tmp_path, said):
    told = said(
        openevolve(
            tmp_path,
            """
            def evaluate(program_path):
                try:
                    import numpy
                except ImportError as problem:
                    return {"combined_score": 0.0, "error": str(problem)}
                return {"combined_score": 1.0}
            """,
        )
    )
    assert "the seed is scored though an import failed: error: No module named 'numpy'" in told
    assert "--package numpy==2.4.6" in told


def test_a_package_that_is_named_is_there(tmp_path, home):
    folder = openevolve(
        tmp_path,
        """
        import numpy as np
        def evaluate(program_path):
            return {"combined_score": np.float32(load(program_path).search())}
        """,
    )
    _, facts = check(folder, home, require(home), told=Told(("numpy==2.4.6",)))
    assert facts.seed_score == 3.0


def test_a_program_that_is_missing_is_named(tmp_path, said):
    files = {"initial.zz": "say 1\n", **shinka_style.CASES["a compiler that is not there"].files}
    del files["initial.py"]
    told = said(write(tmp_path / "task", files))
    assert "The program zzc-compiler is not there" in told


def test_what_a_compiler_says_is_told_after_why_there_is_no_score(tmp_path, said):
    body = 'write(results_dir, {"text_feedback": "line 3: no such thing\\nstopped."}, False, "does not compile")'
    files = {"initial.py": shinka_style.PROGRAM, "evaluate.py": shinka_style.own(body)}
    told = said(write(tmp_path / "task", files))
    assert "incorrect, does not compile: stopped. The seed must score" in told


def test_a_compiler_finds_the_headers_of_the_system(tmp_path, said):
    if not shutil.which("gcc", path="/usr/bin") or not Path("/usr/include/stdio.h").exists():
        pytest.skip("no C compiler is installed here")
    body = """
        import subprocess
        subprocess.run(["gcc", "-xc", program_path, "-o", "program"], check=True)
        write(results_dir, {"combined_score": float(subprocess.run(["./program"], stdout=subprocess.PIPE).stdout)})
        """
    program = "#include <stdio.h>\n// EVOLVE-BLOCK-START\nint n = 7;\n// EVOLVE-BLOCK-END\n"
    program += 'int main(void) { printf("%d", n); return 0; }\n'
    facts = said(write(tmp_path / "task", {"initial.c": program, "evaluate.py": shinka_style.own(body)}))
    assert getattr(facts, "seed_score", facts) == 7.0


def test_a_task_file_that_cannot_be_imported_says_the_same_for_every_example(tmp_path, said):
    data = 'seed_candidate = "three words here"\nvalset = [1, 2, 3]\n'
    body = "import numpy\ndef evaluator(candidate, example):\n    return 1.0\n"
    told = said(write(tmp_path / "task", gepa_style.evaluator(body, data=data, seed="")))
    assert "--package numpy==2.4.6" in told
    assert "has no attribute" not in told


def test_an_evaluator_that_never_looks_at_the_program_is_refused(tmp_path, said):
    told = said(openevolve(tmp_path, "def evaluate(program_path):\n    return {'combined_score': 5.0}\n"))
    assert "evaluator.py: evaluator.py does not tell the seed (5) from a candidate with nothing in it (5)" in told
    assert "from a candidate that answers nothing (5)" in told
    assert "weak_seed = true" in told


def test_a_weak_seed_may_be_declared_beside_the_folder(tmp_path, said):
    body = "def evaluate(program_path):\n    return {'combined_score': 0.0}\n"
    folder = openevolve(tmp_path, body, **{"evoweb.toml": "[evaluator]\nweak_seed = true\n"})
    assert said(folder).seed_score == 0.0


def test_a_place_in_the_program_is_told_where_the_program_fails(tmp_path, said):
    program = "# EVOLVE-BLOCK-START\ndef search():\n    return 1 / 0\n# EVOLVE-BLOCK-END\n"
    told = said(openevolve(tmp_path, GOOD, **{"initial_program.py": program}))
    assert told.startswith('initial_program.py:3: the seed fails on task "evaluation": error, ZeroDivisionError')


@pytest.mark.django_db
def test_import_tells_and_keeps_that_scores_are_forgeable(tmp_path, settings, home):
    settings.EVOWEB_HOME = home
    folder = openevolve(tmp_path, GOOD, **{"config.yaml": "odd: 1\n"})
    out = io.StringIO()
    call_command("import_project", str(folder), stdout=out)
    project = Project.objects.get()
    assert (project.style, project.forgeable) == ("openevolve", True)
    assert "note  written for OpenEvolve: evaluator and candidate run in one sandbox" in out.getvalue()
    assert "odd (line 1)" in out.getvalue()
    assert any("odd (line 1)" in note for note in project.notes)
    assert b'"forgeable":true' in protocol(project, "bubblewrap")[1]
    assert b'"forgeable":true' in bytes(Event.objects.get(kind="project.imported").body)


@pytest.mark.django_db
def test_a_folder_that_fails_imports_nothing(tmp_path, settings, home):
    settings.EVOWEB_HOME = home
    with pytest.raises(CommandError, match="No module named 'numpy'"):
        call_command("import_project", str(openevolve(tmp_path, "import numpy\n" + GOOD)))
    assert not Project.objects.exists()
