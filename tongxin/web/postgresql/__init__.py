"""Django 的 PostgreSQL 后端，一处不同。 Django's backend for PostgreSQL with one difference: how a kept connection is looked at."""
