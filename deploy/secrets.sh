#!/bin/sh
# Makes what compose.yaml reads from files, each once: what is there stays as it is. Usage: deploy/secrets.sh
set -eu
cd "$(dirname "$0")"
mkdir -p secrets
chmod 0700 secrets  # the files are readable for the accounts in the containers, the folder is yours alone

once() {
  [ -e "secrets/$1" ] || printf '%s' "$2" > "secrets/$1"
  chmod 0644 "secrets/$1"
}

random() {
  openssl rand -hex 32
}

address() {
  printf 'postgresql://%s:%s@postgres:5432/mhc' "$1" "$(cat "secrets/$2")"
}

once postgres_password "$(random)"
once postgres_app_password "$(random)"
once postgres_dagster_password "$(random)"
once mhc_owner_database_url "$(address mhc postgres_password)"
once mhc_database_url "$(address mhc_app postgres_app_password)"
once mhc_dagster_storage_url "$(address mhc_dagster postgres_dagster_password)"
once mhc_dagster_secret "$(random)"
once mhc_metrics_key "$(random)"
once openai_api_key ''
echo "deploy/secrets holds $(find secrets -type f | wc -l | tr -d ' ') secrets; write your key into openai_api_key if you have one"
