#!/bin/sh
# Submits a job array with a task for each shard, and a job that merges the results when all tasks have ended:
#
#     sh FILE [OPTIONS OF SBATCH]
#
# in a directory that all nodes have, with pypatch on the PATH or in $PYPATCH. A task that is killed or requeued leaves no half result; of
# a task that failed for good, the merge names the shard. Made by: pypatch plan-jobs
set -eu
mkdir -p @RESULTS@
# Results of an earlier run would be merged.
rm -f @RESULTS@/shard-*.json
array=$(sbatch --parsable --job-name=pypatch --array=1-@SHARDS@ --requeue --output=@RESULTS@/shard-%a.log "$@" <<'END'
#!/bin/sh
exec "${PYPATCH:-pypatch}" @COMMAND@ \
    --shard "$SLURM_ARRAY_TASK_ID/@SHARDS@" --result @RESULTS@/shard-"$SLURM_ARRAY_TASK_ID".json
END
)
merge=$(sbatch --parsable --job-name=pypatch-merge --dependency="afterany:${array%%;*}" --output=@RESULTS@/merge.log "$@" <<'END'
#!/bin/sh
exec "${PYPATCH:-pypatch}" merge@MERGE@ @RESULTS@/shard-*.json
END
)
echo "array ${array%%;*}, merge ${merge%%;*}: its output is "@RESULTS@/merge.log
