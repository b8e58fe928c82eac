"""Report how often the message search finds the right cause, and how fast it answers.

The labelled set, paraphrases.yaml, is kept apart from the trees: no wording of
it may be copied into a message. Print what was missed with `--missed`.
"""

import sys
from pathlib import Path

import yaml
from django.core.management import call_command

import tests.benchmarks.engine as bench  # also sets up a database of its own
from wizard import editions
from wizard.tree.search import FLOOR, MessageIndex

PARAPHRASES = Path(__file__).parent / "paraphrases.yaml"
TOP = 3


def labelled() -> list[dict]:
    """Texts with the causes that would be right: `{text, findings}`; none = nothing fits."""
    return yaml.safe_load(PARAPHRASES.read_text(encoding="utf-8"))


def found(index: MessageIndex, text: str) -> list[str]:
    """The causes that the search gives, best first."""
    return [match.message.finding for match in index.search(text, most=TOP)]


def main() -> None:
    call_command("migrate", verbosity=0)
    call_command("bootstrap", verbosity=0)
    index = editions.messages("zh-hans")
    cases = labelled()
    fitting = [case for case in cases if case["findings"]]
    strangers = [case for case in cases if not case["findings"]]
    results = [(case, found(index, case["text"])) for case in fitting]
    first = sum(bool(got) and got[0] in case["findings"] for case, got in results)
    missed = [(case, got) for case, got in results if not set(case["findings"]) & set(got)]
    wrong = [(case, got) for case in strangers if (got := found(index, case["text"]))]
    print(f"{len(fitting)} labelled texts, floor {FLOOR}")
    print(f"  top 1   {first / len(fitting):6.1%}")
    print(f"  top 3   {1 - len(missed) / len(fitting):6.1%}")
    print(f"  strangers told that nothing fits   {1 - len(wrong) / len(strangers):6.1%}")
    longest = max((case["text"] for case in cases), key=len)
    print(f"  one search {bench.milliseconds(lambda: index.search(longest)):8.3f} ms")
    if "--missed" in sys.argv:
        for case, got in (*missed, *wrong):
            print(f"    {case['text']!r} wants {case['findings']}, got {got}")


if __name__ == "__main__":
    main()
