#!/bin/sh
# Every night: a backup, the check of every hash, the clean-up. Keeps the newest 30 backups.
# Runs in the folder of the installation with its settings in the environment: set -a; . ./.env; set +a; sh deploy/nightly.sh
set -eu
FLASK="${FLASK:-.venv/bin/flask --app wsgi}"
FOLDER="${BACKUPS:-var/backups}"
umask 077
mkdir -p "$FOLDER"
file="$FOLDER/minyi-$(date +%Y%m%d-%H%M%S).zip"
$FLASK backup --out "$file"
$FLASK verify
$FLASK clean-up
$FLASK webhooks announce
ls -1 "$FOLDER"/minyi-*.zip | sort -r | tail -n +31 | while read -r old; do rm -- "$old"; done
echo "kept $file"
