locals {
  # What finish_run and fail_run count, for every dataset.
  counts = "{Assay,environment,dataset} environment=\"${var.scope.environment}\""

  # title => metrics, in the order a person asks: did it run, how long, what failed, what was held back.
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
      title   = "Duration of a run (ms)"
      stat    = "Maximum"
      metrics = [["AWS/States", "ExecutionTime", "StateMachineArn", local.state_machine_arn]]
    },
    {
      title = "Rows held back"
      stat  = "Sum"
      metrics = [
        for metric in ["RowsQuarantined", "RowsCondemned"] :
        [{ expression = "SEARCH('${local.counts} MetricName=\"${metric}\"', 'Sum', 3600)", label = "" }]
      ]
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
