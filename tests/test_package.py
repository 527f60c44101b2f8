"""The project as it is shipped: its locks, its two first commands, its sdist and its wheel."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
ROOMS = ("personas", "prompts", "evals", "examples")
PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>\S+)", re.MULTILINE)


def pins(lock: Path) -> dict[str, str]:
    """Read a lock as a table of name and version."""
    return {match["name"]: match["version"] for match in PIN.finditer(lock.read_text(encoding="utf-8"))}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_lock_names_no_index_and_no_path(lock: Path) -> None:
    """A lock says what is installed and never from where: that is the reader's choice."""
    text = lock.read_text(encoding="utf-8")
    for forbidden in ("://", " @ ", "-index-url", "--find-links", "--trusted-host", "-e ", str(ROOT)):
        assert forbidden not in text


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_every_locked_package_has_a_hash(lock: Path) -> None:
    """Each requirement is an exact version followed by at least one sha256."""
    entries = re.split(
        r"\n(?=\S)", re.sub(r"^#.*\n", "", lock.read_text(encoding="utf-8"), flags=re.MULTILINE)
    )
    assert entries
    for entry in entries:
        assert PIN.match(entry), entry
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry


def test_locks_agree_with_one_another() -> None:
    """A package has one version, whichever lock brings it, so that no command undoes another's work."""
    development = pins(ROOT / "requirements/dev.txt")
    assert pins(ROOT / "requirements/core.txt").items() <= development.items()
    for lock in LOCKS:
        shared = pins(lock).keys() & development.keys()
        assert {name: pins(lock)[name] for name in shared} == {name: development[name] for name in shared}


def test_locks_cover_what_pyproject_asks_for() -> None:
    """A requirement changed without `make lock` is noticed."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"]
    groups = project["dependency-groups"]
    tested = (extras[name] for name in ("anthropic", "evals", "fast", "openai", "postgres", "scale"))
    wanted = {
        "core": [*project["project"]["dependencies"], *project["build-system"]["requires"], *groups["build"]],
        "dev": [*groups["dev"], *(requirement for extra in tested for requirement in extra)],
        "slow": groups["slow"],
        "audit": groups["audit"],
    }
    for name, requirements in wanted.items():
        locked = pins(ROOT / f"requirements/{name}.txt")
        for requirement in map(Requirement, requirements):
            assert requirement.specifier.contains(locked[requirement.name.lower()]), requirement


def test_a_newcomer_s_two_commands_come_first() -> None:
    """`make review` and `make test` are the first two targets, and plain `make` reviews."""
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert targets[:2] == ["review", "test"]


def set_up(folder: Path, pythons: dict[str, str], **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the set-up script in `folder` with a PATH on which only `pythons` (name → script) are found."""
    (folder / "requirements").mkdir()
    (folder / "requirements/dev.txt").write_text("# nothing is needed\n", encoding="utf-8")
    programs = folder / "programs"
    programs.mkdir()
    for name in ("grep", "cat", "sleep", "rm", "touch"):
        (programs / name).symlink_to(str(shutil.which(name)))
    for name, script in pythons.items():
        (programs / name).write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        (programs / name).chmod(0o755)
    return subprocess.run(
        ["/bin/sh", str(ROOT / "scripts/setup.sh"), "dev"],
        cwd=folder,
        env={"PATH": str(programs), "HOME": str(folder), **variables},
        capture_output=True,
        text=True,
        check=False,
    )


OLD = 'case "$2" in *print*) echo 3.9 ;; *) exit 1 ;; esac'
BARE = 'case "$2" in *print*) echo 3.12 ;; *ensurepip*) exit 1 ;; *) exit 0 ;; esac'
SHIM = 'echo "python3: command not found" >&2; exit 127'


@pytest.mark.parametrize(
    ("pythons", "said"),
    [
        ({"python3": OLD}, ["needs Python 3.11 or newer; found only python3 (3.9)", "make PYTHON="]),
        ({"python3": BARE}, ["python3 cannot make virtual environments", "apt install python3.12-venv"]),
        ({"python3": OLD, "python3.12": BARE}, ["python3.12 cannot make", "apt install python3.12-venv"]),
        ({"python3": SHIM}, ["needs Python 3.11 or newer; none of these runs", "make PYTHON="]),
        ({}, ["needs Python 3.11 or newer; none of these runs", "make PYTHON="]),
    ],
    ids=["too old", "no ensurepip", "old and bare", "a shim", "none"],
)
def test_an_unfit_python_gets_two_lines_of_advice(
    tmp_path: Path, pythons: dict[str, str], said: list[str]
) -> None:
    """Without a fit Python the set-up names the cause and the next step, makes nothing and exits 1."""
    result = set_up(tmp_path, pythons)
    assert result.returncode == 1
    lines = result.stderr.splitlines()
    assert len(lines) == len(said)
    assert all(words in line for words, line in zip(said, lines, strict=True))
    assert not (tmp_path / ".venv").exists()


def test_an_interrupted_installation_is_made_anew(tmp_path: Path) -> None:
    """What a killed installation left is thrown away; a shim that does not run is passed over."""
    left = tmp_path / ".venv/lib/half-written"
    left.mkdir(parents=True)
    (tmp_path / ".venv/.installing").write_text("", encoding="utf-8")
    real = f'exec "{sys.executable}" "$@"'
    result = set_up(tmp_path, {"python3": SHIM, "python3.11": real}, PIP_USER="1", PIP_REQUIRE_VIRTUALENV="1")
    assert result.returncode == 0, result.stderr
    assert not left.exists()
    assert (tmp_path / ".venv/.dev").exists()
    assert not (tmp_path / ".venv/.installing").exists()


@dataclass(frozen=True)
class Shipped:
    """The project built, and installed where the checkout cannot be seen."""

    sdist: Path
    wheel: Path
    programs: Path
    """The `bin` folder of the environment that the wheel was installed into."""
    elsewhere: Path
    """A folder with nothing of the project in it."""

    def run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run an installed program, away from the checkout."""
        return subprocess.run(
            [str(self.programs / program), *arguments],
            cwd=self.elsewhere,
            env={name: value for name, value in os.environ.items() if not name.startswith("PYTHON")},
            capture_output=True,
            text=True,
            check=False,
        )


def build(source: Path, target: str, into: Path) -> Path:
    """Build an sdist or a wheel with the backend that pyproject names."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", target, "--directory", str(into)]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    (built,) = into.iterdir()
    return built


@pytest.fixture(scope="session")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Shipped:
    """Build the sdist from the tree and the wheel from the sdist, then install the wheel."""
    folder = tmp_path_factory.mktemp("shipped")
    sdist = build(ROOT, "sdist", folder / "sdist")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder / "source", filter="data")
    (source,) = (folder / "source").iterdir()
    wheel = build(source, "wheel", folder / "wheel")
    environment = folder / "environment"
    venv.create(environment, symlinks=True)
    python = environment / "bin/python"
    install = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(python),
        "install",
        "--quiet",
        "--no-index",
        "--no-deps",
    ]
    subprocess.run([*install, str(wheel)], check=True, capture_output=True)
    # A .pth file of a folder that is itself named in one is not read: the libraries are found, and a
    # checkout installed beside them is not.
    libraries = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (packages,) = environment.glob("lib/python*/site-packages")
    (packages / "libraries.pth").write_text("\n".join(sorted(libraries)), encoding="utf-8")
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    return Shipped(sdist, wheel, environment / "bin", elsewhere)


def contents(folder: Path) -> set[str]:
    """List the files below a folder, without what Python and tools leave there."""
    paths = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {path.as_posix() for path in paths if "__pycache__" not in path.parts and path.suffix != ".pyc"}


def test_wheel_holds_the_package_and_its_data_and_nothing_else(shipped: Shipped) -> None:
    """Every module, persona, prompt, golden case and example is in the wheel; tests are not."""
    names = {name for name in zipfile.ZipFile(shipped.wheel).namelist() if ".dist-info/" not in name}
    expected = {f"panel/{name}" for name in contents(ROOT / "panel")}
    expected |= {f"panel/_data/{room}/{name}" for room in ROOMS for name in contents(ROOT / room)}
    assert names == expected
    assert "panel/py.typed" in names


def test_shippanel_is_the_only_command(shipped: Shipped) -> None:
    """No `panel` command is installed: another project owns that name."""
    archive = zipfile.ZipFile(shipped.wheel)
    (entry_points,) = (name for name in archive.namelist() if name.endswith("entry_points.txt"))
    assert archive.read(entry_points).decode().split() == [
        "[console_scripts]",
        "shippanel",
        "=",
        "panel.cli:main",
    ]


def test_sdist_carries_what_a_packager_needs(shipped: Shipped) -> None:
    """Tests, locks, the Makefile and the licence travel with the source."""
    with tarfile.open(shipped.sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"LICENSE", "Makefile", "requirements/core.txt", "scripts/setup.sh", "tests/conftest.py"} <= names


def test_installed_package_stands_on_its_own(shipped: Shipped) -> None:
    """Code and data are found in the environment, and nothing of the checkout is on the path."""
    script = (
        "import sys, panel; from panel.resources import folder, ROOMS; "
        "print(panel.__file__, *map(folder, ROOMS), sep='\\n'); print(*sys.path, sep='\\n', file=sys.stderr)"
    )
    result = shipped.run("python", "-c", script)
    assert result.returncode == 0, result.stderr
    places = [Path(line) for line in result.stdout.splitlines()]
    assert len(places) == 1 + len(ROOMS)
    assert all(place.is_relative_to(shipped.programs.parent.resolve()) for place in places)
    assert str(ROOT) not in result.stderr.splitlines()


def test_installed_program_names_the_version_of_its_wheel(shipped: Shipped) -> None:
    """`shippanel --version` and the wheel's metadata agree."""
    version = shipped.wheel.name.split("-")[1]
    assert shipped.run("shippanel", "--version").stdout == f"shippanel {version}\n"


def test_installed_program_lists_its_personas(shipped: Shipped) -> None:
    """The four personas come with the wheel."""
    result = shipped.run("shippanel", "personas", "list")
    assert result.returncode == 0, result.stderr
    for persona in ("dx", "competitive", "futurist", "business"):
        assert re.search(rf"\b{persona}\b", result.stdout)


def test_installed_program_reviews_a_tool(shipped: Shipped) -> None:
    """A review runs from any folder, on nothing but what the wheel holds."""
    (example,) = shipped.programs.parent.glob("lib/python*/site-packages/panel/_data/examples/smolvlm2.yaml")
    result = shipped.run("shippanel", "review", str(example))
    assert result.returncode == 0, result.stderr
    assert "SmolVLM2" in result.stdout


def test_python_in_the_readme_runs() -> None:
    """Each example marked as run by the tests does run, from a checkout's root."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    examples = re.findall(r"<!-- python: run by the tests -->\n```python\n(.*?)```", readme, re.DOTALL)
    assert examples
    for example in examples:
        done = subprocess.run(
            [sys.executable, "-c", example], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.strip()
