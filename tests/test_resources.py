from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from panel import resources
from panel.errors import PanelError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder that passes for the installed package."""
    folder = tmp_path / "site" / "panel"
    folder.mkdir(parents=True)
    monkeypatch.setattr(resources, "PACKAGE", folder)
    return folder


def test_the_personas_are_found() -> None:
    """Wherever the tests run, the four personas are where `folder` says."""
    names = {path.stem for path in resources.folder("personas").glob("*.yaml")}
    assert {"dx", "competitive", "futurist", "business"} <= names


def test_a_wheel_s_own_data_comes_first(package: Path) -> None:
    """Data inside the package is taken even where a checkout stands around it."""
    (package / "_data" / "personas").mkdir(parents=True)
    (package.parent / "pyproject.toml").touch()
    (package.parent / "personas").mkdir()
    assert resources.folder("personas") == package / "_data" / "personas"


def test_a_checkout_has_its_data_beside_the_package(package: Path) -> None:
    """In a checkout the folders stand beside the package."""
    (package.parent / "pyproject.toml").touch()
    (package.parent / "examples").mkdir()
    assert resources.folder("examples") == package.parent / "examples"


def test_somebody_else_s_folder_is_not_taken(package: Path) -> None:
    """A folder called `examples` among installed packages may be anybody's; that is told as missing data."""
    (package.parent / "examples").mkdir()
    with pytest.raises(PanelError, match="no folder 'examples'") as caught:
        resources.folder("examples")
    assert caught.value.hint
    assert caught.value.exit_code == 1
