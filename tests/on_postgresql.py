"""Run the tests about storage, locking, publishing and sharing again, on PostgreSQL.

With arguments, only those that they name. TEST_DATABASE_URL names the server; by
default the one on this machine. Without a server the run is reported as not done,
and under CI that is a failure.
"""

import os
import subprocess
import sys

import psycopg

from tests import databases

DEFAULT = "postgres://postgres@127.0.0.1:5432/postgres"
MARKED = "postgresql or postgresql_only"


def main() -> int:
    url = os.environ.get("TEST_DATABASE_URL", DEFAULT)
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.OperationalError as exc:
        print(f"PostgreSQL tests NOT RUN, no server: {exc}", file=sys.stderr)
        return 1 if os.environ.get("CI") else 0
    os.environ["DATABASE_URL"] = url
    pytest = [sys.executable, "-m", "pytest", "-n", "auto", "--dist", "loadgroup", "-m", MARKED]
    with databases.prepared_on_postgresql() as name:
        environment = os.environ | {databases.PREPARED: name}
        return subprocess.run([*pytest, *sys.argv[1:]], env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
