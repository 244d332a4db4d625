"""Every S3 key of the project is built here, and nowhere else."""

from dataclasses import dataclass
from datetime import date

from lake.rules.run import RunId

SUCCESS = "_SUCCESS"
LATEST = "_LATEST.json"
MANIFEST = "symlink.txt"
READY_MARKER = "_READY"
LEDGER = "run_summaries/"
_VERSION = "schema_v="


@dataclass(frozen=True)
class Buckets:
    """The bucket of each layer."""

    bronze: str
    silver: str
    gold: str
    quarantine: str
    control: str


@dataclass(frozen=True)
class Place:
    """Where one schema version of a dataset lives: a bucket, the prefix of its runs, and where they are committed.

    All versions of a dataset are committed together, below `home`: one manifest for each partition names the files of
    every version. What is current of one version alone is derived from it.
    """

    bucket: str
    prefix: str
    home: str = ""

    @property
    def commits(self) -> str:
        """Prefix of snapshots and manifests."""
        return self.home or self.prefix

    def run(self, run_id: RunId) -> str:
        """Folder of a run."""
        return f"{self.prefix}/runs/run_id={run_id}"

    def attempt(self, run_id: RunId, attempt: str) -> str:
        """Folder that one attempt of a run writes its files to."""
        return f"{self.run(run_id)}/attempt={attempt}"

    def summary(self, run_id: RunId) -> str:
        """Key of the run summary, written last."""
        return f"{self.run(run_id)}/{SUCCESS}"

    def audit_manifest(self, run_id: RunId) -> str:
        """Key of the manifest behind the audit table: all files of one run."""
        return f"{self.prefix}/audit/run_id={run_id}/{MANIFEST}"

    def snapshot(self, partition: str, snapshot_id: str) -> str:
        """Key of one immutable snapshot."""
        return f"{self.commits}/snapshots/{partition}/{snapshot_id}.json"

    @property
    def current_prefix(self) -> str:
        """Prefix of all manifests; one LIST of it names every partition."""
        return f"{self.commits}/current/"

    def manifest(self, partition: str) -> str:
        """Key of the manifest, the commit point of a partition."""
        return f"{self.current_prefix}{partition}/{MANIFEST}"

    def latest(self, partition: str) -> str:
        """Key of the commit's record, derived from the snapshot."""
        return f"{self.current_prefix}{partition}/{LATEST}"

    def version_manifest(self, partition: str) -> str:
        """Key of the manifest of this version's files alone, derived from the snapshot."""
        return f"{self.prefix}/current/{partition}/{MANIFEST}"


def table_place(bucket: str, dataset: str, schema_version: str) -> Place:
    """Place of one schema version of a silver or gold dataset."""
    return Place(bucket, f"{dataset}/{_VERSION}{schema_version}", dataset)


def version_of(address: str) -> str:
    """The schema version that a data file belongs to, told by its address; empty where there are no versions."""
    return address.partition(f"/{_VERSION}")[2].partition("/")[0]


def run_above(address: str) -> str:
    """The address of the folder of the run that wrote a data file."""
    start, mark, rest = address.partition("/run_id=")
    return f"{start}{mark}{rest.partition('/')[0]}"


def runs_above(address: str) -> str:
    """The address of the folder of runs that a data file lies in."""
    return address.partition("/run_id=")[0]


def quarantine_place(bucket: str, dataset: str) -> Place:
    """Place of the rows of a dataset that failed a check: every entry of their lives, by the day of delivery."""
    return Place(bucket, f"{dataset}/quarantined")


def corrections_prefix(dataset: str) -> str:
    """Prefix of what people ask for rows of quarantine (quarantine bucket: it holds their fields)."""
    return f"{dataset}/corrections/"


def corrections(dataset: str, name: str) -> str:
    """Key of one such wish, named by its content."""
    return f"{corrections_prefix(dataset)}{name}.jsonl"


def bronze_prefix(dataset: str, day: date) -> str:
    """Prefix of one day's deliveries."""
    return f"{dataset}/ingest_date={day.isoformat()}/"


def plan(run_id: RunId) -> str:
    """Key of a run's plan (control bucket, as all below)."""
    return f"runs/{run_id}/plan.json"


def journal(run_id: RunId) -> str:
    """Key of the journal of a run's promotion."""
    return f"runs/{run_id}/journal.json"


def failure(run_id: RunId) -> str:
    """Key of the context a failed run leaves."""
    return f"runs/{run_id}/_FAILED.json"


def timings(run_id: RunId) -> str:
    """Key of how long the states of an ended run took."""
    return f"runs/{run_id}/timings.json"


def claim(dataset: str, ingest_date: str, source_id: str) -> str:
    """Key of the claim on one source."""
    return f"{claims_prefix(dataset, ingest_date)}{source_id}.json"


def all_claims(dataset: str) -> str:
    """Prefix of the claims on all sources of a dataset."""
    return f"sources/{dataset}/"


def claims_prefix(dataset: str, ingest_date: str) -> str:
    """Prefix of the claims on one day's sources."""
    return f"{all_claims(dataset)}ingest_date={ingest_date}/"


def lease(dataset: str) -> str:
    """Key of the lease that lets one run of a dataset work at a time."""
    return f"leases/{dataset}.json"


def ledger_entry(dataset: str, run_id: RunId) -> str:
    """Key of a run's line in the run ledger."""
    return f"{ledger_month(dataset, run_id.at)}{run_id}.json"


def ledger_month(dataset: str, day: date) -> str:
    """Prefix of the lines of a dataset's runs of the month that a day is in."""
    return f"{LEDGER}dataset={dataset}/month={day:%Y-%m}/"


def dataset_of_ledger(key: str) -> str:
    """The dataset that a line of the run ledger is about."""
    return key.removeprefix(f"{LEDGER}dataset=").partition("/")[0]


def life_cycle(dataset: str, schema_version: str, status: str) -> str:
    """Key of the record that the owners of a dataset were told of a step in a version's life."""
    return f"life_cycle/{dataset}/{schema_version}-{status}.json"


def pinned_source(run_id: RunId, source_id: str, name: str) -> str:
    """Key of a run's own copy of a source whose planned version is not the newest."""
    return f"runs/{run_id}/sources/{source_id}/{name}"


def backfills_prefix(dataset: str) -> str:
    """Prefix of the backfills of a dataset."""
    return f"backfills/{dataset}/"


def backfill(dataset: str, backfill_id: str) -> str:
    """Key of a declared backfill."""
    return f"{backfills_prefix(dataset)}{backfill_id}.json"


def partition_lock(dataset: str, partition: str) -> str:
    """Key of the lock that lets one backfill of a partition be in flight."""
    return f"{backfills_prefix(dataset)}partitions/{partition}.json"


def approval(run_id: RunId, subject: str) -> str:
    """Key of a question to people about a run, with the token that answers it."""
    return f"approvals/{run_id}-{subject}.json"


def build_artefact(build_id: str, name: str) -> str:
    """Key of one artefact of a build (artifacts bucket, as the next)."""
    return f"builds/{build_id}/{name}"


def environment_record(environment: str, name: str) -> str:
    """Key of a record about what runs, or is to run, in an environment."""
    return f"environments/{environment}/{name}"


def release_prefix(dataset: str) -> str:
    """Prefix of the wishes to release condemned rows of a dataset."""
    return f"approvals/release-{dataset}-"


def release(dataset: str, name: str) -> str:
    """Key of one such wish, with its answer."""
    return f"{release_prefix(dataset)}{name}.json"


def uri(bucket: str, key: str) -> str:
    """`s3://` address of an object."""
    return f"s3://{bucket}/{key}"


def split_uri(address: str) -> tuple[str, str]:
    """Bucket and key of an `s3://` address."""
    bucket, _, key = address.removeprefix("s3://").partition("/")
    return bucket, key
