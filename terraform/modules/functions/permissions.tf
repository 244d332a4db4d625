locals {
  arns       = { for layer, bucket in var.buckets : layer => "arn:${var.scope.partition}:s3:::${bucket}" }
  regional   = "${var.scope.region}:${var.scope.account_id}"
  log_groups = "arn:${var.scope.partition}:logs:${local.regional}:log-group"
  executions = "arn:${var.scope.partition}:states:${local.regional}:execution:${split(":", var.pipeline_alias_arn)[6]}"

  # What is current, and all that is tested before and after: the files of runs as well.
  committed = { for layer in ["silver", "gold", "quarantine"] : layer => ["*/current/*", "*/snapshots/*"] }
  tested    = { for layer, keys in local.committed : layer => concat(keys, ["*/runs/*"]) }
  summaries = { for layer in ["silver", "gold"] : layer => ["*/runs/*/_SUCCESS"] }
  control   = { control = ["*"] }

  unattended      = toset(["check_freshness", "close_run", "dispatch", "find_late", "quarantine_digest", "tell_people"])
  tell_people_arn = "arn:${var.scope.partition}:lambda:${local.regional}:function:${local.names["tell_people"]}"

  publish_alerts = {
    PublishAlerts = { actions = ["sns:Publish"], resources = [var.alert_topic_arn, var.rehearsal_topic_arn] }
    KeepUntold = {
      actions   = ["sqs:SendMessage"]
      resources = ["arn:${var.scope.partition}:sqs:${local.regional}:${var.scope.name}-untold"]
    }
  }
  describe_runs = { DescribeRuns = { actions = ["states:DescribeExecution"], resources = ["${local.executions}:*"] } }
  follow_runs   = { FollowRuns = { actions = ["states:GetExecutionHistory"], resources = ["${local.executions}:*"] } }

  # tell_people, which alone sends mails, is the target of a rule on this bus.
  tell = {
    TellOnTheBus = {
      actions   = ["events:PutEvents"]
      resources = ["arn:${var.scope.partition}:events:${local.regional}:event-bus/default"]
      equals    = { "events:source" = "assay" }
    }
  }

  # What a failed run leaves, and what explains it.
  failed_run = {
    get = merge(local.summaries, local.control)
    put = { control = ["runs/*", "sources/*", "leases/*", "run_summaries/*", "backfills/*"] }
    other = merge(local.describe_runs, local.follow_runs, {
      ReadJobRuns = {
        actions   = ["glue:GetJobRun", "glue:GetJobRuns"]
        resources = [for job in var.jobs : "arn:${var.scope.partition}:glue:${local.regional}:job/${job}"]
      }
      ReadJobLogs = {
        actions   = ["logs:DescribeLogStreams", "logs:GetLogEvents"]
        resources = ["${local.log_groups}:/aws-glue/jobs/*"]
      }
    })
  }

  start_runs = { StartRuns = { actions = ["states:StartExecution"], resources = [var.pipeline_alias_arn] } }

  layers_of = {
    for function, permitted in local.permissions :
    function => distinct(concat(keys(permitted.get), keys(permitted.put)))
  }

  # promote_run alone can write what is current. The buckets' own policies make every such write conditional.
  permissions = {
    dispatch = {
      get   = { bronze = ["*"], control = ["life_cycle/*"] }
      put   = { control = ["life_cycle/*"] }
      other = merge(local.tell, local.describe_runs, local.start_runs)
    }

    # A rollback and a promotion by hand write no data: their plan comes with the run summary.
    plan_run = {
      get = merge(local.control, {
        bronze     = ["*"]
        silver     = concat(local.committed["silver"], local.summaries["silver"])
        quarantine = concat(local.committed["quarantine"], ["*/corrections/*"])
      })
      put   = { control = ["runs/*", "sources/*", "leases/*", "backfills/*"], silver = local.summaries["silver"] }
      other = local.describe_runs
    }

    ask_approval = {
      get   = local.control
      put   = { control = ["approvals/*"] }
      other = local.tell
    }

    begin_backfill = {
      get   = local.control
      put   = { control = ["backfills/*"] }
      other = {}
    }

    compare_run = {
      get   = merge({ silver = ["*/runs/*/_SUCCESS"] }, local.control)
      put   = { control = ["backfills/*"] }
      other = {}
    }

    # Whether a run that died has rows to move yet is said by its summary.
    begin_promotion = {
      get   = merge({ silver = local.summaries["silver"] }, local.control)
      put   = { control = ["backfills/*", "leases/*"] }
      other = local.describe_runs
    }

    # It reads what snapshots say of files, never a file: no row leaves the quarantine by mail.
    quarantine_digest = {
      get   = { quarantine = local.committed["quarantine"] }
      put   = {}
      other = local.tell
    }

    find_late = {
      get   = merge({ bronze = ["*"] }, local.control)
      put   = {}
      other = merge(local.tell, local.describe_runs, local.start_runs)
    }

    read_run_summary = {
      get   = merge(local.tested, local.control)
      put   = {}
      other = {}
    }

    promote_run = {
      get   = merge(local.tested, local.control)
      put   = merge(local.committed, { control = ["runs/*", "leases/*"] })
      other = {}
    }

    # Late rows become a planned backfill, which names what is current and what lies in bronze.
    finish_run = {
      get   = merge({ bronze = ["*"], silver = concat(local.committed.silver, local.summaries.silver) }, local.control)
      put   = { control = ["runs/*", "sources/*", "leases/*", "run_summaries/*", "backfills/*"] }
      other = merge(local.tell, local.follow_runs)
    }

    # It knows an event and nothing else.
    tell_people = {
      get   = {}
      put   = {}
      other = local.publish_alerts
    }

    fail_run  = local.failed_run
    close_run = merge(local.failed_run, { other = merge(local.failed_run.other, local.tell) })

    check_freshness = {
      get   = { control = ["run_summaries/*"] }
      put   = {}
      other = local.tell
    }
  }
}
