#!/bin/sh
# Installs what the tests need beyond Python, where it is missing: PostgreSQL, Redis, Chromium, a Chinese font for
# screenshots, poppler to turn a PDF into pictures, Java for ODK Validate, and for an R that is there already haven, which
# reads SPSS and Stata files. R itself and LibreOffice are used where they are present and are not installed.
set -eu
missing=""
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null 2>&1 || missing="$missing postgresql"
command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 || missing="$missing chromium"
command -v pdftoppm >/dev/null 2>&1 || missing="$missing poppler-utils"
command -v redis-server >/dev/null 2>&1 || missing="$missing redis-server"
command -v node >/dev/null 2>&1 || missing="$missing nodejs"
command -v java >/dev/null 2>&1 || missing="$missing default-jre-headless"
ls /usr/share/fonts/opentype/noto/NotoSansCJK* >/dev/null 2>&1 || missing="$missing fonts-noto-cjk"
if dpkg -s r-base-core >/dev/null 2>&1; then
  dpkg -s r-cran-haven >/dev/null 2>&1 || missing="$missing r-cran-haven"
fi
[ -z "$missing" ] && exit 0
sudo=""
[ "$(id -u)" = 0 ] || sudo="sudo"
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get update -qq
# shellcheck disable=SC2086
$sudo apt-get install -y -qq --no-install-recommends $missing
