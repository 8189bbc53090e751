#!/bin/sh
# Makes two repositories in the folder DIR whose histories have shapes that few have, for benches/history.sh:
#
#     benches/shapes.sh DIR
#
# `binaries`: 24 versions of 16 MiB of random bytes, of which each changes a part, and 8 files of 64 MiB: hardly anything can be made smaller.
# `commits`: 150,000 commits, each of which changes one line in one of 2,000 small files in 200 folders. Needs git, awk and 2 GB.

set -eu

# Makes a repository at $1 from a fast-import stream on standard input.
import() {
    git init -q --bare "$1"
    git -C "$1" fast-import --quiet --max-pack-size=2g
    git -C "$1" repack -adq
}

commits() {
    awk 'BEGIN {
        srand(1)
        for (n = 1; n <= 150000; n++) {
            file = int(rand() * 2000)
            lines[file] = lines[file] sprintf("%d: the value of this line is %d\n", n, int(rand() * 1000000))
            if (length(lines[file]) > 4000) lines[file] = substr(lines[file], 2001)
            message = "change " n
            printf "commit refs/heads/main\ncommitter A U Thor <author@example.com> %d +0000\n", 1000000000 + 60 * n
            printf "data %d\n%s\n", length(message), message
            printf "M 100644 inline folder-%d/part-%d/file-%d.txt\n", file % 20, file % 200, file
            printf "data %d\n%s\n", length(lines[file]), lines[file]
        }
        print "done"
    }'
}

binaries() {
    git init -q "$1"
    for n in 1 2 3 4 5 6 7 8; do
        head -c 67108864 /dev/urandom >"$1/film-$n.bin"
    done
    head -c 16777216 /dev/urandom >"$1/changing.bin"
    git -C "$1" add .
    git -C "$1" -c user.name=A -c user.email=a@example.com commit -qm 'what is large'
    for n in $(seq 1 23); do
        head -c 262144 /dev/urandom | dd of="$1/changing.bin" bs=65536 seek=$((n * 8)) conv=notrunc 2>/dev/null
        git -C "$1" -c user.name=A -c user.email=a@example.com commit -qam "version $n"
    done
    git -C "$1" -c core.bigFileThreshold=32m repack -adq
}

main() {
    folder=${1:?a folder, please: benches/shapes.sh DIR}
    mkdir -p "$folder"
    commits | import "$folder/commits"
    binaries "$folder/binaries"
}

main "$@"
