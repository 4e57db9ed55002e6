#!/bin/sh
# One party: makes its key, gives its entry away, waits for the others' entries, and runs the verb that it was started with.
set -eu
veilshare=/party/node_modules/.bin/veilshare

[ -f key.json ] || "$veilshare" keygen --name "$NAME" --out key.json --address "ws://$NAME:7001" >"/entries/$NAME.json"
entries=""
for party in $PARTIES; do
  while [ ! -s "/entries/$party.json" ]; do sleep 1; done
  entries="$entries /entries/$party.json"
done
# shellcheck disable=SC2086 # names without blanks
"$veilshare" keys $entries --out parties.json

# A supplier's own lines out of the example's file, which has all suppliers'.
if [ -n "${SUPPLIER:-}" ]; then
  awk -F, -v own="$SUPPLIER" 'NR == 1 || $1 == own' /data/scope3-suppliers.csv >/tmp/lines.csv
fi

exec "$veilshare" "$@" --identity key.json --parties parties.json --listen 0.0.0.0:7001
