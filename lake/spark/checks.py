"""A contract's checks compiled to native columns: what fails, and the error it leaves."""

from functools import reduce, singledispatch

from pyspark.sql import Column as Value
from pyspark.sql import functions as F

from lake.rules import checks
from lake.rules.checks import Check, checks_of
from lake.rules.contract import Column, Contract
from lake.spark import columns
from lake.spark.literals import is_one_of
from lake.spark.values import missing, whole

REPLACEMENT = "\ufffd"
LONGEST_FOUND = 200


def clean(contract: Contract) -> Value:
    """True where a record passes every check, false elsewhere. Cheap on purpose: most rows need nothing else."""
    passes = [F.col(columns.CORRUPT).isNull()]
    every = checks_of(contract)
    settled = {check.column for check in every if _is_never_blank(check)}
    passes += [
        _passes(check, contract)
        for check in every
        if not (isinstance(check, checks.Present) and check.column in settled)
    ]
    # a value with a type, or from a closed list, cannot hold the sign that stands for undecodable bytes
    passes += [~_undecodable(column) for column in contract.source_columns if _is_free_text(column)]
    return reduce(lambda one, other: one & other, passes)


def errors(contract: Contract) -> Value:
    """Every error of a record, in the contract's order. Meant for rows that are not clean."""
    found = [_undecodable_error(column) for column in contract.source_columns]
    found += [_error(check, contract) for check in checks_of(contract)]
    well_formed = F.filter(F.array(*found), lambda each: each.isNotNull())
    return F.when(F.col(columns.CORRUPT).isNotNull(), F.array(_malformed(contract))).otherwise(well_formed)


def error(code: str, column: str, found: Value, expected: Value) -> Value:
    """One entry of the `errors` column of quarantine."""
    shown = F.substring(found, 1, LONGEST_FOUND)
    return F.struct(
        F.lit(code).alias("code"),
        F.lit(column).alias("column"),
        F.coalesce(shown, F.lit("")).alias("found"),
        expected.alias("expected"),
    )


def fails(check: Check, contract: Contract) -> Value:
    """True where a check fails, false elsewhere, never null."""
    column = contract.column(check.column)
    if isinstance(check, checks.Present):
        return missing(column)
    return ~missing(column) & F.coalesce(_wrong(check, column), F.lit(False))


def _is_never_blank(check: Check) -> bool:
    """Whether what passes this check must be present, so that nobody needs to look for that as well."""
    return isinstance(check, checks.Parses | checks.KnownCurrency) or (
        isinstance(check, checks.OneOf) and all(each.strip() for each in check.allowed)
    )


def _passes(check: Check, contract: Contract) -> Value:
    """True where a row that passes all other checks passes this one too, never null."""
    column = contract.column(check.column)
    if isinstance(check, checks.Present) or not column.required:
        return ~fails(check, contract)
    # a required field is there, or another check has failed already: no need to look for that with each check
    return ~F.coalesce(_wrong(check, column), F.lit(_is_never_blank(check)))


@singledispatch
def _wrong(check: Check, column: Column) -> Value:
    """Null or false where a present field passes a check."""
    raise NotImplementedError(f"no Spark column for the check {type(check).__name__} of '{column.name}'")


@_wrong.register
def _(check: checks.Parses, column: Column) -> Value:
    return F.col(column.name).isNull()


@_wrong.register
def _(check: checks.Matches, column: Column) -> Value:
    return ~F.col(columns.raw(column)).rlike(whole(check.pattern))


@_wrong.register
def _(check: checks.NotLonger, column: Column) -> Value:
    text = F.col(columns.raw(column))
    # characters are counted only where the bytes leave a doubt
    return (F.octet_length(text) > check.length) & (F.length(text) > check.length)


@_wrong.register
def _(check: checks.OneOf, column: Column) -> Value:
    return ~is_one_of(columns.raw(column), check.allowed)


@_wrong.register
def _(check: checks.InRange, column: Column) -> Value:
    typed = F.col(column.name)
    low = F.lit(False) if check.minimum is None else typed < F.lit(check.minimum).cast(check.type)
    high = F.lit(False) if check.maximum is None else typed > F.lit(check.maximum).cast(check.type)
    return low | high


@_wrong.register
def _(check: checks.KnownCurrency, column: Column) -> Value:
    code = F.col(columns.raw(column))
    known = is_one_of(columns.raw(column), check.codes)
    for each in check.withdrawn:
        in_force = F.lit(True)
        if check.valid_on is not None:
            day = F.col(check.valid_on)
            in_force = day.isNull() | (day < F.lit(each.withdrawn).cast("timestamp"))
        known = known | ((code == each.code) & in_force)
    return ~known


@_wrong.register
def _(check: checks.CurrencyScale, column: Column) -> Value:
    by_unit: dict[int, list[str]] = {}
    for code, unit in check.minor_units:
        by_unit.setdefault(unit, []).append(code)
    scale = int(column.type.rstrip(")").rpartition(",")[2])
    currency = columns.RAW + check.currency_column
    units = (each for each in by_unit if each < scale)
    # few amounts have more digits than two: those are looked for first, for the list costs more
    too_fine = (_is_finer(column, unit) & is_one_of(currency, by_unit[unit]) for unit in units)
    return F.col(column.name).isNotNull() & reduce(lambda one, other: one | other, too_fine, F.lit(False))


def _is_finer(column: Column, unit: int) -> Value:
    """Whether an amount, known to be one, has a digit other than zero behind so many decimals."""
    text = columns.raw(column)
    point = F.instr(text, ".")
    digits = F.expr(f"octet_length(trim(TRAILING '0' FROM `{text}`))") - point
    return (point > 0) & (F.octet_length(text) - point > unit) & (digits > unit)


def _error(check: Check, contract: Contract) -> Value:
    field = F.col(columns.raw(contract.column(check.column)))
    return F.when(fails(check, contract), error(check.code, check.column, field, F.lit(check.expected)))


def _is_free_text(column: Column) -> bool:
    return column.type == "string" and not column.one_of and column.code_list is None


def _undecodable(column: Column) -> Value:
    return F.coalesce(F.col(columns.raw(column)).contains(REPLACEMENT), F.lit(False))


def _undecodable_error(column: Column) -> Value:
    field = F.col(columns.raw(column))
    return F.when(_undecodable(column), error(checks.BAD_ENCODING, column.name, field, F.lit("text in UTF-8")))


def _malformed(contract: Contract) -> Value:
    expected = F.lit(f"the fields of the header, {len(contract.header)} of them for this contract")
    return error(checks.MALFORMED_RECORD, "", F.col(columns.CORRUPT), expected)
