from pathlib import Path

import yaml

FIXTURES = sorted((Path(__file__).parent.parent / "fixtures").glob("*.yaml"))


def test_contacts_and_sources_are_the_same_in_every_fixture():
    seen = {}

    for path in FIXTURES:
        for row in yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader):
            if row["model"] in ("wizard.contact", "wizard.source"):
                known = seen.setdefault((row["model"], row["fields"]["slug"]), row["fields"])
                assert row["fields"] == known

    assert ("wizard.contact", "police") in seen
