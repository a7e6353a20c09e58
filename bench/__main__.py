"""Run every figure: `python -m bench`, or some: `python -m bench slot_engine`.

Each module of this folder that has a ``main()`` is a program of its own. All run, one after the
other, even when one of them fails; the exit code is 1 if a gate was missed or a program failed.
"""

import ast
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent


def programs(folder: Path) -> list[str]:
    """Return the names of the modules that measure something."""
    return [
        path.stem
        for path in sorted(folder.glob("[!_]*.py"))
        if any(
            isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == "main"
            for node in ast.parse(path.read_text()).body
        )
    ]


def run(folder: Path, names: list[str]) -> list[str]:
    """Run them in turn and return the names of those that failed."""
    return [
        name
        for name in names
        if subprocess.run(
            [sys.executable, "-m", f"{folder.name}.{name}"],
            cwd=folder.parent,
            check=False,
            stdin=subprocess.DEVNULL,
        ).returncode
    ]


def main() -> None:
    known = programs(FOLDER)
    if unknown := set(sys.argv[1:]) - set(known):
        sys.exit(f"no such figure: {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    if failed := run(FOLDER, sys.argv[1:] or known):
        sys.exit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
