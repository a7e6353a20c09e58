"""Where a component finds the script of ours that stands beside it."""

import os

import reflex as rx


def script_beside(module: str, name: str) -> str:
    """Return what a component names as its library: the script ``name`` in the folder of ``module``.

    To be called at the top of the module that owns the script. A process that only serves compiles
    nothing and needs no link to the script; for each, Reflex would read the whole call stack with
    all its sources, most of the time that a start takes.
    """
    if "__REFLEX_SKIP_COMPILE" in os.environ:
        return f"$/public/external/{module.replace('.', '/')}/{name}"
    return rx.asset(name, shared=True, _stack_level=2).importable_path
