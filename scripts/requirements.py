"""Print, one line a requirement, whether the last `make test` of this tree proved it.

python -m scripts.requirements              all; fails for those that docs/product/built.txt lists
python -m scripts.requirements S0-1 S0-2    these; fails where one is missing
python -m scripts.requirements --start      begin a new record; `make test` does it
"""

import sys

from tests.support.requirements_record import (
    BUILT,
    REQUIREMENTS,
    Record,
    listed_requirements,
    tree_digest,
    verdict,
)


def main(arguments: list[str]) -> int:
    """Return the exit code."""
    tree = tree_digest()
    if arguments == ["--start"]:
        Record(tree).save()
        return 0
    known = listed_requirements(REQUIREMENTS.read_text())
    if unknown := [name for name in arguments if name not in known]:
        print(f"No such requirement: {', '.join(unknown)}", file=sys.stderr)
        return 2
    record = Record.load()
    wanted = [name for name in known if name in arguments] if arguments else known
    verdicts = [verdict(name, record, tree) for name in wanted]
    for each in verdicts:
        print(each)
    must_hold = set(arguments or BUILT.read_text().split())
    broken = [each.id for each in verdicts if each.id in must_hold and not each.is_ok]
    ok = sum(each.is_ok for each in verdicts)
    print(f"{len(verdicts)} requirements: {ok} ok, {len(verdicts) - ok} missing")
    if broken and not arguments:
        print(f"Said to be built, but missing: {', '.join(broken)}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
