locals {
  # What finish_run and fail_run count for every dataset, and how long each state takes. A run is no dimension: its id is a
  # property of the log line.
  counts = "{Assay,environment,dataset} environment=\"${var.scope.environment}\""
  states = "{Assay,environment,dataset,state} environment=\"${var.scope.environment}\""

  # title => metrics, in the order a person asks: did it run, is it fresh, how long, what failed, what was held back, what
  # does it cost.
  charts = [
    {
      title = "Runs"
      stat  = "Sum"
      metrics = [
        for metric in ["ExecutionsSucceeded", "ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted"] :
        ["AWS/States", metric, "StateMachineArn", local.state_machine_arn]
      ]
    },
    {
      title   = "Runs by outcome"
      stat    = "Sum"
      metrics = [for metric in local.outcomes : local.of_datasets[metric]["Sum"]]
    },
    {
      title   = "Freshness: hours since the newest good run"
      stat    = "Maximum"
      metrics = [local.of_datasets["HoursSinceGoodRun"]["Maximum"]]
    },
    {
      title   = "Duration of a run (s)"
      stat    = "Maximum"
      metrics = [local.of_datasets["RunSeconds"]["Maximum"]]
    },
    {
      title   = "Duration by state (s)"
      stat    = "Maximum"
      metrics = [[{ expression = "SEARCH('${local.states} MetricName=\"StateSeconds\"', 'Maximum', 3600)", label = "" }]]
    },
    {
      title   = "Rows by outcome"
      stat    = "Sum"
      metrics = [for metric in local.rows : local.of_datasets[metric]["Sum"]]
    },
    {
      title   = "Quarantine rate (%)"
      stat    = "Maximum"
      metrics = [local.of_datasets["QuarantinePercent"]["Maximum"]]
    },
    {
      title   = "Cost of runs (USD, list prices, storage not in it)"
      stat    = "Sum"
      metrics = [local.of_datasets["RunCostUsd"]["Sum"]]
    },
    {
      title   = "Errors of functions"
      stat    = "Sum"
      metrics = [for name in values(var.functions) : ["AWS/Lambda", "Errors", "FunctionName", name]]
    },
    {
      title = "Errors of jobs"
      stat  = "Sum"
      metrics = [
        for name in var.jobs :
        ["Glue", "glue.error.ALL", "JobName", name, "JobRunId", "ALL", "Type", "count", "ObservabilityGroup", "error"]
      ]
    },
  ]

  outcomes = ["RunsSucceeded", "RunsNothingToDo", "RunsRefused", "RunsFailed"]
  rows     = ["RowsValid", "RowsQuarantined", "RowsCondemned", "RowsDuplicate", "RowsLate"]
  of_datasets = {
    for metric in concat(local.outcomes, local.rows, ["HoursSinceGoodRun", "RunSeconds", "QuarantinePercent", "RunCostUsd"]) :
    metric => {
      for stat in ["Sum", "Maximum"] :
      stat => [{ expression = "SEARCH('${local.counts} MetricName=\"${metric}\"', '${stat}', 3600)", label = "" }]
    }
  }
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.scope.name

  dashboard_body = jsonencode({
    widgets = [
      for index, chart in local.charts : {
        type   = "metric"
        x      = (index % 2) * 12
        y      = floor(index / 2) * 6
        width  = 12
        height = 6
        properties = {
          title   = chart.title
          stat    = chart.stat
          metrics = chart.metrics
          period  = 3600
          region  = var.scope.region
          view    = "timeSeries"
        }
      }
    ]
  })
}
