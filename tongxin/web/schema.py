"""建表与装门卫。 Migrate, make the application's role, install the guard: all as the owner of the tables."""

import functools
from typing import Any

from allauth.idp.oidc.models import Client
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connections, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import AddField, CreateModel
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Model
from psycopg import sql

from tongxin.cases import tally
from tongxin.ledger import guard
from tongxin.ledger.models import LedgerCheckpoint, LedgerCosignature, LedgerLeaf, LedgerNode, LedgerStamp
from tongxin.ledger.rules import parting
from tongxin.web import months

LEDGERS_OWN = (LedgerLeaf, LedgerNode, LedgerCheckpoint, LedgerCosignature, LedgerStamp)
BOOKKEEPING = ("acts_delivery", *(model._meta.db_table for model in LEDGERS_OWN))  # noqa: SLF001
# Of allauth's tables those that say who may enter are guarded like our own: written within acts alone.
GUARDED_OF_ALLAUTH = (Authenticator, Client)
# What lasts for minutes and is no act: tokens by which another system asks once more, and what stands between two requests.
PASSING = ("allauth_idp_oidc_token", "identity_ticket")


def guarded_tables() -> dict[str, str]:
    """受守护的表与其主键列。 Every table of a capability with its key column, but the ledger's own and the bookkeeping."""
    own = [
        model
        for model in apps.get_models()
        if model.__module__.startswith("tongxin.")
        and model.__module__.split(".")[1] in settings.CAPABILITIES
        and not model.__module__.startswith("tongxin.ledger.")
        and model._meta.db_table not in (*BOOKKEEPING, *PASSING)  # noqa: SLF001
    ]
    return {model._meta.db_table: _key(model) for model in (*own, *GUARDED_OF_ALLAUTH)}  # noqa: SLF001


def _key(model: type[Model]) -> str:
    key = model._meta.pk  # noqa: SLF001
    return str(key.column)


def added_columns() -> dict[str, list[tuple[str, Any]]]:
    """后加的列。 Of each table the columns that a later migration added with a value, oldest first, each with that value as JSON has it.

    Rows from before were written without them, and the ledger holds the digests of what was written.
    """
    loader = MigrationLoader(None)
    found: dict[str, list[tuple[str, Any]]] = {}
    models = {(one._meta.app_label, one._meta.model_name): one for one in apps.get_models()}  # noqa: SLF001
    for key in dict.fromkeys(
        one for leaf in sorted(loader.graph.leaf_nodes()) for one in loader.graph.forwards_plan(leaf)
    ):
        migration = loader.graph.nodes[key]
        if not migration.__module__.startswith("tongxin."):
            continue  # those of packages were all there before their tables were first guarded
        made = {one.name_lower for one in migration.operations if isinstance(one, CreateModel)}
        for one in migration.operations:
            if isinstance(one, AddField) and one.model_name_lower not in made and not one.field.null:
                model = models[key[0], one.model_name_lower]
                column = str(getattr(model._meta.get_field(one.name), "column"))  # noqa: SLF001, B009
                value = BaseDatabaseSchemaEditor._effective_default(one.field)  # type: ignore[attr-defined]  # noqa: SLF001
                if value is None and one.field.has_db_default():
                    value = getattr(one.field.db_default, "value", one.field.db_default)
                found.setdefault(model._meta.db_table, []).append((column, value))  # noqa: SLF001
    return found


def record_tables() -> set[str]:
    """只增不改的表。 The append-only tables: those whose rows name their ledger entry."""
    return {
        model._meta.db_table  # noqa: SLF001
        for model in apps.get_models()
        if model._meta.db_table in guarded_tables() and _names_its_entry(model)  # noqa: SLF001
    }


def _names_its_entry(model: type[Model]) -> bool:
    fields = [field for field in model._meta.get_fields() if field.concrete]  # noqa: SLF001
    return any(field.name == "entry" and field.get_internal_type() == "BigIntegerField" for field in fields)


def is_current(*, alias: str = "owner") -> bool:
    """表是否已是最新。 Whether no migration is waiting; the application's role (`default`) may ask too."""
    executor = MigrationExecutor(connections[alias])
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def is_applied() -> bool:
    """所需的表是否都在。 Whether every migration that this code brings has been applied, as the application's role sees it. One statement.

    A database that is newer than the code is none of the server's business: servers are exchanged one after the other.
    """
    applied = set(MigrationRecorder.Migration.objects.values_list("app", "name"))
    return _brought() <= applied


@functools.cache
def _brought() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None).disk_migrations)


def make_months_ahead() -> list[str]:
    """备好以后几个月的表。 Make the parts of the coming months, and let the guard look into those of this one and the next.

    Run at every start and by the worker. Returns the tables that were made. Idempotent; quick when nothing is missing.
    """
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(7261)")
        made = months.make_months(cursor)
        cursor.execute(parting.near(months.present_months(cursor)))
    return made


def keep_months() -> None:
    """工人备月。 The same for the worker, which keeps no connection of the owner open."""
    try:
        make_months_ahead()
    finally:
        connections["owner"].close()


def prepare(*, role: str, password: str) -> None:
    """建表、建角色、装门卫，装累计。 Idempotent; run at every start, quick when nothing is new."""
    owner = connections["owner"]
    with owner.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(7261)")  # of two machines that start at once one migrates
        if not is_current():
            call_command("migrate", database="owner", verbosity=0, interactive=False)
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        verb = "ALTER" if cursor.fetchone() else "CREATE"
        cursor.execute(
            sql.SQL(verb + " ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(role), sql.Literal(password))
        )
        make_months_ahead()
        guard.install(
            owner,
            role=role,
            guarded=guarded_tables(),
            records=record_tables(),
            bookkeeping=BOOKKEEPING,
            months=months.present_months(cursor),
        )
        tally.install(owner, role=role)
        for table in PASSING:
            cursor.execute(
                sql.SQL("GRANT SELECT, INSERT, UPDATE, DELETE ON {} TO {}").format(
                    sql.Identifier(table), sql.Identifier(role)
                )
            )
        cursor.execute("SELECT pg_advisory_unlock(7261)")
    owner.close()
