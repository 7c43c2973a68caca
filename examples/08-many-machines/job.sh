#!/bin/bash
#SBATCH --job-name=cheetah
#SBATCH --chdir=/home/you/angora
#SBATCH --output=/home/you/angora/runs/slurm/cheetah-%A_%a.out
#SBATCH --open-mode=append
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=2
#SBATCH --cpus-per-task=16
#SBATCH --mem=32G
#SBATCH --account=lab42
#SBATCH --partition=batch
#SBATCH --time=12:00:00
#SBATCH --signal=B:USR1@180
#SBATCH --requeue
#SBATCH --array=0-2
#SBATCH --hint=nomultithread
trap 'warned=1; woken=1; [ -z "$pid" ] || kill -USR1 "$pid" 2>/dev/null' USR1
trap 'ended=1; woken=1; [ -z "$pid" ] || kill -TERM "$pid" 2>/dev/null' TERM

# Written by `angora-host submit` 0.1.0. Each segment goes on with the same run; submitted
# again after its end, it does so too.
seeds=(1 2 3)
seed=${seeds[$SLURM_ARRAY_TASK_ID]}
name=cheetah-seed-$seed

set -e
# A shell that is no login shell may not know it.
command -v module >/dev/null || for file in /etc/profile.d/{modules,lmod,z00_lmod}.sh; do
    [ ! -r "$file" ] || . "$file"
done
module load gcc/12
module load openmpi/4.1
set +e

export ANGORA_PLUGIN_PATH=/home/you/angora/plugins

command=(
    srun
    '--ntasks=4'
    '--cpus-per-task=16'
    '--kill-on-bad-exit=1'
    '--mpi=pmix'
    '--cpu-bind=cores'
    /home/you/angora/target/debug/angora-host
    run
    --resume-or-begin "$name"
    --wall-clock "$((43200 - SECONDS))s"
    --seed "$seed"
    --runs
    runs
    --threads
    16
    /home/you/angora/runs/slurm/cheetah.toml
)

status=75
if [ -z "$warned$ended" ]; then
    "${command[@]}" &
    pid=$!
    # What came before it had a number.
    [ -z "$warned" ] || kill -USR1 "$pid" 2>/dev/null
    [ -z "$ended" ] || kill -TERM "$pid" 2>/dev/null
    status=127
    while :; do
        woken=
        wait "$pid"
        code=$?
        [ "$code" = 127 ] || status=$code
        [ -n "$woken" ] || break
    done
fi

again='sbatch /home/you/angora/runs/slurm/cheetah.sh'
most=100
# 75: saved, and there is more to do. 138: SIGUSR1 came before the run could listen.
[ "$status" != 138 ] || [ -z "$warned" ] || status=75
[ "$status" = 75 ] || exit "$status"
# The number of the first job of an array stands for all of them, so each says which it is.
job=${SLURM_ARRAY_JOB_ID:+${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID}
job=${job:-$SLURM_JOB_ID}
if [ -n "$ended" ]; then
    echo "job       ended by SLURM, saved; \`$again\` goes on" >&2
elif [ -z "$job" ]; then
    echo "job       saved; \`$again\` goes on" >&2
elif [ "${SLURM_RESTART_COUNT:-0}" -ge "$most" ]; then
    echo "job       saved after $most requeues; \`$again\` goes on" >&2
elif scontrol requeue "$job"; then
    echo "job       $job saved and requeued" >&2
    exit 0
else
    echo "job       saved, but SLURM does not requeue it; \`$again\` goes on" >&2
fi
exit 75
