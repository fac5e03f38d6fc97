"""The role that the application takes in PostgreSQL: it can add to the journal, not change it."""

from __future__ import annotations

from django.db import connection, transaction

APPLICATION_ROLE = "otklik_app"

_CREATE = """
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'otklik_app') THEN
        CREATE ROLE otklik_app NOLOGIN;
    END IF;
EXCEPTION
    WHEN insufficient_privilege THEN
        RAISE NOTICE 'no right to create roles: let an administrator CREATE ROLE otklik_app';
    WHEN duplicate_object OR unique_violation THEN
        NULL;  -- another database of this cluster was migrated in the same moment
END $$
"""
_GRANTS = (
    "GRANT USAGE ON SCHEMA public TO otklik_app",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO otklik_app",
    "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO otklik_app",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public"
    " GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO otklik_app",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO otklik_app",
)
_JOURNAL_GRANTS = (
    # The journal is added to, without an id or a position of one's choice, and read.  No more.
    "REVOKE ALL ON journal_entry FROM otklik_app",
    "GRANT SELECT, INSERT (region, kind, subject, actor, data, at) ON journal_entry TO otklik_app",
    "GRANT EXECUTE ON FUNCTION journal_number(integer) TO otklik_app",
)

ONLY_ADDED = (
    "ballots_boardentry", "ballots_checkpoint", "ballots_publication", "ballots_paperentry",
    "ballots_rightsruling",
)  # fmt: skip
"""Tables that the application adds to and reads, no more; triggers say the same."""


def create_application_role() -> None:
    """Create the role if it is not there and we may; otherwise leave it to an administrator."""
    with connection.cursor() as cursor:
        cursor.execute(_CREATE)


def grant_application_role() -> bool:
    """Give the role its rights on every table that exists; `otklik migrate` ends with this.

    Returns False when there is no such role.  Run it as the owner of the tables.
    """
    create_application_role()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_roles WHERE rolname = %s", [APPLICATION_ROLE])
        if cursor.fetchone() is None:
            return False
        for grant in _GRANTS:
            cursor.execute(grant)
        cursor.execute("SELECT to_regprocedure('journal_number(integer)')")
        if cursor.fetchone()[0]:  # not after `migrate journal zero`
            for grant in _JOURNAL_GRANTS:
                cursor.execute(grant)
        for table in ONLY_ADDED:
            cursor.execute("SELECT to_regclass(%s)", [table])
            if cursor.fetchone()[0]:
                cursor.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM otklik_app")
        # From 16 on, to be a member and to be allowed SET ROLE are two things.
        right = "SET" if _version() >= 160000 else "MEMBER"  # noqa: PLR2004
        cursor.execute("SELECT pg_has_role(current_user, %s, %s)", [APPLICATION_ROLE, right])
        if not cursor.fetchone()[0]:
            cursor.execute("GRANT otklik_app TO CURRENT_USER")
    return True


def _version() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        return int(cursor.fetchone()[0])
