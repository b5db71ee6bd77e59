#!/bin/sh
# Run once by the image of PostgreSQL, on an empty database: the logins of the platform and of Dagster, and pgvector.
# Their rights are given by the migration, which runs as the owner.
set -eu
psql --set=ON_ERROR_STOP=1 --username="$POSTGRES_USER" --dbname="$POSTGRES_DB" \
  --set=app="$(cat /run/secrets/postgres_app_password)" \
  --set=dagster="$(cat /run/secrets/postgres_dagster_password)" <<'SQL'
create extension if not exists vector;
create role mhc_app login password :'app';
create role mhc_dagster login password :'dagster';
SQL
