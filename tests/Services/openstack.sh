#!/usr/bin/env bash
# A small OpenStack for the tests: one Keystone and two Glances (one that asks Keystone, one that asks nobody), each with two
# file stores, and one Barbican, out of Debian's python3-keystone, python3-glance and python3-barbican. Everything is below FOLDER and on 127.0.0.1.
#   openstack.sh missing               says what is not installed; nothing where all is there
#   openstack.sh start FOLDER [OWNER]  starts all, writes FOLDER/state.json; all ends when the process OWNER does
#   openstack.sh stop FOLDER           ends what start began, by process id, and removes FOLDER
set -euo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
PYTHON=/usr/bin/python3

missing() {
    local module
    [ -x "$PYTHON" ] || { echo "$PYTHON"; return; }
    for module in keystone glance barbican keystonemiddleware; do
        "$PYTHON" -c "import importlib.util, sys; sys.exit(importlib.util.find_spec('$module') is None)" || echo "python3-$module"
    done
}

free_ports() {
    "$PYTHON" - "$1" <<'P'
import socket
import sys
sockets = [socket.socket() for _ in range(int(sys.argv[1]))]
for one in sockets:
    one.bind(("127.0.0.1", 0))
print(*(one.getsockname()[1] for one in sockets))
P
}

# run NAME WORDS...: starts a server of its own session, with its id in NAME.pid
run() {
    local name=$1
    shift
    setsid nohup "$@" >"$FOLDER/$name.out" 2>&1 </dev/null &
    echo $! >"$FOLDER/$name.pid"
}

# await NAME URL: until something answers there
await() {
    local tries
    for tries in $(seq 600); do
        "$PYTHON" -c "import sys, urllib.request, urllib.error
try:
    urllib.request.build_opener(urllib.request.ProxyHandler({})).open(sys.argv[1], timeout=10)
except urllib.error.HTTPError:
    pass
except OSError:
    sys.exit(1)" "$2" && return 0
        kill -0 "$(cat "$FOLDER/$1.pid")" 2>/dev/null || break
        sleep 0.2
    done
    echo "$1 does not answer:" >&2
    tail -n 20 "$FOLDER/$1.out" >&2
    return 1
}

start_keystone() {
    local port=$1 home=$FOLDER/keystone
    mkdir -p "$home/fernet" "$home/credential"
    cat >"$home/keystone.conf" <<C
[DEFAULT]
log_file = $home/keystone.log
[database]
connection = sqlite:///$home/keystone.sqlite
sqlite_synchronous = false
[fernet_tokens]
key_repository = $home/fernet
[credential]
key_repository = $home/credential
[identity]
password_hash_rounds = 4
[cache]
backend = dogpile.cache.memory
C
    keystone_manage() { "$PYTHON" -c 'from keystone.cmd.manage import main; main()' --config-file "$home/keystone.conf" "$@"; }
    {
        keystone_manage db_sync
        keystone_manage fernet_setup --keystone-user "$(id -un)" --keystone-group "$(id -gn)"
        keystone_manage credential_setup --keystone-user "$(id -un)" --keystone-group "$(id -gn)"
        keystone_manage bootstrap --bootstrap-password admin-secret --bootstrap-region-id RegionOne \
            --bootstrap-public-url "http://127.0.0.1:$port/v3" --bootstrap-internal-url "http://127.0.0.1:$port/v3"
    } >"$FOLDER/keystone.setup" 2>&1 || { tail -n 5 "$FOLDER/keystone.setup" >&2; return 1; }
    OS_KEYSTONE_CONFIG_DIR=$home run keystone "$PYTHON" "$HERE/serve_keystone.py" "$port"
}

# What a service says of itself to Keystone, to have tokens of others examined.
keystone_authtoken() {
    cat <<C
[keystone_authtoken]
auth_type = password
auth_url = http://127.0.0.1:$KEYSTONE_PORT/v3
username = admin
password = admin-secret
user_domain_id = default
project_name = admin
project_domain_id = default
C
}

# start_glance NAME PORT PIPELINE
start_glance() {
    local name=$1 port=$2 pipeline=$3 home=$FOLDER/$1
    mkdir -p "$home"/{fast,cheap,staging,tasks,work,lock}
    cat >"$home/paste.ini" <<C
[pipeline:glance-api-keystone]
pipeline = versionnegotiation authtoken context root
[pipeline:glance-api-open]
pipeline = versionnegotiation somebody context root
[composite:root]
paste.composite_factory = glance.api:root_app_factory
/: versions
/v2: images
[app:versions]
paste.app_factory = glance.api.versions:create_resource
[app:images]
paste.app_factory = glance.api.v2.router:API.factory
[filter:versionnegotiation]
paste.filter_factory = glance.api.middleware.version_negotiation:VersionNegotiationFilter.factory
[filter:context]
paste.filter_factory = glance.api.middleware.context:ContextMiddleware.factory
[filter:authtoken]
paste.filter_factory = keystonemiddleware.auth_token:filter_factory
[filter:somebody]
paste.filter_factory = somebody:filter_factory
C
    cat >"$home/glance.conf" <<C
[DEFAULT]
bind_host = 127.0.0.1
bind_port = $port
workers = 0
log_file = $home/glance.log
enabled_backends = fast:file, cheap:file
enabled_import_methods = [glance-direct,web-download]
show_multiple_locations = true
worker_self_reference_url = http://127.0.0.1:$port
[database]
connection = sqlite:///$home/glance.sqlite
sqlite_synchronous = false
[paste_deploy]
flavor = $pipeline
config_file = $home/paste.ini
[glance_store]
default_backend = fast
[fast]
filesystem_store_datadir = $home/fast
store_description = the default one
[cheap]
filesystem_store_datadir = $home/cheap
[os_glance_staging_store]
filesystem_store_datadir = $home/staging
[os_glance_tasks_store]
filesystem_store_datadir = $home/tasks
[oslo_concurrency]
lock_path = $home/lock
[task]
work_dir = $home/work
[barbican]
auth_endpoint = http://127.0.0.1:$KEYSTONE_PORT/v3
barbican_endpoint = http://127.0.0.1:$KEY_PORT
[taskflow_executor]
engine_mode = serial
[import_filtering_opts]
allowed_hosts = [127.0.0.1]
allowed_ports = [80,$OPEN_PORT]
$(keystone_authtoken)
C
    # The sqlite file is the same for both, so the second one copies what the first one made.
    if [ -f "$FOLDER/empty.sqlite" ]; then
        cp "$FOLDER/empty.sqlite" "$home/glance.sqlite"
    else
        "$PYTHON" -c 'from glance.cmd.manage import main; main()' --config-file "$home/glance.conf" db_sync >"$FOLDER/glance.setup" 2>&1 ||
            { tail -n 5 "$FOLDER/glance.setup" >&2; return 1; }
        cp "$home/glance.sqlite" "$FOLDER/empty.sqlite"
    fi
    PYTHONPATH=$HERE run "$name" "$PYTHON" -c 'from glance.cmd.api import main; main()' --config-file "$home/glance.conf"
}

start_barbican() {
    local port=$1 home=$FOLDER/barbican
    mkdir -p "$home/lock"
    cat >"$home/paste.ini" <<C
[composite:main]
use = egg:Paste#urlmap
/: versions
/v1: secrets
[pipeline:versions]
pipeline = microversion version
[app:version]
paste.app_factory = barbican.api.app:create_version_app
[pipeline:secrets]
pipeline = authtoken context microversion secret
[app:secret]
paste.app_factory = barbican.api.app:create_main_app
[filter:microversion]
paste.filter_factory = barbican.api.middleware.microversion:MicroversionMiddleware.factory
[filter:context]
paste.filter_factory = barbican.api.middleware.context:ContextMiddleware.factory
[filter:authtoken]
paste.filter_factory = keystonemiddleware.auth_token:filter_factory
C
    # The database has a name of its own besides that of the other services, and the key is for tests only.
    cat >"$home/barbican.conf" <<C
[DEFAULT]
host_href = http://127.0.0.1:$port
log_file = $home/barbican.log
sql_connection = sqlite:///$home/barbican.sqlite
db_auto_create = false
transport_url = fake://
[database]
connection = sqlite:///$home/barbican.sqlite
sqlite_synchronous = false
[oslo_concurrency]
lock_path = $home/lock
[keystone_notifications]
enable = false
[queue]
enable = false
[secretstore]
enabled_secretstore_plugins = store_crypto
[crypto]
enabled_crypto_plugins = simple_crypto
[simple_crypto_plugin]
kek = $(printf 'a key of 32 bytes, for the tests' | base64)
$(keystone_authtoken)
C
    "$PYTHON" -c 'from barbican.cmd.barbican_manage import main; main()' --config-file "$home/barbican.conf" db upgrade -d "sqlite:///$home/barbican.sqlite" \
        >"$FOLDER/barbican.setup" 2>&1 || { tail -n 5 "$FOLDER/barbican.setup" >&2; return 1; }
    run barbican "$PYTHON" "$HERE/serve_barbican.py" "$port" "$home"
}

start() {
    FOLDER=$1
    [ -z "$(missing)" ] || { echo "not installed: $(missing | tr '\n' ' ')" >&2; exit 3; }
    mkdir -p "$FOLDER"
    FOLDER=$(cd "$FOLDER" && pwd)
    trap 'stop "$FOLDER"' ERR
    local image_port
    read -r KEYSTONE_PORT image_port OPEN_PORT KEY_PORT < <(free_ports 4)
    unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY
    start_keystone "$KEYSTONE_PORT" &
    local keystone=$!
    start_glance open "$OPEN_PORT" open
    start_glance image "$image_port" keystone
    start_barbican "$KEY_PORT"
    wait "$keystone"
    await keystone "http://127.0.0.1:$KEYSTONE_PORT/v3"
    await open "http://127.0.0.1:$OPEN_PORT/v2/schemas/image"
    await image "http://127.0.0.1:$image_port/"
    await barbican "http://127.0.0.1:$KEY_PORT/"
    "$PYTHON" "$HERE/seed.py" "http://127.0.0.1:$KEYSTONE_PORT/v3" "http://127.0.0.1:$image_port" "http://127.0.0.1:$OPEN_PORT" "http://127.0.0.1:$KEY_PORT" "$FOLDER/state.new"
    mv "$FOLDER/state.new" "$FOLDER/state.json"
    trap - ERR
    if [ -n "${2:-}" ]; then
        setsid nohup bash -c 'while kill -0 "$1" 2>/dev/null && [ -d "$2" ]; do sleep 1; done; "$3" stop "$2"' \
            watch "$2" "$FOLDER" "$HERE/openstack.sh" >/dev/null 2>&1 </dev/null &
    fi
    cat "$FOLDER/state.json"
}

stop() {
    [ -d "$1" ] || return 0
    local folder file id
    folder=$(cd "$1" && pwd)
    for file in "$folder"/*.pid; do
        [ -f "$file" ] || continue
        id=$(cat "$file")
        # A number may belong to somebody else by now; ours has the folder in its words or its environment.
        if tr '\0' '\n' <"/proc/$id/cmdline" 2>/dev/null | grep -qF "$folder" || tr '\0' '\n' <"/proc/$id/environ" 2>/dev/null | grep -qF "$folder"; then
            kill "$id" 2>/dev/null || true
            for _ in $(seq 30); do kill -0 "$id" 2>/dev/null || break; sleep 0.1; done
            kill -9 "$id" 2>/dev/null || true
        fi
        rm -f "$file"
    done
    rm -rf "$folder"
}

case ${1:-} in
    missing) missing ;;
    start) start "${2:?FOLDER}" "${3:-}" ;;
    stop) stop "${2:?FOLDER}" ;;
    *) echo "usage: openstack.sh missing | start FOLDER [OWNER] | stop FOLDER" >&2; exit 2 ;;
esac
