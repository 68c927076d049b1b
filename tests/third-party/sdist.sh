# Sourced by the scripts here: gets the source archive of a released module, and checks its hash.
#
# sdist NAME VERSION FILE SHA256: unpacks it in the current directory. Taken from the directories of PYPATCH_SOURCES, from
# here if an earlier run left it, or from where pip takes it. Leaves with status 77 where none has it.
sdist() {
    local name=$1 version=$2 file=$3 sha256=$4 folder
    local folders
    IFS=: read -ra folders <<<"${PYPATCH_SOURCES-}"
    for folder in "${folders[@]}"; do
        [ -e "$file" ] || [ ! -f "$folder/$file" ] || cp "$folder/$file" .
    done
    # Binary packages hold no C; pip makes the metadata in an environment of its own.
    [ -e "$file" ] || python3 -m pip --disable-pip-version-check download --quiet --no-deps --no-binary :all: \
        --dest . "$name==$version" >pip.log 2>&1 ||
        { tail -n 3 pip.log >&2; echo "SKIPPED: $file cannot be downloaded here"; exit 77; }
    echo "$sha256  $file" | sha256sum --check --quiet
    rm -rf "${file%.tar.gz}"
    tar -xzf "$file"
}

# git_tree NAME ID: makes the directory NAME of a tree in the git repositories of PYPATCH_SOURCES; its id is the hash. Leaves
# with status 77 where none has it.
git_tree() {
    local name=$1 id=$2 folder
    local folders
    IFS=: read -ra folders <<<"${PYPATCH_SOURCES-}"
    rm -rf "$name"
    for folder in "${folders[@]}"; do
        [ ! -d "$name" ] || break
        if [ "$(git -c safe.directory='*' -C "$folder" cat-file -t "$id" 2>/dev/null)" = tree ]; then
            git -c safe.directory='*' -C "$folder" archive --prefix="$name/" "$id" | tar -x
        fi
    done
    [ -d "$name" ] || { echo "SKIPPED: no repository of PYPATCH_SOURCES has $name, tree $id"; exit 77; }
}
