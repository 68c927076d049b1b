#!/bin/bash
# A matrix as a job array of Slurm, planned by `pypatch plan-jobs`: eight tasks on one node, of which one is requeued while it runs, and
# its processes killed. The merged result is that of one run.
#
#     tests/jobs/slurm.sh PYPATCH
#
# Needs root, and Slurm with munge (slurmctld, slurmd, slurm-client, munge of Debian). Both run with a configuration of their own in a
# temporary directory, and end with it.
set -euo pipefail

here=$(realpath "$(dirname "$0")")
pypatch=$(realpath "$1")
for program in munged slurmctld slurmd sbatch scontrol squeue; do
    command -v "$program" >/dev/null || PATH=$PATH:/usr/sbin
    command -v "$program" >/dev/null || { echo "SKIPPED: $program is not installed"; exit 77; }
done
[ "$(id -u)" = 0 ] || { echo "SKIPPED: slurmd and munged need root here"; exit 77; }
work=$(mktemp -d)
daemons=()
ended() {
    [ ${#daemons[@]} = 0 ] || kill "${daemons[@]}" 2>/dev/null || true
    wait
    rm -rf "$work"
}
trap ended EXIT
cd "$work"
unset PYPATCH_SOURCES

mkdir state spool
head -c 1024 /dev/urandom >key
chmod 400 key
chown root:root . key
munged --foreground --force --key-file="$work/key" --socket="$work/socket" --pid-file="$work/munged.pid" \
    --log-file="$work/munged.log" --seed-file="$work/seed" >munged.out 2>&1 &
daemons+=($!)
name=$(hostname -s)
# A port that nothing uses: below those of the system.
port=$((20000 + RANDOM % 10000))
cat >slurm.conf <<END
ClusterName=pypatch
SlurmctldHost=$name(127.0.0.1)
SlurmctldPort=$port
SlurmdPort=$((port + 1))
SlurmUser=root
AuthType=auth/munge
# A requeued task waits until its credential expires.
AuthInfo=socket=$work/socket,cred_expire=5
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
MpiDefault=none
ReturnToService=2
KillWait=1
SchedulerParameters=sched_interval=1
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd.pid
NodeName=$name NodeAddr=127.0.0.1 CPUs=$(nproc)
PartitionName=all Nodes=ALL Default=YES State=UP
END
export SLURM_CONF=$work/slurm.conf
slurmctld -D >slurmctld.log 2>&1 &
daemons+=($!)
slurmd -D >slurmd.log 2>&1 &
daemons+=($!)
for _ in $(seq 30); do
    [ "$(sinfo -h -o %t 2>/dev/null || true)" = idle ] && break
    sleep 1
done
if [ "$(sinfo -h -o %t 2>/dev/null || true)" != idle ]; then
    echo "SKIPPED: Slurm does not start here: $(tail -qn 1 munged.out slurmctld.log slurmd.log | tr '\n' ' ')"
    exit 77
fi

source "$here/set.sh"
"$pypatch" matrix "${set[@]}" >whole.txt

# The first try of shard 3 does not end by itself.
cat >program <<END
#!/bin/sh
if [ "\${SLURM_ARRAY_TASK_ID:-}" = 3 ] && [ "\${SLURM_RESTART_COUNT:-0}" = 0 ]; then
    echo begun >begun
    sleep 600
fi
exec "$pypatch" "\$@"
END
chmod +x program
export PYPATCH=$work/program
"$pypatch" plan-jobs --for slurm --shards 8 -- matrix "${set[@]}" >jobs.sh
submitted=$(sh jobs.sh)
echo "$submitted"
array=$(sed -n 's/^array \([0-9]*\),.*/\1/p' <<<"$submitted")
for _ in $(seq 60); do
    [ -e begun ] && break
    sleep 1
done
[ -e begun ] || { echo "shard 3 was not started"; squeue; exit 1; }
scontrol requeue "${array}_3"
for _ in $(seq 90); do
    [ -n "$(squeue -h)" ] || break
    sleep 1
done
[ -z "$(squeue -h)" ] || { echo "jobs are left:"; squeue; exit 1; }
ls results
grep -q 'shard 3/8: 3 cells' results/shard-3.log
diff whole.txt results/merge.log
echo "the merged matrix of 8 tasks, one of them requeued, is that of one run ($(wc -l <whole.txt) lines)"
