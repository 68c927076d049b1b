#!/usr/bin/env python3
"""Carries the patches of older Debian series to newer releases, and compares with what Debian's newer series has.

    just bench-port CPYTHON.git [WORK]
    tests/bench/port_bench.py CPYTHON.git [--work WORK] [--pypatch target/dist/pypatch] [-v]

The series come from apt-get when this runs; only names and hashes are kept here. CPYTHON.git is a clone with all tags. For each patch of the older
series, V1 is the older release with the patches before it. If the newer series has a patch of that name, V2 is the newer release with the patches
before that one, and the truth is V2 with that patch. If Debian dropped it, V2 is the newer release with its series, and the truth is V2 itself, if
all added lines of a file are in V2 (`upstream`) or the file is not (`gone`); other files of dropped patches are not scored, nor news and generated files. The trees have only the
files that one of the patches names, so files that moved are easier to find than in whole trees. For each file:

    solved      the bytes of the truth, but for blanks
    upstream    left as V2 has it, where that is the truth        gone   the same, and V2 does not have it
    stop        the tool says that somebody must look
    wrong       anything else

The tools are `pypatch port`, `pypatch port --careful`, `patch -p1 -F2 -N`, and `git merge-tree` with V1 as the base; and `mergiraf` if it is
installed. The times are the medians of whole commands, in this run.
"""
import argparse
import collections
import glob
import hashlib
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tarfile
import time
from pathlib import Path

# Package, version, and the SHA-256 of its debian.tar.xz.
SERIES = {
    "3.11.2": ("python3.11", "3.11.2-6+deb12u8", "ece2d63c70ac0b7a401fbe6b51b0103be997c294a01a3865549be1862794ba97"),
    "3.13.5": ("python3.13", "3.13.5-2+deb13u5", "a51f456e654ce2c9b40cc1db8005e5041cdb0b2c3aa96ab0871c49fe95280366"),
    "3.13.15": ("python3.13", "3.13.15-1", "1cf592dd51de735ff73644743e8959fb16bd50714168855509b709fdeede8342"),
}
PAIRS = [("3.11.2", "3.13.5"), ("3.11.2", "3.13.15"), ("3.13.5", "3.13.15")]
MERGIRAF = "mergiraf merge --git %O %A %B -s %S -x %X -y %Y -p %P"
# What nobody carries by hand.
UNSCORED = re.compile(r"Misc/(NEWS|ACKS)|Doc/whatsnew/|configure$|pyconfig\.h\.in$")
SUITES = ("bookworm", "trixie", "forky", "sid"), ("bookworm-security", "trixie-security")


def apt_sources():
    """The machine's own Debian archives, with their source packages."""
    text = "\n\n".join(Path(name).read_text() for name in sorted(glob.glob("/etc/apt/sources.list.d/*.sources")))
    found = [(uri, re.search(r"(?m)^Signed-By: *(\S+)", stanza)) for stanza in text.split("\n\n")
             for uris in re.findall(r"(?m)^URIs: *(.*)$", stanza) for uri in uris.split()]
    for name in ["/etc/apt/sources.list", *sorted(glob.glob("/etc/apt/sources.list.d/*.list"))]:
        lines = Path(name).read_text() if Path(name).exists() else ""
        found += [(uri, None) for uri in re.findall(r"(?m)^deb(?:-src)? +(?:\[.*?\] +)?(\S+)", lines)]
    for uri, key in found:
        if re.search(r"/debian(-security)?/?$", uri):
            for suite in SUITES["security" in uri]:
                yield f"deb-src {f'[signed-by={key[1]}] ' if key else ''}{uri} {suite} main\n"


def fetch(work, version):
    """The patches of a series, in order, from its package."""
    package, revision, digest = SERIES[version]
    name = f"{package}_{revision}.debian.tar.xz"
    apt = work / "apt"
    if not (apt / name).exists():
        for folder in ("lists/partial", "cache/archives/partial"):
            (apt / folder).mkdir(parents=True, exist_ok=True)
        (apt / "sources.list").write_text("".join(sorted(set(apt_sources()))))
        options = ["-qq", "-o", f"Dir::Etc::SourceList={apt}/sources.list", "-o", "Dir::Etc::SourceParts=-", "-o", f"Dir::State={apt}",
                   "-o", f"Dir::Cache={apt}/cache", "-o", "APT::Sandbox::User=root"]
        if not any((apt / "lists").glob("*Sources*")):
            subprocess.run(["apt-get", *options, "update"], capture_output=True)
        subprocess.run(["apt-get", *options, "source", "--download-only", "--diff-only", f"{package}={revision}"], cwd=apt, capture_output=True)
    if not (apt / name).exists():
        return None
    found = hashlib.sha256((apt / name).read_bytes()).hexdigest()
    if digest and found != digest:
        sys.exit(f"{name} has another hash: {found}")
    with tarfile.open(apt / name) as archive:
        read = lambda path: archive.extractfile(f"debian/patches/{path}").read()
        names = [line.split()[0] for line in read("series").decode().split("\n") if line.split("#")[0].split()]
        return [(name, read(name)) for name in names]


def run(command, cwd, text=None, **environment):
    start = time.monotonic()
    done = subprocess.run(command, cwd=cwd, input=text, capture_output=True, env={**os.environ, **environment})
    return done, time.monotonic() - start


class Trees:
    """Trees of the files that the patches name, as commits of one repository, from which directories are made."""

    def __init__(self, work, cpython, patches):
        self.cpython, self.folder, self.git = cpython, work / "trees", work / "cases.git"
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.rmtree(self.git, ignore_errors=True)
        self.folder.mkdir(parents=True)
        subprocess.run(["git", "init", "-q", "--bare", self.git], check=True)
        # Without a driver of that name, git merges texts.
        (self.git / "info/attributes").write_text("* merge=mergiraf\n")
        names = re.findall(rb"(?m)^(?:---|\+\+\+) [^/\n]*/(\S+)", b"\n".join(patches))
        self.names = sorted({name.decode() for name in names} | {"Include/patchlevel.h"})

    def release(self, version):
        place = self.folder / version
        for name in self.names:
            done, _ = run(["git", f"--git-dir={self.cpython}", "show", f"v{version}:{name}"], "/")
            if done.returncode == 0:
                (place / name).parent.mkdir(parents=True, exist_ok=True)
                (place / name).write_bytes(done.stdout)
        return place

    def patched(self, place, name, text):
        """A copy with a patch, which Debian's tools apply with fuzz 2; None if it does not apply."""
        target = self.folder / f"{place.name}+{len(list(self.folder.iterdir()))}"
        shutil.copytree(place, target)
        done, _ = run(["patch", "-p1", "-F2", "-f", "-s", "--no-backup-if-mismatch"], target, text)
        return target if done.returncode == 0 else None

    def commit(self, place):
        """The commit of a directory."""
        index = {"GIT_INDEX_FILE": str(self.folder.parent / "index"), "GIT_DIR": str(self.git), "GIT_WORK_TREE": str(place)}
        Path(index["GIT_INDEX_FILE"]).unlink(missing_ok=True)
        run(["git", "add", "-Af"], place, **index)
        tree = run(["git", "write-tree"], place, **index)[0].stdout.decode().strip()
        who = {f"GIT_{role}_{what}": value for role in ("AUTHOR", "COMMITTER") for what, value in (("NAME", "a"), ("EMAIL", "a"), ("DATE", "@0 +0000"))}
        return run(["git", "commit-tree", tree, "-m", "x"], place, **index, **who)[0].stdout.decode().strip()


def read(place, name):
    path = place / name
    return path.read_bytes() if path.is_file() else None


def states(trees, version, series):
    """The tree before and after each patch of a series that applies."""
    now, found = trees.release(version), {}
    for name, text in series:
        after = trees.patched(now, name, text)
        if after:
            found[name] = (now, after)
            now = after
    return found, now


def changed(one, other):
    done, _ = run(["git", "diff", "--no-index", "--name-only", "-z", str(one), str(other)], "/")
    names = {name.decode() for name in done.stdout.split(b"\0") if name}
    return sorted({name.split(f"/{place.name}/", 1)[1] for name in names for place in (one, other) if f"/{place.name}/" in name})


def by_pypatch(pypatch, careful, case):
    out = case["out"]
    shutil.copytree(case["v2"], out)
    command = [pypatch, "port", case["patch"], "--from", case["v1"], "--to", case["v2"], "--in-place", out, "--format", "json", *careful]
    done, seconds = run(command, case["work"], PYPATCH_SOURCES="")
    stops, moved = set(case["files"]), {}
    if done.returncode in (0, 3) and done.stdout:
        for patch in json.loads(done.stdout)["patches"]:
            for file in patch["files"]:
                moved[file["file"]] = file["moved_to"] or file["file"]
                if file["outcome"] in ("ported", "upstream", "gone"):
                    stops.discard(file["file"])
    return lambda name: read(out, moved.get(name, name)), stops, seconds


def by_patch(case):
    out = case["out"]
    shutil.copytree(case["v2"], out)
    done, seconds = run(["patch", "-p1", "-F2", "-N", "-f", "--no-backup-if-mismatch", "-i", case["patch"]], out)
    said = done.stdout.decode("utf-8", "replace")
    stops = set()
    for part in re.split(r"(?m)^(?=patching file |can't find file)", said):
        name = re.match(r"patching file '?(.*?)'?$", part, re.M)
        if name and "FAILED" in part and "previously applied" not in part:
            stops.add(name[1])
    if "can't find file" in said or done.returncode > 1:
        stops.update(name for name in case["files"] if not (case["v2"] / name).exists())
    return lambda name: read(out, name), stops, seconds


def by_git(options, trees, case):
    base, ours, theirs = (trees.commit(case[which]) for which in ("v1", "v1p", "v2"))
    command = ["git", f"--git-dir={trees.git}", *options, "merge-tree", "--write-tree", "-z", "--name-only", f"--merge-base={base}", theirs, ours]
    done, seconds = run(command, "/")
    parts = done.stdout.split(b"\0")
    stops = {name.decode() for name in parts[1:parts.index(b"", 1)]} if done.returncode == 1 and b"" in parts[1:] else set()
    tree = parts[0].decode()

    def result(name):
        shown, _ = run(["git", f"--git-dir={trees.git}", "show", f"{tree}:{name}"], "/")
        return shown.stdout if shown.returncode == 0 else None
    return result, stops if done.returncode in (0, 1) else set(case["files"]), seconds


def words(text):
    return [line.split() for line in (text or b"").split(b"\n") if line.strip()]


def judge(case, name, got, stops):
    before, truth = read(case["v2"], name), read(case["truth"], name)
    if case["dropped"]:
        added = [line[1:].strip() for line in case["diff"](name).split(b"\n") if line.startswith(b"+") and not line.startswith(b"+++")]
        lines = {line.strip() for line in (before or b"").split(b"\n")}
        if before is not None and not all(line in lines for line in added if line):
            return None
        if got == before and name not in stops:
            return "upstream" if before is not None else "gone"
        return "stop" if name in stops else "wrong"
    if name in stops:
        return "stop"
    return "solved" if (got is None) == (truth is None) and words(got) == words(truth) else "wrong"


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("cpython", type=Path)
    parser.add_argument("--work", type=Path, default=Path("target/bench-port"))
    parser.add_argument("--pypatch", default="target/dist/pypatch")
    parser.add_argument("-v", action="store_true")
    args = parser.parse_args()
    pypatch, work, cpython = str(Path(args.pypatch).resolve()), args.work.resolve(), args.cpython.resolve()
    work.mkdir(parents=True, exist_ok=True)
    os.environ.update(LC_ALL="C", GIT_CONFIG_GLOBAL="/dev/null", GIT_CONFIG_SYSTEM="/dev/null")
    counts, times, cases = collections.defaultdict(collections.Counter), collections.defaultdict(list), 0
    for old, new in PAIRS:
        series = fetch(work, old), fetch(work, new)
        if None in series:
            print(f"{old} -> {new}: skipped, apt-get does not have {SERIES[old if series[0] is None else new][1]}")
            continue
        trees = Trees(work, cpython, [text for one in series for _, text in one])
        before, _ = states(trees, old, series[0])
        after, last = states(trees, new, series[1])
        for name, (v1, v1p) in before.items():
            v2, truth = after.get(name, (last, last))
            case = {"v1": v1, "v1p": v1p, "v2": v2, "truth": truth, "dropped": name not in after, "work": work, "patch": work / "p.patch",
                    "files": changed(v1, v1p)}
            text = b""
            sections = {}
            for file in case["files"]:
                sides = [str(place / file) if (place / file).exists() else "/dev/null" for place in (v1, v1p)]
                done, _ = run(["diff", "-u", "--label", f"a/{file}" if sides[0] != "/dev/null" else "/dev/null",
                               "--label", f"b/{file}" if sides[1] != "/dev/null" else "/dev/null", *sides], "/")
                sections[file] = done.stdout
                text += done.stdout
            case["patch"].write_bytes(text)
            case["diff"] = lambda file: sections[file]
            cases += 1
            tools = {"pypatch": lambda: by_pypatch(pypatch, [], case), "pypatch --careful": lambda: by_pypatch(pypatch, ["--careful"], case),
                     "patch -F2": lambda: by_patch(case), "git merge-tree": lambda: by_git([], trees, case)}
            if shutil.which("mergiraf"):
                tools["mergiraf"] = lambda: by_git(["-c", f"merge.mergiraf.driver={MERGIRAF}"], trees, case)
            for tool, work_on in tools.items():
                case["out"] = work / "out"
                shutil.rmtree(case["out"], ignore_errors=True)
                result, stops, seconds = work_on()
                times[tool].append(seconds)
                for file in (file for file in case["files"] if not UNSCORED.match(file)):
                    found = judge(case, file, result(file), stops)
                    if found:
                        counts[tool][found] += 1
                        if args.v and found in ("wrong", "stop"):
                            print(f"  {old} -> {new} {name}: {file}: {tool}: {found}")
    print(f"{cases} patches")
    print(f"{'tool':18} {'files':>6} {'solved':>7} {'upstream':>9} {'gone':>5} {'stop':>5} {'wrong':>6} {'right %':>8} {'wrong %':>8} {'seconds':>8} {'to git':>7}")
    for tool, count in counts.items():
        all_files = sum(count.values())
        right = count["solved"] + count["upstream"] + count["gone"]
        median = statistics.median(times[tool])
        print(f"{tool:18} {all_files:6} {count['solved']:7} {count['upstream']:9} {count['gone']:5} {count['stop']:5} {count['wrong']:6} "
              f"{100 * right / all_files:8.1f} {100 * count['wrong'] / all_files:8.1f} {median:8.3f} {median / statistics.median(times['git merge-tree']):7.1f}")


if __name__ == "__main__":
    main()
